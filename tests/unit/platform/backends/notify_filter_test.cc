// The notify backend's filter, run on every call that there is.
#include <gtest/gtest.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <set>
#include <vector>

#include "platform/notify/filter.h"

namespace platform::notify {
namespace {

constexpr FilterAddresses kAt = {.code_start = 0x7fff00000000,
                                 .code_end = 0x7fff00002000,
                                 .slots_start = 0x7ffe00000000,
                                 .slots_size = 0x100000000,
                                 .fsgsbase = true};
constexpr uint64_t kGuestIp = 0x401000;
constexpr uint64_t kShimIp = kAt.code_start + 0x100;

host::Action Ask(int number, const std::vector<uint64_t>& args = {}, uint64_t ip = kGuestIp,
                 uint32_t arch = AUDIT_ARCH_X86_64) {
  static const host::Program program = StubFilter(kAt);
  seccomp_data call = {.nr = number, .arch = arch, .instruction_pointer = ip, .args = {}};
  for (size_t i = 0; i < args.size(); ++i) call.args[i] = args[i];
  return host::Evaluate(program.code(), call);
}

TEST(NotifyFilter, AllowsFewCalls) {
  EXPECT_LE(StubFilterAllowed(kAt), 8U);
  FilterAddresses slow = kAt;
  slow.fsgsbase = false;
  EXPECT_LE(StubFilterAllowed(slow), 8U);
}

TEST(NotifyFilter, AsksForEverythingElse) {
  std::set<int> allowed;
  for (int number = 0; number < 1000; ++number) {
    for (const uint64_t ip : {kGuestIp, kShimIp}) {
      for (const uint64_t first : {uint64_t{0}, uint64_t{1}, kAt.slots_start}) {
        if (Ask(number, {first, FUTEX_WAKE_PRIVATE, 0}, ip) == host::kAllow) allowed.insert(number);
      }
    }
  }
  EXPECT_EQ(allowed, (std::set<int>{SYS_rt_sigreturn, SYS_sched_yield, SYS_futex, SYS_rseq}));
}

TEST(NotifyFilter, FutexIsWithoutTimeout) {
  EXPECT_EQ(Ask(SYS_futex, {1, FUTEX_WAIT_PRIVATE, 0, 0}), host::kAllow);
  EXPECT_EQ(Ask(SYS_futex, {1, FUTEX_WAIT, 0, 0}), host::kAllow);
  EXPECT_EQ(Ask(SYS_futex, {1, FUTEX_WAIT, 0, 1}), host::kNotify);
  EXPECT_EQ(Ask(SYS_futex, {1, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, 0}), host::kAllow);
  EXPECT_EQ(Ask(SYS_futex, {1, FUTEX_REQUEUE, 0, 0}), host::kNotify);
  EXPECT_EQ(Ask(SYS_futex, {1, FUTEX_WAIT_PRIVATE, 0, 1}), host::kNotify);
  EXPECT_EQ(Ask(SYS_futex, {1, FUTEX_WAIT_PRIVATE, 0, uint64_t{1} << 32}), host::kNotify);
  EXPECT_EQ(Ask(SYS_futex, {1, FUTEX_LOCK_PI_PRIVATE, 0, 0}), host::kNotify);
  EXPECT_EQ(Ask(SYS_futex, {1, FUTEX_CMP_REQUEUE_PRIVATE, 0, 0}), host::kNotify);
}

TEST(NotifyFilter, GivesBackMemoryBelowTheSlots) {
  EXPECT_EQ(Ask(SYS_madvise, {0x7f0000000000, 8 << 20, MADV_DONTNEED}), host::kAllow);
  EXPECT_EQ(Ask(SYS_madvise, {0x7f0000000000, 8 << 20, MADV_FREE}), host::kNotify);
  EXPECT_EQ(Ask(SYS_madvise, {0x7f0000000000, uint64_t{1} << 32, MADV_DONTNEED}), host::kNotify);
  EXPECT_EQ(Ask(SYS_madvise, {kAt.slots_start - 4096, 4096, MADV_DONTNEED}), host::kNotify);
  EXPECT_EQ(Ask(SYS_madvise, {kAt.slots_start, 4096, MADV_DONTNEED}), host::kNotify);
}

TEST(NotifyFilter, SlotsCanBeShutButNotOpened) {
  EXPECT_EQ(Ask(SYS_mprotect, {kAt.slots_start, kAt.slots_size, PROT_NONE}), host::kAllow);
  EXPECT_EQ(Ask(SYS_mprotect, {kAt.slots_start, kAt.slots_size, PROT_READ}), host::kNotify);
  EXPECT_EQ(Ask(SYS_mprotect, {kAt.slots_start, 4096, PROT_NONE}), host::kNotify);
}

TEST(NotifyFilter, OnlyTheShimDiesWithTheSentry) {
  EXPECT_EQ(Ask(SYS_prctl, {1, 9}, kAt.code_start), host::kAllow);
  EXPECT_EQ(Ask(SYS_prctl, {1, 0}, kAt.code_start), host::kNotify);
  EXPECT_EQ(Ask(SYS_prctl, {1, 9}), host::kNotify);
}

TEST(NotifyFilter, OnlyTheShimRegistersAnAreaWithoutAWord) {
  EXPECT_EQ(Ask(SYS_rseq, {0x7f0000000000, 32, 0, 1}, kShimIp), host::kAllow);
  EXPECT_EQ(Ask(SYS_rseq, {0x7f0000000000, 32, 0, 1}), host::kNotify);
}

TEST(NotifyFilter, CallsThatNeedRegistersTrap) {
  for (const int number : {SYS_clone, SYS_clone3, SYS_fork, SYS_vfork, SYS_rt_sigreturn}) {
    EXPECT_EQ(Ask(number), host::kTrap) << number;
    // SIGSYS is blocked there, so a trap would kill.
    EXPECT_NE(Ask(number, {}, kShimIp), host::kTrap) << number;
  }
}

TEST(NotifyFilter, SignalsMayRunAHandlerOfTheCaller) {
  for (const int number :
       {SYS_kill, SYS_tkill, SYS_tgkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo}) {
    EXPECT_EQ(Ask(number), host::kTrap) << number;
  }
}

TEST(NotifyFilter, ForeignTablesDoNotExist) {
  EXPECT_EQ(Ask(SYS_read, {}, kGuestIp, AUDIT_ARCH_I386), host::FailWith(ENOSYS));
  EXPECT_EQ(Ask(0x40000000 | SYS_read), host::FailWith(ENOSYS));
  EXPECT_EQ(Ask(-1), host::FailWith(ENOSYS));
}

}  // namespace
}  // namespace platform::notify
