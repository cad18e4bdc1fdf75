// rt_sigaction(2), rt_sigprocmask(2), rt_sigpending(2), sigaltstack(2), rt_sigreturn(2): what a
// thread does about signals.
#include "sentry/kernel/answers.h"
#include "sentry/kernel/signal_stack.h"
#include "sentry/kernel/signals.h"
#include "sentry/syscalls/process_calls.h"

namespace sentry {
namespace {

// UAPI_SA_FLAGS; others are dropped, so that programs can find out what is supported.
constexpr uint64_t kKnownFlags = abi::kSaNocldstop | abi::kSaNocldwait | abi::kSaSiginfo |
                                 abi::kSaOnstack | abi::kSaRestart | abi::kSaNodefer |
                                 abi::kSaResethand | abi::kSaExposeTagbits | abi::kSaRestorer;

Result<uint64_t> ChangeStack(Task& task, const std::optional<abi::StackT>& wanted,
                             UserPtr<abi::StackT> old, uint64_t sp) {
  abi::StackT before = task.altstack;
  before.ss_flags = static_cast<int32_t>(
      SignalStackFlags(before, sp) | (static_cast<uint32_t>(before.ss_flags) & abi::kSsAutodisarm));
  if (wanted) TRY(SetSignalStack(task.altstack, *wanted, sp));
  if (!old.IsNull()) TRY(task.CopyOut(old, before));
  return uint64_t{0};
}

}  // namespace

Result<void> SysRtSigaction(Task& task, int signal, UserPtr<const abi::SigAction> act,
                            UserPtr<abi::SigAction> old, size_t size) {
  if (size != sizeof(Sigset)) return Errno(EINVAL);
  std::optional<abi::SigAction> wanted;
  if (!act.IsNull()) wanted = TRY(task.CopyIn(act));
  if (!IsValidSignal(signal) || signal == 0) return Errno(EINVAL);
  if (wanted && (abi::SigMask(signal) & abi::kUnblockableSignals) != 0) return Errno(EINVAL);
  abi::SigAction& action = task.group().actions->actions[static_cast<size_t>(signal)];
  const abi::SigAction before = action;
  if (wanted) {
    action = *wanted;
    action.flags &= kKnownFlags;
    action.mask &= ~abi::kUnblockableSignals;
    // POSIX: setting a pending signal to be ignored discards it, blocked or not.
    DefaultAction by_default = DefaultActionOf(signal);
    bool ignored = action.handler == abi::kSigIgn ||
                   (action.handler == abi::kSigDfl && (by_default == DefaultAction::kIgnore ||
                                                       by_default == DefaultAction::kContinue));
    if (ignored) task.group().DiscardPending(abi::SigMask(signal));
  }
  if (!old.IsNull()) TRY(task.CopyOut(old, before));
  return {};
}

Result<void> SysRtSigprocmask(Task& task, int how, UserPtr<const Sigset> set, UserPtr<Sigset> old,
                              size_t size) {
  if (size != sizeof(Sigset)) return Errno(EINVAL);
  const Sigset before = task.blocked;
  if (!set.IsNull()) {
    Sigset wanted = TRY(task.CopyIn(set));
    switch (how) {
      case abi::kSigBlock:
        task.SetBlocked(before | wanted);
        break;
      case abi::kSigUnblock:
        task.SetBlocked(before & ~wanted);
        break;
      case abi::kSigSetmask:
        task.SetBlocked(wanted);
        break;
      default:
        return Errno(EINVAL);
    }
  }
  LendOwn(task);
  if (!old.IsNull()) TRY(task.CopyOut(old, before));
  return {};
}

Result<void> SysRtSigpending(Task& task, UserPtr<Sigset> set, size_t size) {
  if (size > sizeof(Sigset)) return Errno(EINVAL);
  Sigset pending = (task.pending.pending() | task.group().pending.pending()) & task.blocked;
  return task.Write(set.value(), std::as_bytes(std::span(&pending, 1)).first(size));
}

Result<void> SysSigaltstack(Task& task, UserPtr<const abi::StackT> stack,
                            UserPtr<abi::StackT> old) {
  std::optional<abi::StackT> wanted;
  if (!stack.IsNull()) wanted = TRY(task.CopyIn(stack));
  // Only while there is a stack does it matter whether we stand on it.
  if (task.altstack.ss_size == 0) {
    TRY(ChangeStack(task, wanted, old, 0));
    return {};
  }
  task.CaptureThen([wanted, old](Task& self) {
    self.CompleteSyscall(ChangeStack(self, wanted, old, self.registers().rsp));
  });
  return Errno(kErrnoNoReturn);
}

Result<uint64_t> SysRtSigreturn(Task& task) {
  task.CaptureThen([](Task& self) { [[maybe_unused]] Result<uint64_t> gone = self.SigReturn(); });
  return Errno(kErrnoNoReturn);
}

}  // namespace sentry
