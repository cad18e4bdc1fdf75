// fcntl(2): F_SETOWN, F_SETOWN_EX, F_SETSIG, O_ASYNC, F_NOTIFY.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

// SIGIO and one real-time signal, blocked, to be waited for.
class AsyncIo : public testing::Test {
 protected:
  void SetUp() override {
    sigemptyset(&set_);
    sigaddset(&set_, SIGIO);
    sigaddset(&set_, Realtime());
    ASSERT_THAT(sigprocmask(SIG_BLOCK, &set_, &old_), SyscallSucceeds());
    int ends[2];
    ASSERT_THAT(pipe2(ends, O_CLOEXEC), SyscallSucceeds());
    out_ = Fd(ends[0]);
    in_ = Fd(ends[1]);
  }
  void TearDown() override {
    in_ = Fd();  // Its end is an event, too.
    out_ = Fd();
    while (Next(0).si_signo != 0) {
    }
    sigprocmask(SIG_SETMASK, &old_, nullptr);
  }
  static int Realtime() { return SIGRTMIN + 2; }

  // The next signal, waited for at most so long; si_signo 0: none came.
  siginfo_t Next(int seconds = 20) {
    siginfo_t info = {};
    const timespec limit = {seconds, 0};
    if (sigtimedwait(&set_, &info, &limit) < 0) info.si_signo = 0;
    return info;
  }

  sigset_t set_, old_;
  Fd out_, in_;
};

TEST_F(AsyncIo, OwnersAreKept) {
  EXPECT_THAT(fcntl(out_.get(), F_GETOWN), SyscallReturns(0));
  EXPECT_THAT(fcntl(out_.get(), F_SETOWN, getpid()), SyscallSucceeds());
  EXPECT_THAT(fcntl(out_.get(), F_GETOWN), SyscallReturns(getpid()));
  f_owner_ex owner = {};
  EXPECT_THAT(fcntl(out_.get(), F_GETOWN_EX, &owner), SyscallSucceeds());
  EXPECT_EQ(owner.type, F_OWNER_PID);
  EXPECT_EQ(owner.pid, getpid());
  owner = {F_OWNER_TID, gettid()};
  EXPECT_THAT(fcntl(out_.get(), F_SETOWN_EX, &owner), SyscallSucceeds());
  owner = {};
  EXPECT_THAT(fcntl(out_.get(), F_GETOWN_EX, &owner), SyscallSucceeds());
  EXPECT_EQ(owner.type, F_OWNER_TID);
  owner = {F_OWNER_PGRP, getpgrp()};
  EXPECT_THAT(fcntl(out_.get(), F_SETOWN_EX, &owner), SyscallSucceeds());
  EXPECT_THAT(fcntl(out_.get(), F_GETOWN_EX, &owner), SyscallSucceeds());
  EXPECT_EQ(owner.type, F_OWNER_PGRP);
  EXPECT_EQ(owner.pid, getpgrp());
}

TEST_F(AsyncIo, BadOwners) {
  EXPECT_THAT(fcntl(out_.get(), F_SETOWN, 2'000'000'000), SyscallFails(ESRCH));
  EXPECT_THAT(fcntl(out_.get(), F_SETOWN, -2'000'000'000), SyscallFails(ESRCH));
  f_owner_ex owner = {static_cast<__pid_type>(7), 1};
  EXPECT_THAT(fcntl(out_.get(), F_SETOWN_EX, &owner), SyscallFails(EINVAL));
  owner = {.type = F_OWNER_PID, .pid = -5};
  EXPECT_THAT(fcntl(out_.get(), F_SETOWN_EX, &owner), SyscallFails(ESRCH));
  EXPECT_THAT(fcntl(out_.get(), F_SETSIG, 65), SyscallFails(EINVAL));
  EXPECT_THAT(fcntl(out_.get(), F_GETSIG), SyscallReturns(0));
}

TEST_F(AsyncIo, PipeBecomesReadable) {
  ASSERT_THAT(fcntl(out_.get(), F_SETOWN, getpid()), SyscallSucceeds());
  ASSERT_THAT(fcntl(out_.get(), F_SETFL, O_ASYNC), SyscallSucceeds());
  EXPECT_EQ(Next(0).si_signo, 0);
  ASSERT_THAT(write(in_.get(), "x", 1), SyscallReturns(1));
  EXPECT_EQ(Next().si_signo, SIGIO);
  ASSERT_THAT(fcntl(out_.get(), F_SETFL, 0), SyscallSucceeds());
  ASSERT_THAT(write(in_.get(), "x", 1), SyscallReturns(1));
  EXPECT_EQ(Next(0).si_signo, 0);
}

TEST_F(AsyncIo, ChosenSignalTellsMore) {
  ASSERT_THAT(fcntl(out_.get(), F_SETOWN, getpid()), SyscallSucceeds());
  ASSERT_THAT(fcntl(out_.get(), F_SETSIG, Realtime()), SyscallSucceeds());
  ASSERT_THAT(fcntl(out_.get(), F_SETFL, O_ASYNC), SyscallSucceeds());
  ASSERT_THAT(write(in_.get(), "x", 1), SyscallReturns(1));
  const siginfo_t info = Next();
  EXPECT_EQ(info.si_signo, Realtime());
  EXPECT_EQ(info.si_code, POLL_IN);
  EXPECT_EQ(info.si_fd, out_.get());
  EXPECT_EQ(info.si_band, POLLIN | POLLRDNORM);
}

TEST_F(AsyncIo, NobodyOwnsIt) {
  ASSERT_THAT(fcntl(out_.get(), F_SETFL, O_ASYNC), SyscallSucceeds());
  ASSERT_THAT(write(in_.get(), "x", 1), SyscallReturns(1));
  EXPECT_EQ(Next(0).si_signo, 0);
}

TEST_F(AsyncIo, SocketsToo) {
  int pair[2];
  ASSERT_THAT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), SyscallSucceeds());
  Fd a(pair[0]), b(pair[1]);
  ASSERT_THAT(fcntl(a.get(), F_SETOWN, getpid()), SyscallSucceeds());
  int on = 1;
  ASSERT_THAT(ioctl(a.get(), FIOASYNC, &on), SyscallSucceeds());
  EXPECT_THAT(fcntl(a.get(), F_GETFL), SyscallReturns(O_RDWR | O_ASYNC));
  ASSERT_THAT(write(b.get(), "x", 1), SyscallReturns(1));
  EXPECT_EQ(Next().si_signo, SIGIO);
}

TEST_F(AsyncIo, ProcessGroupsHear) {
  EXPECT_THAT(ForkAndWait([this] {
                CHILD_CHECK(setpgid(0, 0) == 0);
                CHILD_CHECK(fcntl(out_.get(), F_SETOWN, -getpgrp()) == 0);
                CHILD_CHECK(fcntl(out_.get(), F_GETOWN) == -getpgrp());
                CHILD_CHECK(fcntl(out_.get(), F_SETFL, O_ASYNC) == 0);
                CHILD_CHECK(write(in_.get(), "x", 1) == 1);
                CHILD_CHECK(Next().si_signo == SIGIO);
              }),
              Exited(0));
}

TEST_F(AsyncIo, DirectoriesTellOfChanges) {
  TempDir dir = TempDir::Create();
  Fd fd(open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  EXPECT_THAT(fcntl(out_.get(), F_NOTIFY, DN_CREATE), SyscallFails(ENOTDIR));
  ASSERT_THAT(fcntl(fd.get(), F_SETSIG, Realtime()), SyscallSucceeds());
  ASSERT_THAT(fcntl(fd.get(), F_NOTIFY, DN_CREATE | DN_MULTISHOT), SyscallSucceeds());
  for (const char* name : {"one", "two"}) {
    Fd made(open(dir.Join(name).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    ASSERT_THAT(made.get(), SyscallSucceeds());
    const siginfo_t info = Next();
    EXPECT_EQ(info.si_signo, Realtime());
    EXPECT_EQ(info.si_code, POLL_MSG);
    EXPECT_EQ(info.si_fd, fd.get());
  }
  ASSERT_THAT(fcntl(fd.get(), F_NOTIFY, 0), SyscallSucceeds());
  ASSERT_THAT(mkdir(dir.Join("three").c_str(), 0700), SyscallSucceeds());
  EXPECT_EQ(Next(0).si_signo, 0);
}

}  // namespace
}  // namespace test
