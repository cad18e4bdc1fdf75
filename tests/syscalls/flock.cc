// flock(2).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"
#include "tests/support/thread.h"

namespace test {
namespace {

class Flock : public testing::Test {
 protected:
  Flock() : file_(TempFile::Create()), a_(Open()), b_(Open()) {}
  Fd Open() { return Fd(open(file_.c_str(), O_RDWR)); }

  TempFile file_;
  Fd a_, b_;
};

TEST_F(Flock, ExclusiveExcludes) {
  EXPECT_THAT(flock(a_.get(), LOCK_EX), SyscallSucceeds());
  EXPECT_THAT(flock(b_.get(), LOCK_EX | LOCK_NB), SyscallFails(EWOULDBLOCK));
  EXPECT_THAT(flock(b_.get(), LOCK_SH | LOCK_NB), SyscallFails(EWOULDBLOCK));
  EXPECT_THAT(flock(a_.get(), LOCK_UN), SyscallSucceeds());
  EXPECT_THAT(flock(b_.get(), LOCK_EX | LOCK_NB), SyscallSucceeds());
}

TEST_F(Flock, SharedIsShared) {
  EXPECT_THAT(flock(a_.get(), LOCK_SH), SyscallSucceeds());
  EXPECT_THAT(flock(b_.get(), LOCK_SH | LOCK_NB), SyscallSucceeds());
  EXPECT_THAT(flock(a_.get(), LOCK_EX | LOCK_NB), SyscallFails(EWOULDBLOCK));
  EXPECT_THAT(flock(b_.get(), LOCK_UN), SyscallSucceeds());
  EXPECT_THAT(flock(a_.get(), LOCK_EX | LOCK_NB), SyscallSucceeds());
}

TEST_F(Flock, BelongsToTheDescription) {
  Fd copy(dup(a_.get()));
  EXPECT_THAT(flock(a_.get(), LOCK_EX), SyscallSucceeds());
  EXPECT_THAT(flock(copy.get(), LOCK_EX | LOCK_NB), SyscallSucceeds());
  a_.reset();
  EXPECT_THAT(flock(b_.get(), LOCK_EX | LOCK_NB), SyscallFails(EWOULDBLOCK));
  copy.reset();
  EXPECT_THAT(flock(b_.get(), LOCK_EX | LOCK_NB), SyscallSucceeds());
}

TEST_F(Flock, Errors) {
  EXPECT_THAT(flock(-1, LOCK_SH), SyscallFails(EBADF));
  EXPECT_THAT(flock(a_.get(), 0), SyscallFails(EINVAL));
  EXPECT_THAT(flock(a_.get(), LOCK_SH | LOCK_EX), SyscallFails(EINVAL));
  Fd path(open(file_.c_str(), O_PATH));
  EXPECT_THAT(flock(path.get(), LOCK_SH), SyscallFails(EBADF));
}

TEST_F(Flock, WaitsUntilReleased) {
  ASSERT_THAT(flock(a_.get(), LOCK_EX), SyscallSucceeds());
  ScopedThread waiter([&] { EXPECT_THAT(flock(b_.get(), LOCK_EX), SyscallSucceeds()); });
  WaitUntilSleeping(waiter.tid());
  EXPECT_THAT(flock(a_.get(), LOCK_UN), SyscallSucceeds());
  waiter.Join();
  EXPECT_THAT(flock(a_.get(), LOCK_SH | LOCK_NB), SyscallFails(EWOULDBLOCK));
}

TEST_F(Flock, EndsWithTheProcess) {
  EXPECT_THAT(ForkAndWait([&] {
                int fd = open(file_.c_str(), O_RDWR);
                CHILD_CHECK(flock(fd, LOCK_EX) == 0);
              }),
              Exited(0));
  EXPECT_THAT(flock(a_.get(), LOCK_EX | LOCK_NB), SyscallSucceeds());
}

// LOCK_MAND
TEST_F(Flock, MandatoryLocksAreNone) {
  EXPECT_THAT(flock(-1, 32), SyscallReturns(0));
  EXPECT_THAT(flock(-1, 16), SyscallFails(EINVAL));
}

}  // namespace
}  // namespace test
