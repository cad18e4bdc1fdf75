// The alternate signal stack (sigaltstack(2)).
#pragma once

#include "abi/linux/signal.h"
#include "platform/base/result.h"

namespace sentry {

inline abi::StackT DisabledSignalStack() {
  abi::StackT stack{};
  stack.ss_flags = static_cast<int32_t>(abi::kSsDisable);
  return stack;
}

// `sp` lies inside.
bool InSignalStack(const abi::StackT& stack, uint64_t sp);
// The thread runs on it; with SS_AUTODISARM nobody ever does.
bool OnSignalStack(const abi::StackT& stack, uint64_t sp);
// SS_DISABLE, SS_ONSTACK or 0: what sigaltstack(2) tells.
uint32_t SignalStackFlags(const abi::StackT& stack, uint64_t sp);
// EPERM while it is in use, EINVAL for unknown flags, ENOMEM when it is too small.
base::Result<void> SetSignalStack(abi::StackT& stack, const abi::StackT& wanted, uint64_t sp);

}  // namespace sentry
