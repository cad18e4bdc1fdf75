// What guest code can reach of the host without the Sentry under the ptrace backend.
#include <gtest/gtest.h>
#include <linux/futex.h>
#include <sys/syscall.h>

#include <array>
#include <cstdio>

#include "platform/ptrace/filter.h"

namespace platform::ptracing {
namespace {

bool Traced(int64_t number, uint64_t second = 0) {
  const std::array<uint64_t, 6> args = {0, second, 0, 0, 0, 0};
  return IsTraced(number, args);
}

TEST(PtraceFilter, FewCallsReachTheHost) {
  const size_t allowed = host::CountCalls(StubRules(), host::kAllow);
  std::printf("host calls reachable from guest code without the Sentry (ptrace): %zu\n", allowed);
  EXPECT_LE(allowed, 8U);
  for (const host::Rule& rule : StubRules()) EXPECT_STRNE(rule.reason, "");
}

TEST(PtraceFilter, EverythingElseStops) {
  size_t untraced = 0;
  for (int64_t number = 0; number < 1024; ++number) untraced += Traced(number) ? 0 : 1;
  EXPECT_EQ(untraced, 1U);  // sched_yield; futex with these arguments stops.
  EXPECT_TRUE(Traced(SYS_rt_sigreturn));
  EXPECT_TRUE(Traced(SYS_exit_group));
}

TEST(PtraceFilter, OnlyPrivateFutexesAreTheHosts) {
  EXPECT_FALSE(Traced(SYS_futex, FUTEX_WAIT_PRIVATE));
  EXPECT_FALSE(Traced(SYS_futex, FUTEX_WAKE_PRIVATE));
  EXPECT_TRUE(Traced(SYS_futex, FUTEX_WAIT));
  EXPECT_TRUE(Traced(SYS_futex, FUTEX_LOCK_PI_PRIVATE)) << "it names threads by host numbers";
  EXPECT_TRUE(Traced(SYS_futex, FUTEX_WAIT_REQUEUE_PI_PRIVATE));
}

TEST(PtraceFilter, OtherNumberingsAreRefusedByTheHost) {
  seccomp_data call = {};
  call.arch = AUDIT_ARCH_I386;
  EXPECT_EQ(host::Evaluate(StubFilter(), call), host::FailWith(ENOSYS));
  call.arch = AUDIT_ARCH_X86_64;
  call.nr = 0x40000000 | SYS_getpid;
  EXPECT_EQ(host::Evaluate(StubFilter(), call), host::FailWith(ENOSYS));
}

}  // namespace
}  // namespace platform::ptracing
