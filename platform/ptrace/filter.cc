// The filter as a table, each entry with its reason.
#include "platform/ptrace/filter.h"

#include <linux/futex.h>
#include <sys/syscall.h>

#include <algorithm>
#include <vector>

#include "platform/ptrace/layout.h"

namespace platform::ptracing {
namespace {

// A private futex is a word of the caller's own memory, so whatever it does with it stays in that
// process.
constexpr host::Rule PrivateFutex(uint32_t operation, const char* reason) {
  return host::Allow(SYS_futex, reason, {host::Arg32(1, operation | FUTEX_PRIVATE_FLAG)});
}

// Each entry must be safe for arbitrary arguments.
constexpr host::Rule kRules[] = {
    PrivateFutex(FUTEX_WAIT, "sleeps on the caller's own memory"),
    PrivateFutex(FUTEX_WAKE, "wakes threads of the same process"),
    PrivateFutex(FUTEX_WAIT_BITSET, "as FUTEX_WAIT, with a deadline"),
    PrivateFutex(FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, "as FUTEX_WAIT, with a deadline"),
    PrivateFutex(FUTEX_WAKE_BITSET, "as FUTEX_WAKE"),
    PrivateFutex(FUTEX_REQUEUE, "moves waiters between words of the same process"),
    PrivateFutex(FUTEX_CMP_REQUEUE, "moves waiters between words of the same process"),
    PrivateFutex(FUTEX_WAKE_OP, "as FUTEX_WAKE, after an operation on the caller's own memory"),
    host::Allow(SYS_sched_yield, "has no arguments and no effect but time"),
};

constexpr auto kProgram = host::CompileStatic<kRules, host::FilterOptions{
                                                          .fallback = host::kTrace,
                                                          .other_arch = host::FailWith(ENOSYS),
                                                          .x32 = host::FailWith(ENOSYS),
                                                      }>();

}  // namespace

std::span<const host::Rule> StubRules() {
  return kRules;
}

std::span<const sock_filter> StubFilter() {
  return kProgram;
}

host::Program StubReportingFilter() {
  std::vector<host::Rule> rules;
  for (const int number : {SYS_futex, SYS_sched_yield}) {
    rules.push_back(host::On(host::kTrace, number, "below our code", {host::IpLess(kCodePage)}));
    rules.push_back(
        host::On(host::kTrace, number, "above it", {host::IpAtLeast(kCodePage + kPageSize)}));
  }
  return host::Compile(rules,
                       {.fallback = host::kAllow, .other_arch = host::kAllow, .x32 = host::kAllow});
}

bool IsTraced(int64_t number, std::span<const uint64_t, 6> args) {
  seccomp_data call = {};
  call.nr = static_cast<int>(number);
  call.arch = AUDIT_ARCH_X86_64;
  std::ranges::copy(args, call.args);
  return host::Evaluate(kProgram, call) == host::kTrace;
}

}  // namespace platform::ptracing
