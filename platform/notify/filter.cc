// What the host does with a stub's call: by default the Sentry is asked.  Tests of the instruction
// pointer only route (guest code can jump into the shim), so every outcome must be safe for any
// caller and any arguments.
#include "platform/notify/filter.h"

#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <vector>

#include "platform/notify/notify.h"

namespace platform::notify {
namespace {

using host::Allow;
using host::Arg;
using host::Arg32;
using host::On;
using host::Rule;

constexpr uint32_t kPrivate = FUTEX_PRIVATE_FLAG;

// A private futex is the caller's own memory, a shared one what it has mapped, and the kernel
// leaves both to the host anyway.  Waits with a timeout are notified: interrupted by a kick they
// end with EINTR, and only the kernel can tell what to make of that; waits without one are
// restarted by the host.
void AddFutex(std::vector<Rule>& rules) {
  const auto wait = [&rules](uint32_t op) {
    rules.push_back(Allow(SYS_futex, "waits on the caller's own memory",
                          {host::ArgMasked(1, host::kLow32 & ~kPrivate, op), Arg(3, 0)}));
  };
  const auto wake = [&rules](uint32_t op) {
    rules.push_back(Allow(SYS_futex, "wakes threads that share the caller's memory",
                          {host::ArgMasked(1, host::kLow32 & ~kPrivate, op)}));
  };
  wait(FUTEX_WAIT);
  wait(FUTEX_WAIT_BITSET);
  wait(FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME);
  wake(FUTEX_WAKE);
  wake(FUTEX_WAKE_BITSET);
}

// What ends a thread's stack and what heaps give back: below the stub's own pages, whatever the
// arguments are.
void AddGivingBack(std::vector<Rule>& rules, const FilterAddresses& at) {
  constexpr uint64_t kMost = uint64_t{1} << 32;
  rules.push_back(Allow(SYS_madvise, "forgets the caller's own pages",
                        {host::ArgLess(0, at.slots_start - kMost), host::ArgLess(1, kMost),
                         Arg32(2, MADV_DONTNEED)}));
}

// These need all registers, so they come by SIGSYS; in the shim clone is the real one.
void AddTrapped(std::vector<Rule>& rules, const FilterAddresses& at) {
  const auto in_shim = {host::IpAtLeast(at.code_start), host::IpLess(at.code_end)};
  rules.push_back(Allow(SYS_rt_sigreturn,
                        "loads the caller's own registers, mask and alternate stack", in_shim));
  rules.push_back(On(host::kTrap, SYS_rt_sigreturn, "the guest's frame is not the host's"));
  // A signal to oneself changes the registers before the call is over.
  for (const int number :
       {SYS_kill, SYS_tkill, SYS_tgkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo}) {
    rules.push_back(On(host::kTrap, number, "may run a handler of the caller's"));
  }
  for (const int number : {SYS_clone, SYS_clone3, SYS_fork, SYS_vfork}) {
    rules.push_back(
        On(host::kNotify, number, "the shim makes the child; SIGSYS is blocked there", in_shim));
    rules.push_back(On(host::kTrap, number, "the child needs all registers"));
  }
}

void AddShimCalls(std::vector<Rule>& rules, const FilterAddresses& at) {
  rules.push_back(Allow(SYS_mprotect, "shuts the caller's own slots: its next signal ends it",
                        {Arg(0, at.slots_start), Arg(1, at.slots_size), Arg(2, PROT_NONE)}));
  // Outside of the shim the Sentry remembers it.
  rules.push_back(Allow(SYS_rseq, "registers an area in the caller's own memory",
                        {host::IpAtLeast(at.code_start), host::IpLess(at.code_end)}));
  // Outside of the shim it is the guest's own parent that is meant.
  rules.push_back(Allow(SYS_prctl, "asks to die with the Sentry",
                        {Arg(0, PR_SET_PDEATHSIG), Arg(1, 9), host::IpAtLeast(at.code_start),
                         host::IpLess(at.code_end)}));
  if (!at.fsgsbase) {
    // The guest's own are noted down.
    rules.push_back(Allow(SYS_arch_prctl,
                          "sets the caller's own segment bases; only without FSGSBASE",
                          {host::ArgLess(0, 0x1003), host::ArgAtLeast(0, 0x1001),
                           host::IpAtLeast(at.code_start), host::IpLess(at.code_end)}));
  }
}

std::vector<Rule> StubRules(const FilterAddresses& at) {
  std::vector<Rule> rules;
  AddFutex(rules);
  AddGivingBack(rules, at);
  rules.push_back(Allow(SYS_sched_yield, "takes nothing and gives time only"));
  AddTrapped(rules, at);
  AddShimCalls(rules, at);
  return rules;
}

}  // namespace

host::Program StubFilter(const FilterAddresses& at) {
  // Foreign numbers get the answer of a Linux without the 32-bit and x32 ABIs.
  return host::Compile(StubRules(at), {.fallback = host::kNotify,
                                       .other_arch = host::FailWith(ENOSYS),
                                       .x32 = host::FailWith(ENOSYS)});
}

// The shim's own calls stay with the first filter.  Guest code that jumps there gets no more than
// its own futexes, madvise and sched_yield.
host::Program StubReportingFilter(const FilterAddresses& at) {
  std::vector<Rule> rules;
  for (const int number : {SYS_futex, SYS_madvise, SYS_sched_yield}) {
    rules.push_back(On(host::kTrap, number, "below the shim", {host::IpLess(at.code_start)}));
    rules.push_back(On(host::kTrap, number, "above the shim", {host::IpAtLeast(at.code_end)}));
  }
  return host::Compile(rules,
                       {.fallback = host::kAllow, .other_arch = host::kAllow, .x32 = host::kAllow});
}

size_t StubFilterAllowed(const FilterAddresses& at) {
  return host::CountCalls(StubRules(at));
}

}  // namespace platform::notify

namespace platform {

size_t NotifyGuestCalls() {
  return notify::StubFilterAllowed({.fsgsbase = NotifyProbe().fsgsbase});
}

}  // namespace platform
