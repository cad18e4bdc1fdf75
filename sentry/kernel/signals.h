// Signals between tasks: how their information is made and who may send them (kill(2)).
#pragma once

#include "abi/linux/signal.h"
#include "platform/base/result.h"

namespace sentry {

class Task;
class ThreadGroup;

using base::Result;

// From the kernel itself (SI_KERNEL): SIGPIPE, SIGHUP of a terminal...
abi::SigInfo KernelSignal(int signal);
// From a call of `sender`: SI_USER, SI_TKILL.
abi::SigInfo UserSignal(const Task& sender, int signal, int code = abi::kSiUser);
// A user id as the receiver of a signal names it.
uint32_t UidFor(const ThreadGroup& receiver, uint32_t uid);
// EPERM unless `sender` may signal `target`.
Result<void> CheckKillPermission(const Task& sender, const ThreadGroup& target, int signal);

inline bool IsValidSignal(int signal) {
  return signal >= 0 && signal <= abi::kNumSignals;
}

}  // namespace sentry
