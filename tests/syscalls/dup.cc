// dup(2), dup2(2), dup3(2) and the F_DUPFD commands of fcntl(2).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

using testing::Ge;

bool SameFile(int a, int b) {
  struct stat first, second;
  EXPECT_THAT(fstat(a, &first), SyscallSucceeds());
  EXPECT_THAT(fstat(b, &second), SyscallSucceeds());
  return first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

// An open file whose number is surely free afterwards.
int UnusedNumber() {
  Fd fd(eventfd(0, 0));
  return fd.get();
}

TEST(Dup, GivesTheLowestFreeNumber) {
  Fd original(eventfd(0, 0));
  int lowest = UnusedNumber();
  Fd copy(dup(original.get()));
  EXPECT_THAT(copy.get(), SyscallReturns(lowest));
}

TEST(Dup, ClearsCloexec) {
  TempFile file = TempFile::Create();
  Fd original(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_THAT(original.get(), SyscallSucceeds());
  Fd copy(dup(original.get()));
  ASSERT_THAT(copy.get(), SyscallSucceeds());
  EXPECT_THAT(fcntl(copy.get(), F_GETFD), SyscallReturns(0));
  EXPECT_THAT(fcntl(original.get(), F_GETFD), SyscallReturns(FD_CLOEXEC));
}

TEST(Dup, SharesOffsetAndStatusFlags) {
  TempFile file = TempFile::Create("0123456789");
  Fd original(open(file.c_str(), O_RDWR));
  ASSERT_THAT(original.get(), SyscallSucceeds());
  Fd copy(dup(original.get()));
  ASSERT_THAT(copy.get(), SyscallSucceeds());
  EXPECT_TRUE(SameFile(original.get(), copy.get()));

  EXPECT_THAT(lseek(original.get(), 4, SEEK_SET), SyscallReturns(4));
  EXPECT_THAT(lseek(copy.get(), 0, SEEK_CUR), SyscallReturns(4));
  EXPECT_THAT(fcntl(original.get(), F_SETFL, O_APPEND), SyscallSucceeds());
  EXPECT_EQ(fcntl(copy.get(), F_GETFL) & O_APPEND, O_APPEND);
}

TEST(Dup, SurvivesTheOriginal) {
  TempFile file = TempFile::Create("abc");
  Fd original(open(file.c_str(), O_RDONLY));
  Fd copy(dup(original.get()));
  original.reset();
  char buffer[4];
  EXPECT_THAT(read(copy.get(), buffer, sizeof(buffer)), SyscallReturns(3));
}

TEST(Dup, BadNumber) {
  EXPECT_THAT(dup(-1), SyscallFails(EBADF));
  EXPECT_THAT(dup(UnusedNumber()), SyscallFails(EBADF));
}

TEST(Dup, WorksOnPathDescriptor) {
  TempFile file = TempFile::Create();
  Fd path(open(file.c_str(), O_PATH));
  ASSERT_THAT(path.get(), SyscallSucceeds());
  Fd copy(dup(path.get()));
  ASSERT_THAT(copy.get(), SyscallSucceeds());
  char byte;
  EXPECT_THAT(read(copy.get(), &byte, 1), SyscallFails(EBADF));
}

TEST(Dup, LimitIsEmfile) {
  int status = ForkAndWait([] {
    rlimit limit{};
    limit.rlim_cur = static_cast<rlim_t>(UnusedNumber());
    limit.rlim_max = limit.rlim_cur;
    CHILD_CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    CHILD_CHECK(dup(0) == -1 && errno == EMFILE);
    // A number beyond the limit is not even a number for dup2.
    CHILD_CHECK(dup2(0, static_cast<int>(limit.rlim_cur)) == -1 && errno == EBADF);
    CHILD_CHECK(fcntl(0, F_DUPFD, static_cast<int>(limit.rlim_cur)) == -1 && errno == EINVAL);
  });
  EXPECT_THAT(status, Exited(0));
}

TEST(Dup2, ReplacesAnOpenFile) {
  TempFile first = TempFile::Create();
  TempFile second = TempFile::Create();
  Fd one(open(first.c_str(), O_RDONLY));
  Fd two(open(second.c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_FALSE(SameFile(one.get(), two.get()));
  EXPECT_THAT(dup2(one.get(), two.get()), SyscallReturns(two.get()));
  EXPECT_TRUE(SameFile(one.get(), two.get()));
  EXPECT_THAT(fcntl(two.get(), F_GETFD), SyscallReturns(0));
}

TEST(Dup2, ClosesWhatItReplaces) {
  Pipe pipe = Pipe::Create();
  Fd other(eventfd(0, 0));
  EXPECT_THAT(dup2(other.get(), pipe.write_end.get()), SyscallSucceeds());
  char byte;
  EXPECT_THAT(read(pipe.read_end.get(), &byte, 1), SyscallReturns(0)) << "the last writer is gone";
}

TEST(Dup2, ToAHighNumber) {
  Fd original(eventfd(0, 0));
  Fd copy(dup2(original.get(), 900));
  EXPECT_THAT(copy.get(), SyscallReturns(900));
}

TEST(Dup2, SameNumberKeepsCloexec) {
  Fd fd(eventfd(0, EFD_CLOEXEC));
  EXPECT_THAT(dup2(fd.get(), fd.get()), SyscallReturns(fd.get()));
  EXPECT_THAT(fcntl(fd.get(), F_GETFD), SyscallReturns(FD_CLOEXEC));
}

TEST(Dup2, BadNumbers) {
  Fd fd(eventfd(0, 0));
  int unused = UnusedNumber();
  EXPECT_THAT(dup2(unused, fd.get()), SyscallFails(EBADF));
  EXPECT_THAT(dup2(unused, unused), SyscallFails(EBADF));
  EXPECT_THAT(dup2(fd.get(), -1), SyscallFails(EBADF));
  EXPECT_THAT(fcntl(fd.get(), F_GETFD), SyscallSucceeds())
      << "a failed dup2 leaves the target open";
}

TEST(Dup3, SetsCloexec) {
  Fd original(eventfd(0, 0));
  Fd copy(dup3(original.get(), 901, O_CLOEXEC));
  ASSERT_THAT(copy.get(), SyscallReturns(901));
  EXPECT_THAT(fcntl(copy.get(), F_GETFD), SyscallReturns(FD_CLOEXEC));
  EXPECT_THAT(fcntl(original.get(), F_GETFD), SyscallReturns(0));
}

TEST(Dup3, SameNumberIsRejected) {
  Fd fd(eventfd(0, 0));
  EXPECT_THAT(dup3(fd.get(), fd.get(), 0), SyscallFails(EINVAL));
  int unused = UnusedNumber();
  EXPECT_THAT(dup3(unused, unused, 0), SyscallFails(EINVAL)) << "checked before the descriptor";
}

TEST(Dup3, UnknownFlags) {
  Fd fd(eventfd(0, 0));
  EXPECT_THAT(dup3(fd.get(), 902, O_NONBLOCK), SyscallFails(EINVAL));
  EXPECT_THAT(dup3(fd.get(), 902, O_CLOEXEC | 1), SyscallFails(EINVAL));
}

TEST(FcntlDupFd, StartsAtTheGivenNumber) {
  Fd original(eventfd(0, EFD_CLOEXEC));
  Fd first(fcntl(original.get(), F_DUPFD, 500));
  EXPECT_THAT(first.get(), SyscallReturns(500));
  EXPECT_THAT(fcntl(first.get(), F_GETFD), SyscallReturns(0));
  Fd second(fcntl(original.get(), F_DUPFD, 500));
  EXPECT_THAT(second.get(), SyscallReturns(501));
  Fd third(fcntl(original.get(), F_DUPFD_CLOEXEC, 0));
  EXPECT_THAT(third.get(), SyscallReturns(Ge(3)));
  EXPECT_THAT(fcntl(third.get(), F_GETFD), SyscallReturns(FD_CLOEXEC));
}

TEST(FcntlDupFd, BadArguments) {
  Fd fd(eventfd(0, 0));
  EXPECT_THAT(fcntl(fd.get(), F_DUPFD, -1), SyscallFails(EINVAL));
  EXPECT_THAT(fcntl(UnusedNumber(), F_DUPFD, 0), SyscallFails(EBADF));
}

}  // namespace
}  // namespace test
