#include "sentry/kernel/signal_stack.h"

namespace sentry {

bool InSignalStack(const abi::StackT& stack, uint64_t sp) {
  return sp > stack.ss_sp && sp - stack.ss_sp <= stack.ss_size;
}

bool OnSignalStack(const abi::StackT& stack, uint64_t sp) {
  if ((static_cast<uint32_t>(stack.ss_flags) & abi::kSsAutodisarm) != 0) return false;
  return InSignalStack(stack, sp);
}

uint32_t SignalStackFlags(const abi::StackT& stack, uint64_t sp) {
  if (stack.ss_size == 0) return abi::kSsDisable;
  return OnSignalStack(stack, sp) ? abi::kSsOnstack : 0;
}

base::Result<void> SetSignalStack(abi::StackT& stack, const abi::StackT& wanted, uint64_t sp) {
  if (OnSignalStack(stack, sp)) return base::Errno(EPERM);
  const uint32_t flags = static_cast<uint32_t>(wanted.ss_flags);
  const uint32_t mode = flags & ~abi::kSsAutodisarm;
  if (mode != abi::kSsDisable && mode != abi::kSsOnstack && mode != 0) return base::Errno(EINVAL);
  if (mode == abi::kSsDisable) {
    stack = {};
    stack.ss_flags = wanted.ss_flags;
    return {};
  }
  if (wanted.ss_size < abi::kMinsigstksz) return base::Errno(ENOMEM);
  stack = wanted;
  stack.pad = 0;
  return {};
}

}  // namespace sentry
