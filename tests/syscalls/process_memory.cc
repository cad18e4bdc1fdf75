// process_vm_readv(2), process_vm_writev(2), process_madvise(2), process_mrelease(2).
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstring>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"

namespace test {
namespace {

char g_text[64] = "of the child";

// Ends with the test.
class Sleeper {
 public:
  Sleeper()
      : pid_(Fork([] {
          strcpy(g_text, "written by the child");
          for (;;) pause();
        })) {
    WaitUntilSleeping(pid_);
  }
  ~Sleeper() {
    kill(pid_, SIGKILL);
    WaitFor(pid_);
  }
  pid_t pid() const { return pid_; }

 private:
  const pid_t pid_;
};

TEST(ProcessVm, ReadsScattered) {
  Sleeper child;
  char first[8] = {}, second[13] = {};
  const iovec local[] = {{first, 8}, {second, 12}};
  const iovec remote[] = {{g_text, 5}, {g_text + 5, 15}};
  EXPECT_THAT(process_vm_readv(child.pid(), local, 2, remote, 2, 0), SyscallReturns(20));
  EXPECT_EQ(std::string(first, 8), "written ");
  EXPECT_STREQ(second, "by the child");
}

TEST(ProcessVm, Writes) {
  Sleeper child;
  char text[] = "CHANGED";
  char back[8] = {};
  iovec local = {text, 7};
  const iovec remote = {g_text, 7};
  EXPECT_THAT(process_vm_writev(child.pid(), &local, 1, &remote, 1, 0), SyscallReturns(7));
  local = {back, 7};
  EXPECT_THAT(process_vm_readv(child.pid(), &local, 1, &remote, 1, 0), SyscallReturns(7));
  EXPECT_STREQ(back, "CHANGED");
}

TEST(ProcessVm, StopsAtTheFirstFault) {
  Sleeper child;
  char buffer[16] = {};
  const iovec local = {buffer, 16};
  const iovec remote[] = {{g_text, 4}, {reinterpret_cast<void*>(8), 4}};
  EXPECT_THAT(process_vm_readv(child.pid(), &local, 1, remote, 2, 0), SyscallReturns(4));
  EXPECT_THAT(process_vm_readv(child.pid(), &local, 1, remote + 1, 1, 0), SyscallFails(EFAULT));
}

TEST(ProcessVm, ArgumentsAreChecked) {
  Sleeper child;
  char buffer[16] = {};
  const iovec local = {buffer, 16};
  const iovec remote = {g_text, 4};
  EXPECT_THAT(process_vm_readv(child.pid(), &local, 1, &remote, 1, 1), SyscallFails(EINVAL));
  EXPECT_THAT(process_vm_readv(child.pid(), &local, 0, &remote, 1, 0), SyscallReturns(0));
  EXPECT_THAT(process_vm_readv(child.pid(), &local, 1, &remote, 0, 0), SyscallReturns(0));
  EXPECT_THAT(process_vm_readv(child.pid(), &local, 2000, &remote, 1, 0), SyscallFails(EINVAL));
  EXPECT_THAT(process_vm_readv(0x3fffff, &local, 1, &remote, 1, 0), SyscallFails(ESRCH));
}

// The other's addresses are not looked at before they are used.
TEST(ProcessVm, AddressesOfTheKernel) {
  char buffer[16] = {};
  auto* const kernel = reinterpret_cast<void*>(uintptr_t{0xffff'8000'0000'0000});
  const iovec local = {buffer, 8};
  const iovec none = {kernel, 0}, far = {kernel, 4}, negative = {g_text, static_cast<size_t>(-1)};
  const iovec both[] = {{g_text, 4}, far};
  const pid_t self = getpid();
  EXPECT_THAT(process_vm_readv(self, &local, 1, &far, 1, 0), SyscallFails(EFAULT));
  EXPECT_THAT(process_vm_readv(self, &local, 1, &none, 1, 0), SyscallReturns(0));
  EXPECT_THAT(process_vm_readv(0x3fffff, &local, 1, &none, 1, 0), SyscallReturns(0));
  EXPECT_THAT(process_vm_readv(self, &local, 1, &negative, 1, 0), SyscallFails(EINVAL));
  EXPECT_THAT(process_vm_readv(self, &local, 1, both, 2, 0), SyscallReturns(4));
  EXPECT_THAT(process_vm_readv(self, &far, 1, &local, 1, 0), SyscallFails(EFAULT));
}

TEST(ProcessVm, AnotherUsersProcessIsShut) {
  if (geteuid() != 0) GTEST_SKIP() << "needs two users";
  Sleeper child;
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(setresuid(65534, 65534, 65534) == 0);
                char buffer[16] = {};
                const iovec local = {buffer, 16};
                const iovec remote = {g_text, 4};
                CHILD_CHECK(process_vm_readv(child.pid(), &local, 1, &remote, 1, 0) == -1);
                CHILD_CHECK(errno == EPERM);
              }),
              Exited(0));
}

TEST(ProcessMadvise, ArgumentsAreChecked) {
  Sleeper child;
  Fd pidfd(static_cast<int>(syscall(SYS_pidfd_open, child.pid(), 0)));
  ASSERT_THAT(pidfd.get(), SyscallSucceeds());
  const iovec range = {g_text, 4096};
  auto advise = [&](int fd, int advice, unsigned flags) {
    return syscall(SYS_process_madvise, fd, &range, 1, advice, flags);
  };
  EXPECT_THAT(advise(pidfd.get(), MADV_COLD, 1), SyscallFails(EINVAL));
  EXPECT_THAT(advise(-1, MADV_COLD, 0), SyscallFails(EBADF));
  EXPECT_THAT(advise(pidfd.get(), MADV_DONTNEED, 0), SyscallFails(EINVAL));
}

TEST(ProcessMrelease, OnlyForWhoIsDying) {
  Sleeper child;
  Fd pidfd(static_cast<int>(syscall(SYS_pidfd_open, child.pid(), 0)));
  EXPECT_THAT(syscall(SYS_process_mrelease, pidfd.get(), 0), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_process_mrelease, pidfd.get(), 1), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_process_mrelease, -1, 0), SyscallFails(EBADF));
}

}  // namespace
}  // namespace test
