#include "platform/host/seccomp_filter.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace host {
namespace {

constexpr Rule kRules[] = {
    Allow(SYS_read, "plain"),
    Allow(SYS_fcntl, "one command", {Arg32(1, F_DUPFD_CLOEXEC)}),
    On(FailWith(EPERM), SYS_fcntl, "another", {Arg32(1, F_SETFL), ArgBitsWithin(2, O_NONBLOCK)}),
    Allow(SYS_mmap, "below the bound", {ArgLess(0, 0x700000001000), ArgBitsWithin(3, 0x22)}),
    On(kTrap, SYS_mmap, "above it", {ArgAtLeast(0, 0x700000001000)}),
    On(kNotify, SYS_ioctl, "all but one", {Arg32Not(1, 7)}),
    Allow(SYS_close, "not this 64-bit value",
          {Check{Check::Op::kMaskedNotEqual, ArgOffset(0), ~uint64_t{0}, 0x100000002}}),
    On(kTrap, SYS_clone, "outside", {IpLess(0x1000)}),
    Allow(SYS_clone, "inside"),
};
constexpr auto kProgram = CompileStatic<kRules, FilterOptions{.fallback = FailWith(ENOSYS)}>();

constexpr Action Try(int number, uint64_t a0 = 0, uint64_t a1 = 0, uint64_t a2 = 0, uint64_t a3 = 0,
                     uint64_t ip = 0x2000) {
  return Evaluate(kProgram, {number, AUDIT_ARCH_X86_64, ip, {a0, a1, a2, a3, 0, 0}});
}

static_assert(Try(SYS_read) == kAllow);
static_assert(Try(SYS_write) == FailWith(ENOSYS));
static_assert(Try(SYS_fcntl, 0, F_DUPFD_CLOEXEC) == kAllow);
static_assert(Try(SYS_fcntl, 0, F_DUPFD_CLOEXEC | 0xab00000000) == kAllow);
static_assert(Try(SYS_fcntl, 0, F_SETFL, O_NONBLOCK) == FailWith(EPERM));
static_assert(Try(SYS_fcntl, 0, F_SETFL, O_NONBLOCK | O_APPEND) == FailWith(ENOSYS));
static_assert(Try(SYS_fcntl, 0, F_SETFL, 0x100000000) == FailWith(ENOSYS));
static_assert(Try(SYS_fcntl, 0, F_GETFL) == FailWith(ENOSYS));
static_assert(Try(SYS_mmap, 0) == kAllow);
static_assert(Try(SYS_mmap, 0x700000000fff, 0, 0, 0x22) == kAllow);
static_assert(Try(SYS_mmap, 0x6fffffffffff, 0, 0, 0x22) == kAllow);
static_assert(Try(SYS_mmap, 0, 0, 0, 0x32) == FailWith(ENOSYS));
static_assert(Try(SYS_mmap, 0x700000001000) == kTrap);
static_assert(Try(SYS_mmap, 0x700100000000) == kTrap);
static_assert(Try(SYS_mmap, ~uint64_t{0}) == kTrap);
static_assert(Try(SYS_ioctl, 0, 8) == kNotify);
static_assert(Try(SYS_ioctl, 0, 7) == FailWith(ENOSYS));
static_assert(Try(SYS_close, 2) == kAllow);
static_assert(Try(SYS_close, 0x100000003) == kAllow);
static_assert(Try(SYS_close, 0x100000002) == FailWith(ENOSYS));
static_assert(Try(SYS_clone, 0, 0, 0, 0, 0xfff) == kTrap);
static_assert(Try(SYS_clone, 0, 0, 0, 0, 0x1000) == kAllow);
static_assert(Try(SYS_read | 0x40000000) == kKillProcess);
static_assert(Evaluate(kProgram, {SYS_read, AUDIT_ARCH_I386, 0, {}}) == kKillProcess);
static_assert(CountCalls(kRules) == 5);
static_assert(CountCalls(kRules, kTrap) == 2);

TEST(SeccompFilter, HostKernelAgreesWithEvaluate) {
  static constexpr Rule kChild[] = {
      On(FailWith(EXDEV), SYS_getppid, "seen by the test"),
      On(FailWith(EDOM), SYS_lseek, "seen by the test", {ArgAtLeast(1, 0x100000000)}),
  };
  static constexpr auto kChildProgram = CompileStatic<kChild, FilterOptions{.fallback = kAllow}>();
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (!SetNoNewPrivileges().ok() || !InstallFilter(kChildProgram).ok()) _exit(1);
    if (syscall(SYS_getppid) != -1 || errno != EXDEV) _exit(2);
    if (syscall(SYS_lseek, -1, 0x100000000, 0) != -1 || errno != EDOM) _exit(3);
    if (syscall(SYS_lseek, -1, 0xffffffff, 0) != -1 || errno != EBADF) _exit(4);
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace host
