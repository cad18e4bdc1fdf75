// Record locks of fcntl(2): F_SETLK, F_SETLKW, F_GETLK and their open-file-description forms.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"
#include "tests/support/thread.h"

namespace test {
namespace {

struct flock64 Range(short type, off_t start, off_t length, short whence = SEEK_SET) {
  struct flock64 lock {};
  lock.l_type = type;
  lock.l_whence = whence;
  lock.l_start = start;
  lock.l_len = length;
  return lock;
}

int Set(int fd, short type, off_t start, off_t length, int command = F_SETLK) {
  struct flock64 lock = Range(type, start, length);
  return fcntl(fd, command, &lock);
}

// What keeps a write lock on the range away; l_type F_UNLCK: nothing.
struct flock64 Ask(int fd, off_t start, off_t length, int command = F_GETLK) {
  struct flock64 lock = Range(F_WRLCK, start, length);
  EXPECT_THAT(fcntl(fd, command, &lock), SyscallSucceeds());
  return lock;
}

class FcntlLock : public testing::Test {
 protected:
  FcntlLock() : file_(TempFile::Create("0123456789")), a_(Open()), b_(Open()) {}
  Fd Open() { return Fd(open(file_.c_str(), O_RDWR)); }

  TempFile file_;
  Fd a_, b_;
};

TEST_F(FcntlLock, OneProcessNeverConflictsWithItself) {
  EXPECT_THAT(Set(a_.get(), F_WRLCK, 0, 10), SyscallSucceeds());
  EXPECT_THAT(Set(b_.get(), F_WRLCK, 0, 10), SyscallSucceeds());
  EXPECT_EQ(Ask(a_.get(), 0, 10).l_type, F_UNLCK);
}

TEST_F(FcntlLock, AnotherProcessIsKeptOut) {
  ASSERT_THAT(Set(a_.get(), F_WRLCK, 2, 4), SyscallSucceeds());
  pid_t parent = getpid();
  EXPECT_THAT(
      ForkAndWait([&] {
        CHILD_CHECK(Set(a_.get(), F_RDLCK, 5, 1) == -1 && (errno == EAGAIN || errno == EACCES));
        CHILD_CHECK(Set(a_.get(), F_WRLCK, 6, 1) == 0);
        struct flock64 lock = Ask(a_.get(), 0, 0);
        CHILD_CHECK(lock.l_type == F_WRLCK && lock.l_start == 2 && lock.l_len == 4);
        CHILD_CHECK(lock.l_pid == parent);
      }),
      Exited(0));
}

TEST_F(FcntlLock, RangesSplitAndMerge) {
  ASSERT_THAT(Set(a_.get(), F_WRLCK, 0, 10), SyscallSucceeds());
  ASSERT_THAT(Set(a_.get(), F_UNLCK, 4, 2), SyscallSucceeds());
  ASSERT_THAT(Set(a_.get(), F_RDLCK, 8, 2), SyscallSucceeds());
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(Set(a_.get(), F_WRLCK, 4, 2) == 0);
                CHILD_CHECK(Set(a_.get(), F_RDLCK, 8, 2) == 0);
                CHILD_CHECK(Set(a_.get(), F_RDLCK, 3, 1) == -1);
                CHILD_CHECK(Set(a_.get(), F_RDLCK, 6, 1) == -1);
              }),
              Exited(0));
}

TEST_F(FcntlLock, ZeroLengthReachesToTheEnd) {
  ASSERT_THAT(Set(a_.get(), F_WRLCK, 5, 0), SyscallSucceeds());
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(Set(a_.get(), F_WRLCK, 1'000'000'000'000, 1) == -1);
                struct flock64 lock = Ask(a_.get(), 0, 0);
                CHILD_CHECK(lock.l_start == 5 && lock.l_len == 0);
              }),
              Exited(0));
}

TEST_F(FcntlLock, WhenceAndNegativeLengths) {
  struct flock64 lock = Range(F_WRLCK, -2, 0, SEEK_END);
  ASSERT_THAT(fcntl(a_.get(), F_SETLK, &lock), SyscallSucceeds());
  lock = Range(F_WRLCK, 5, -3);
  ASSERT_THAT(fcntl(a_.get(), F_SETLK, &lock), SyscallSucceeds());
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(Ask(a_.get(), 0, 6).l_start == 2);
                CHILD_CHECK(Ask(a_.get(), 0, 6).l_len == 3);
                CHILD_CHECK(Ask(a_.get(), 6, 0).l_start == 8);
              }),
              Exited(0));
  lock = Range(F_WRLCK, 2, -3);
  EXPECT_THAT(fcntl(a_.get(), F_SETLK, &lock), SyscallFails(EINVAL));
  lock = Range(F_WRLCK, 0, 1, 9);
  EXPECT_THAT(fcntl(a_.get(), F_SETLK, &lock), SyscallFails(EINVAL));
  EXPECT_THAT(Set(a_.get(), 77, 0, 1), SyscallFails(EINVAL));
}

TEST_F(FcntlLock, NeedsTheMatchingAccess) {
  Fd reader(open(file_.c_str(), O_RDONLY));
  EXPECT_THAT(Set(reader.get(), F_WRLCK, 0, 1), SyscallFails(EBADF));
  EXPECT_THAT(Set(reader.get(), F_RDLCK, 0, 1), SyscallSucceeds());
  Fd writer(open(file_.c_str(), O_WRONLY));
  EXPECT_THAT(Set(writer.get(), F_RDLCK, 0, 1), SyscallFails(EBADF));
  EXPECT_THAT(Set(-1, F_RDLCK, 0, 1), SyscallFails(EBADF));
}

TEST_F(FcntlLock, ClosingAnyDescriptorReleases) {
  ASSERT_THAT(Set(a_.get(), F_WRLCK, 0, 10), SyscallSucceeds());
  b_.reset();
  EXPECT_THAT(ForkAndWait([&] { CHILD_CHECK(Set(a_.get(), F_WRLCK, 0, 10) == 0); }), Exited(0));
}

TEST_F(FcntlLock, WaitsUntilReleased) {
  Pipe ready = Pipe::Create();
  ASSERT_THAT(Set(a_.get(), F_WRLCK, 0, 10), SyscallSucceeds());
  pid_t child = Fork([&] {
    CHILD_CHECK(write(ready.write_end.get(), "x", 1) == 1);
    CHILD_CHECK(Set(a_.get(), F_WRLCK, 0, 1, F_SETLKW) == 0);
  });
  char byte;
  ASSERT_THAT(read(ready.read_end.get(), &byte, 1), SyscallReturns(1));
  WaitUntilSleeping(child);
  EXPECT_THAT(Set(a_.get(), F_UNLCK, 0, 10), SyscallSucceeds());
  EXPECT_THAT(WaitFor(child), Exited(0));
}

TEST_F(FcntlLock, DeadlockIsNoticed) {
  ASSERT_THAT(Set(a_.get(), F_WRLCK, 0, 1), SyscallSucceeds());
  Pipe ready = Pipe::Create();
  pid_t child = Fork([&] {
    CHILD_CHECK(Set(a_.get(), F_WRLCK, 1, 1) == 0);
    CHILD_CHECK(write(ready.write_end.get(), "x", 1) == 1);
    CHILD_CHECK(Set(a_.get(), F_WRLCK, 0, 1, F_SETLKW) == 0);
  });
  char byte;
  ASSERT_THAT(read(ready.read_end.get(), &byte, 1), SyscallReturns(1));
  WaitUntilSleeping(child);
  EXPECT_THAT(Set(a_.get(), F_WRLCK, 1, 1, F_SETLKW), SyscallFails(EDEADLK));
  EXPECT_THAT(Set(a_.get(), F_UNLCK, 0, 1), SyscallSucceeds());
  EXPECT_THAT(WaitFor(child), Exited(0));
}

TEST_F(FcntlLock, OfdLocksBelongToTheDescription) {
  ASSERT_THAT(Set(a_.get(), F_WRLCK, 0, 10, F_OFD_SETLK), SyscallSucceeds());
  EXPECT_THAT(Set(b_.get(), F_WRLCK, 5, 1, F_OFD_SETLK), SyscallFails(EAGAIN));
  EXPECT_THAT(Set(b_.get(), F_WRLCK, 5, 1, F_SETLK), SyscallFails(EAGAIN));
  struct flock64 lock = Ask(b_.get(), 0, 0, F_OFD_GETLK);
  EXPECT_EQ(lock.l_type, F_WRLCK);
  EXPECT_EQ(lock.l_pid, -1);
  lock = Range(F_WRLCK, 0, 1);
  lock.l_pid = 1;
  EXPECT_THAT(fcntl(a_.get(), F_OFD_SETLK, &lock), SyscallFails(EINVAL));
  Fd copy(dup(a_.get()));
  a_.reset();
  EXPECT_THAT(Set(b_.get(), F_WRLCK, 5, 1, F_OFD_SETLK), SyscallFails(EAGAIN));
  copy.reset();
  EXPECT_THAT(Set(b_.get(), F_WRLCK, 5, 1, F_OFD_SETLK), SyscallSucceeds());
}

TEST_F(FcntlLock, NotInheritedAndGoneAtExit) {
  EXPECT_THAT(ForkAndWait([&] { CHILD_CHECK(Set(a_.get(), F_WRLCK, 0, 10) == 0); }), Exited(0));
  EXPECT_THAT(ForkAndWait([&] { CHILD_CHECK(Set(a_.get(), F_WRLCK, 0, 10) == 0); }), Exited(0));
}

}  // namespace
}  // namespace test
