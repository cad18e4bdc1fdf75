// gmock matchers for what system calls return.  They look at errno first thing, so a call goes
// straight into the assertion:
//
//   EXPECT_THAT(close(fd), SyscallSucceeds());
//   EXPECT_THAT(dup(-1), SyscallFails(EBADF));
//   EXPECT_THAT(read(fd, buf, 5), SyscallReturns(5));
//   EXPECT_THAT(ForkAndWait([] { ... }), Exited(0));
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdint>
#include <ostream>
#include <type_traits>

namespace test {

// "EBADF (Bad file descriptor)".
void PrintErrno(std::ostream& os, int error);

// "exited with 3", "killed by SIGSEGV", "stopped by SIGTSTP": a status of wait(2).
void PrintWaitStatus(std::ostream& os, int status);

// mmap and its like return -1 as a pointer.
template <typename T>
bool IsFailure(const T& result) {
  if constexpr (std::is_pointer_v<T>) {
    return reinterpret_cast<intptr_t>(result) == -1;
  } else {
    return static_cast<int64_t>(result) == -1;
  }
}

class SyscallSucceedsMatcher {
 public:
  using is_gtest_matcher = void;

  template <typename T>
  bool MatchAndExplain(const T& result, std::ostream* os) const {
    int error = errno;
    if (!IsFailure(result)) return true;
    if (os != nullptr) PrintErrno(*os << "failed with ", error);
    return false;
  }
  void DescribeTo(std::ostream* os) const { *os << "succeeds"; }
  void DescribeNegationTo(std::ostream* os) const { *os << "fails"; }
};

class SyscallFailsMatcher {
 public:
  using is_gtest_matcher = void;
  explicit SyscallFailsMatcher(testing::Matcher<int> error) : error_(std::move(error)) {}

  template <typename T>
  bool MatchAndExplain(const T& result, std::ostream* os) const {
    int error = errno;
    if (IsFailure(result) && error_.Matches(error)) return true;
    if (os == nullptr) return false;
    if (IsFailure(result)) {
      PrintErrno(*os << "failed with ", error);
    } else {
      *os << "succeeded";
    }
    return false;
  }
  void DescribeTo(std::ostream* os) const {
    error_.DescribeTo(&(*os << "fails with an errno that "));
  }
  void DescribeNegationTo(std::ostream* os) const {
    error_.DescribeNegationTo(&(*os << "succeeds, or fails with an errno that "));
  }

 private:
  testing::Matcher<int> error_;
};

class SyscallReturnsMatcher {
 public:
  using is_gtest_matcher = void;
  explicit SyscallReturnsMatcher(testing::Matcher<int64_t> value) : value_(std::move(value)) {}

  template <typename T>
  bool MatchAndExplain(const T& result, std::ostream* os) const {
    int error = errno;
    if (!IsFailure(result) && value_.Matches(static_cast<int64_t>(result))) return true;
    if (os != nullptr && IsFailure(result)) PrintErrno(*os << "failed with ", error);
    return false;
  }
  void DescribeTo(std::ostream* os) const { value_.DescribeTo(&(*os << "returns a value that ")); }
  void DescribeNegationTo(std::ostream* os) const {
    value_.DescribeNegationTo(&(*os << "fails, or returns a value that "));
  }

 private:
  testing::Matcher<int64_t> value_;
};

inline SyscallSucceedsMatcher SyscallSucceeds() {
  return SyscallSucceedsMatcher();
}

// The errno, or a matcher of it: SyscallFails(AnyOf(EPERM, EACCES)).
template <typename Error>
SyscallFailsMatcher SyscallFails(Error error) {
  return SyscallFailsMatcher(testing::SafeMatcherCast<int>(error));
}

template <typename Value>
SyscallReturnsMatcher SyscallReturns(Value value) {
  if constexpr (std::is_integral_v<Value>) {
    return SyscallReturnsMatcher(testing::Eq(static_cast<int64_t>(value)));
  } else {
    return SyscallReturnsMatcher(testing::SafeMatcherCast<int64_t>(value));
  }
}

// A wait(2) status equal to an expected one, printed in words.
class WaitStatusMatcher {
 public:
  using is_gtest_matcher = void;
  explicit WaitStatusMatcher(int expected) : expected_(expected) {}

  bool MatchAndExplain(int status, std::ostream* os) const {
    constexpr int kCoreDumped = 0x80;
    if (status == expected_) return true;
    // Whether a core was written is the host's policy.
    if ((expected_ & 0x7f) != 0 && (status & ~kCoreDumped) == expected_) return true;
    if (os != nullptr) PrintWaitStatus(*os, status);
    return false;
  }
  void DescribeTo(std::ostream* os) const { PrintWaitStatus(*os, expected_); }
  void DescribeNegationTo(std::ostream* os) const { PrintWaitStatus(*os << "not ", expected_); }

 private:
  int expected_;
};

inline WaitStatusMatcher Exited(int code) {
  return WaitStatusMatcher((code & 0xff) << 8);
}
inline WaitStatusMatcher KilledBy(int signal) {
  return WaitStatusMatcher(signal);
}

}  // namespace test
