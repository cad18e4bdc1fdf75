// rt_sigsuspend(2), pause(2), rt_sigtimedwait(2): waiting for signals.
#include "abi/linux/poll.h"
#include "sentry/syscalls/process_calls.h"

namespace sentry {
namespace {

Result<uint64_t> WaitForHandler(Task& task) {
  WaitSpec wait;
  wait.on_signal = abi::kERestartNoHand;
  task.Block(std::move(wait), [](Task&) -> Result<uint64_t> { return Errno(EAGAIN); });
  return Errno(kErrnoBlocked);
}

std::optional<abi::SigInfo> Take(Task& task, Sigset wanted) {
  if (std::optional<abi::SigInfo> info = task.pending.Dequeue(~wanted)) return info;
  return task.group().pending.Dequeue(~wanted);
}

}  // namespace

Result<uint64_t> SysRtSigsuspend(Task& task, UserPtr<const Sigset> set, size_t size) {
  if (size != sizeof(Sigset)) return Errno(EINVAL);
  task.SetTemporaryMask(TRY(task.CopyIn(set)));
  return WaitForHandler(task);
}

Result<uint64_t> SysPause(Task& task) {
  return WaitForHandler(task);
}

Result<uint64_t> SysRtSigtimedwait(Task& task, UserPtr<const Sigset> set,
                                   UserPtr<abi::SigInfo> info, UserPtr<const abi::Timespec> timeout,
                                   size_t size) {
  if (size != sizeof(Sigset)) return Errno(EINVAL);
  const Sigset wanted = TRY(task.CopyIn(set)) & ~abi::kUnblockableSignals;
  WaitSpec wait;
  wait.on_timeout = Errno(EAGAIN);
  wait.on_signal = EINTR;
  bool poll = false;
  if (!timeout.IsNull()) {
    abi::Timespec limit = TRY(task.CopyIn(timeout));
    if (!sentry::IsValid(limit)) return Errno(EINVAL);
    const int64_t ns = ToNanoseconds(limit);
    poll = ns == 0;
    wait.deadline = MonotonicNow() + ns;
  }
  wait.queues.push_back({&task.group().signal_event, abi::kPollIn});
  // What is waited for must be neither delivered nor thrown away meanwhile.
  task.SetTemporaryMask(task.blocked | wanted);
  return task.Retry(std::move(wait), poll, [wanted, info](Task& self) -> Result<uint64_t> {
    std::optional<abi::SigInfo> taken = Take(self, wanted);
    if (!taken) return Errno(EAGAIN);
    if (!info.IsNull()) TRY(self.CopyOut(info, *taken));
    return static_cast<uint64_t>(taken->si_signo);
  });
}

}  // namespace sentry
