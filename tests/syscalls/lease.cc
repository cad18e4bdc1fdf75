// Leases: fcntl(2), F_SETLEASE and F_GETLEASE; and what else it keeps with a file.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

class Lease : public testing::Test {
 protected:
  // SIGIO waits until somebody asks for it.
  void SetUp() override {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGIO);
    sigaddset(&set, SIGUSR1);
    ASSERT_EQ(sigprocmask(SIG_BLOCK, &set, &old_), 0);
  }
  void TearDown() override {
    reader_.reset();
    const timespec none{};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGIO);
    sigaddset(&set, SIGUSR1);
    while (sigtimedwait(&set, nullptr, &none) > 0) {
    }
    sigprocmask(SIG_SETMASK, &old_, nullptr);
  }
  // Whether the signal came; it comes at once or never.
  bool Told(int signal, siginfo_t* info = nullptr) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    const timespec patience{.tv_sec = 5, .tv_nsec = 0};
    return sigtimedwait(&set, info, &patience) == signal;
  }
  int Open(int flags) { return open(file_.c_str(), flags | O_CLOEXEC); }

  sigset_t old_;
  TempFile file_ = TempFile::Create("contents");
  Fd reader_{Open(O_RDONLY)};
};

TEST_F(Lease, Errors) {
  EXPECT_THAT(fcntl(reader_.get(), F_SETLEASE, 77), SyscallFails(EINVAL));
  EXPECT_THAT(fcntl(-1, F_SETLEASE, F_RDLCK), SyscallFails(EBADF));
  EXPECT_THAT(fcntl(reader_.get(), F_SETLEASE, F_UNLCK), SyscallFails(EAGAIN));
  Fd directory(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  EXPECT_THAT(fcntl(directory.get(), F_SETLEASE, F_RDLCK),
              SyscallFails(geteuid() == 0 ? EINVAL : EACCES));
  Fd path(Open(O_PATH));
  EXPECT_THAT(fcntl(path.get(), F_SETLEASE, F_RDLCK), SyscallFails(EBADF));
}

TEST_F(Lease, IsTold) {
  EXPECT_THAT(fcntl(reader_.get(), F_GETLEASE), SyscallReturns(F_UNLCK));
  EXPECT_THAT(fcntl(reader_.get(), F_SETLEASE, F_RDLCK), SyscallReturns(0));
  EXPECT_THAT(fcntl(reader_.get(), F_GETLEASE), SyscallReturns(F_RDLCK));
  EXPECT_THAT(fcntl(reader_.get(), F_SETLEASE, F_WRLCK), SyscallReturns(0));
  EXPECT_THAT(fcntl(reader_.get(), F_GETLEASE), SyscallReturns(F_WRLCK));
  EXPECT_THAT(fcntl(reader_.get(), F_SETLEASE, F_UNLCK), SyscallReturns(0));
  EXPECT_THAT(fcntl(reader_.get(), F_GETLEASE), SyscallReturns(F_UNLCK));
}

TEST_F(Lease, BelongsToTheDescription) {
  ASSERT_THAT(fcntl(reader_.get(), F_SETLEASE, F_RDLCK), SyscallReturns(0));
  Fd twin(dup(reader_.get())), other(Open(O_RDONLY));
  EXPECT_THAT(fcntl(twin.get(), F_GETLEASE), SyscallReturns(F_RDLCK));
  EXPECT_THAT(fcntl(other.get(), F_GETLEASE), SyscallReturns(F_UNLCK));
  reader_.reset();
  EXPECT_THAT(fcntl(twin.get(), F_GETLEASE), SyscallReturns(F_RDLCK));
  twin.reset();
  Fd writer(Open(O_WRONLY | O_NONBLOCK));
  EXPECT_THAT(writer.get(), SyscallSucceeds());
}

TEST_F(Lease, OpensAreInTheWay) {
  Fd writer(Open(O_RDWR));
  EXPECT_THAT(fcntl(reader_.get(), F_SETLEASE, F_RDLCK), SyscallFails(EAGAIN));
  EXPECT_THAT(fcntl(reader_.get(), F_SETLEASE, F_WRLCK), SyscallFails(EAGAIN));
  EXPECT_THAT(fcntl(writer.get(), F_SETLEASE, F_WRLCK), SyscallFails(EAGAIN));
  reader_.reset();
  EXPECT_THAT(fcntl(writer.get(), F_SETLEASE, F_RDLCK), SyscallFails(EAGAIN));
  EXPECT_THAT(fcntl(writer.get(), F_SETLEASE, F_WRLCK), SyscallReturns(0));
}

TEST_F(Lease, ReadersShare) {
  Fd other(Open(O_RDONLY));
  EXPECT_THAT(fcntl(reader_.get(), F_SETLEASE, F_WRLCK), SyscallFails(EAGAIN));
  EXPECT_THAT(fcntl(reader_.get(), F_SETLEASE, F_RDLCK), SyscallReturns(0));
  EXPECT_THAT(fcntl(other.get(), F_SETLEASE, F_RDLCK), SyscallReturns(0));
  EXPECT_THAT(fcntl(other.get(), F_SETLEASE, F_WRLCK), SyscallFails(EAGAIN));
}

TEST_F(Lease, WhoDoesNotWaitBreaksIt) {
  ASSERT_THAT(fcntl(reader_.get(), F_SETLEASE, F_RDLCK), SyscallReturns(0));
  Fd another(Open(O_RDONLY | O_NONBLOCK));
  EXPECT_THAT(another.get(), SyscallSucceeds());
  EXPECT_THAT(Open(O_WRONLY | O_NONBLOCK), SyscallFails(EAGAIN));
  EXPECT_TRUE(Told(SIGIO));
  EXPECT_THAT(fcntl(reader_.get(), F_GETLEASE), SyscallReturns(F_UNLCK));
  EXPECT_THAT(fcntl(reader_.get(), F_SETLEASE, F_UNLCK), SyscallReturns(0));
  Fd writer(Open(O_WRONLY | O_NONBLOCK));
  EXPECT_THAT(writer.get(), SyscallSucceeds());
}

TEST_F(Lease, TheSignalIsTheHoldersChoice) {
  ASSERT_THAT(fcntl(reader_.get(), F_SETSIG, SIGUSR1), SyscallReturns(0));
  ASSERT_THAT(fcntl(reader_.get(), F_SETLEASE, F_RDLCK), SyscallReturns(0));
  EXPECT_THAT(Open(O_WRONLY | O_NONBLOCK), SyscallFails(EAGAIN));
  siginfo_t info{};
  EXPECT_TRUE(Told(SIGUSR1, &info));
  EXPECT_EQ(info.si_fd, reader_.get());
  EXPECT_EQ(info.si_code, POLL_MSG);
  EXPECT_THAT(fcntl(reader_.get(), F_SETLEASE, F_UNLCK), SyscallReturns(0));
}

TEST_F(Lease, OpenWaitsUntilItIsGivenUp) {
  ASSERT_THAT(fcntl(reader_.get(), F_SETLEASE, F_RDLCK), SyscallReturns(0));
  const pid_t child = Fork([&] {
    reader_.reset();  // The description stays the parent's.
    Fd writer(Open(O_WRONLY));
    CHILD_CHECK(writer.get() >= 0);
  });
  ASSERT_TRUE(Told(SIGIO));
  WaitUntilSleeping(child);
  ASSERT_THAT(fcntl(reader_.get(), F_SETLEASE, F_UNLCK), SyscallReturns(0));
  EXPECT_THAT(WaitFor(child), Exited(0));
}

TEST_F(Lease, TruncateWaitsUntilTheFileIsClosed) {
  ASSERT_THAT(fcntl(reader_.get(), F_SETLEASE, F_RDLCK), SyscallReturns(0));
  const pid_t child = Fork([&] {
    reader_.reset();
    CHILD_CHECK(truncate(file_.c_str(), 3) == 0);
  });
  ASSERT_TRUE(Told(SIGIO));
  WaitUntilSleeping(child);
  reader_.reset();
  EXPECT_THAT(WaitFor(child), Exited(0));
  struct stat st;
  ASSERT_THAT(stat(file_.c_str(), &st), SyscallReturns(0));
  EXPECT_EQ(st.st_size, 3);
}

// For readers it is enough when a lease for writing becomes one for reading.
TEST_F(Lease, ReadersAreContentWithADowngrade) {
  ASSERT_THAT(fcntl(reader_.get(), F_SETLEASE, F_WRLCK), SyscallReturns(0));
  const pid_t child = Fork([&] {
    Fd another(Open(O_RDONLY));
    CHILD_CHECK(another.get() >= 0);
  });
  ASSERT_TRUE(Told(SIGIO));
  WaitUntilSleeping(child);
  EXPECT_THAT(fcntl(reader_.get(), F_GETLEASE), SyscallReturns(F_RDLCK));
  ASSERT_THAT(fcntl(reader_.get(), F_SETLEASE, F_RDLCK), SyscallReturns(0));
  EXPECT_THAT(WaitFor(child), Exited(0));
  EXPECT_THAT(fcntl(reader_.get(), F_GETLEASE), SyscallReturns(F_RDLCK));
}

TEST_F(Lease, WaitingIsInterrupted) {
  ASSERT_THAT(fcntl(reader_.get(), F_SETLEASE, F_RDLCK), SyscallReturns(0));
  const pid_t child = Fork([&] {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    CHILD_CHECK(sigaction(SIGUSR2, &action, nullptr) == 0);
    CHILD_CHECK(Open(O_WRONLY) == -1 && errno == EINTR);
  });
  ASSERT_TRUE(Told(SIGIO));
  WaitUntilSleeping(child);
  ASSERT_THAT(kill(child, SIGUSR2), SyscallReturns(0));
  EXPECT_THAT(WaitFor(child), Exited(0));
}

TEST_F(Lease, OnlyOfOnesOwnFiles) {
  if (geteuid() != 0) GTEST_SKIP() << "needs two users";
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(setresuid(65534, 65534, 65534) == 0);
                CHILD_CHECK(fcntl(reader_.get(), F_SETLEASE, F_RDLCK) == -1 && errno == EACCES);
                CHILD_CHECK(fcntl(reader_.get(), F_GETLEASE) == F_UNLCK);
              }),
              Exited(0));
}

TEST_F(Lease, PipeSizesAreOfPipes) {
  EXPECT_THAT(fcntl(reader_.get(), F_GETPIPE_SZ), SyscallFails(EBADF));
  EXPECT_THAT(fcntl(reader_.get(), F_SETPIPE_SZ, 4096), SyscallFails(EBADF));
}

TEST_F(Lease, WriteHints) {
  constexpr int kGet = 1024 + 11, kSet = 1024 + 12;
  uint64_t hint = 99;
  EXPECT_THAT(fcntl(reader_.get(), kGet, &hint), SyscallReturns(0));
  EXPECT_EQ(hint, 0u);
  hint = 3;
  EXPECT_THAT(fcntl(reader_.get(), kSet, &hint), SyscallReturns(0));
  Fd other(Open(O_RDONLY));
  hint = 0;
  EXPECT_THAT(fcntl(other.get(), kGet, &hint), SyscallReturns(0));
  EXPECT_EQ(hint, 3u);
  hint = 6;
  EXPECT_THAT(fcntl(reader_.get(), kSet, &hint), SyscallFails(EINVAL));
  hint = uint64_t{1} << 32;
  EXPECT_THAT(fcntl(reader_.get(), kSet, &hint), SyscallFails(EINVAL));
  EXPECT_THAT(fcntl(reader_.get(), kGet, 8), SyscallFails(EFAULT));
}

}  // namespace
}  // namespace test
