// The boundary to guest code: everything that is due is dealt with before a captured thread goes on
// (Linux: exit_to_user_mode_loop(), get_signal(), handle_signal()).
#include "abi/linux/futex.h"
#include "abi/linux/syscall_numbers.h"
#include "abi/linux/wait.h"
#include "sentry/kernel/answers.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/signals.h"
#include "sentry/kernel/task.h"
#include "sentry/kernel/task_state.h"

namespace sentry {

void Task::SetBlocked(Sigset mask) {
  blocked = mask & ~abi::kUnblockableSignals;
}

void Task::SetTemporaryMask(Sigset mask) {
  if (!saved_mask_) saved_mask_ = blocked;
  SetBlocked(mask);
}

bool Task::HasDeliverableSignal() const {
  return ((pending.pending() | group_->pending.pending()) & ~blocked) != 0;
}

bool Task::NeedsBoundary() const {
  return group_->exiting || group_->stopped || HasDeliverableSignal();
}

std::optional<abi::SigInfo> Task::NextSignal() {
  if (std::optional<abi::SigInfo> info = pending.Dequeue(blocked)) return info;
  return group_->pending.Dequeue(blocked);
}

void Task::Boundary() {
  Serving serving(*this);
  state_ = State::kCaptured;
  NoteHostCallCutShort();
  while (!dead()) {
    if (group_->stopped) {
      state_ = State::kStopped;
      return group_->CheckStopComplete();
    }
    if (std::optional<abi::SigInfo> info = NextSignal()) {
      if (!DeliverOne(*info)) return;
      continue;
    }
    RestartOrFail(false, 0);
    // The temporary mask held until now; signals that it kept away may be due.
    if (!saved_mask_) return Resume();
    SetBlocked(*std::exchange(saved_mask_, std::nullopt));
  }
}

void Task::Resume() {
  if (seccomp || tracer) WithdrawAnswers(*this);
  state_ = State::kRunning;
  in_call_ = false;
  thread_->Resume();
}

void Task::Interrupt() {
  switch (state_) {
    case State::kRunning:
      return thread_->Capture();
    case State::kBlocked:
      if (!block_->spec.killable_only) InterruptWait();
      return;
    case State::kStopped:
      if (!group_->stopped) Boundary();
      return;
    default:
      return;  // Looked at when the call completes or the thread is captured.
  }
}

void Task::InterruptWait() {
  Serving serving(*this);
  state_ = State::kCalling;
  if (block_->spec.on_signal == abi::kERestartRestartBlock) {
    next_restart_deadline_ = block_->spec.deadline;
  }
  Result<uint64_t> result = block_->CutShort(*this, false);
  EndWait();
  CompleteSyscall(std::move(result));
}

namespace {

bool IsFutexWait(const platform::Syscall& call) {
  if (call.number == abi::kSysFutexWaitv || call.number == abi::kSysFutexWait) return true;
  if (call.number != abi::kSysFutex) return false;
  int command = static_cast<int>(call.args[1]) & abi::kFutexCmdMask;
  return command == abi::kFutexWait || command == abi::kFutexWaitBitset;
}

}  // namespace

// A wait in the host (futex) that a capture ended.  The host's own answer was made for our capture,
// which is no signal of the guest's: whether the wait starts again is decided by what happens now.
void Task::NoteHostCallCutShort() {
  if (!std::exchange(host_call_, false) || !IsFutexWait(call_)) return;
  constexpr uint64_t kSyscallInstruction = 2;
  platform::Registers& regs = registers();
  bool rewound =
      regs.rip == call_.ip - kSyscallInstruction && regs.rax == static_cast<uint64_t>(call_.number);
  bool failed = regs.rip == call_.ip && static_cast<int64_t>(regs.rax) == -EINTR;
  if (!rewound && !failed) return;  // It had ended before.
  // With a time-out Linux restarts only if no handler runs (futex_wait(): restart block).
  interrupted_by_ = rewound ? abi::kERestartSys : abi::kERestartNoHand;
  in_call_ = true;
  regs.rip = call_.ip;
  regs.rax = static_cast<uint64_t>(-int64_t{EINTR});
}

void Task::RestartOrFail(bool handler_runs, uint64_t handler_flags) {
  if (interrupted_by_ == 0) return;
  const int code = std::exchange(interrupted_by_, 0);
  bool restart = !handler_runs || code == abi::kERestartNoIntr ||
                 (code == abi::kERestartSys && (handler_flags & abi::kSaRestart) != 0);
  if (!restart || code != abi::kERestartRestartBlock) next_restart_deadline_.reset();
  if (!restart) return;  // rax is -EINTR already.
  constexpr uint64_t kSyscallInstruction = 2;
  registers().rip = call_.ip - kSyscallInstruction;
  registers().rax = static_cast<uint64_t>(call_.number);
}

bool Task::DeliverOne(const abi::SigInfo& info) {
  const int signal = info.si_signo;
  abi::SigAction& action = group_->actions->actions[static_cast<size_t>(signal)];
  if (action.handler == abi::kSigIgn) return true;
  if (kernel_.observer != nullptr) kernel_.observer->OnSignal(*this, info);
  if (action.handler == abi::kSigDfl) return DeliverDefault(signal);
  const abi::SigAction taken = action;
  if ((taken.flags & abi::kSaResethand) != 0) action.handler = abi::kSigDfl;
  RunHandler(info, taken);
  return !dead();
}

bool Task::DeliverDefault(int signal) {
  switch (DefaultActionOf(signal)) {
    case DefaultAction::kIgnore:
    case DefaultAction::kContinue:
      return true;
    case DefaultAction::kStop:
      // Nobody could continue an orphaned group (setpgid(2)).
      if (signal == abi::kSigStop || !group_->process_group->IsOrphaned()) group_->Stop(signal);
      return true;
    case DefaultAction::kTerminate:
    case DefaultAction::kCore:  // No core file is written, so status says so.
      ExitGroup(abi::WaitStatusSignaled(signal, false));
      return false;
  }
  return true;
}

void Task::RunHandler(const abi::SigInfo& info, const abi::SigAction& action) {
  RestartOrFail(true, action.flags);
  if (!PushSignalFrame(info, action).ok()) {
    // force_sigsegv(): a handler for SIGSEGV that cannot run is no help.
    if (info.si_signo == abi::kSigSegv) {
      group_->actions->actions[abi::kSigSegv].handler = abi::kSigDfl;
    }
    return ForceSignal(KernelSignal(abi::kSigSegv));
  }
  Sigset mask = blocked | action.mask;
  if ((action.flags & abi::kSaNodefer) == 0) mask |= abi::SigMask(info.si_signo);
  saved_mask_.reset();  // It stands in the frame.
  next_restart_deadline_.reset();
  SetBlocked(mask);
}

void Task::ForceSignal(const abi::SigInfo& info) {
  abi::SigAction& action = group_->actions->actions[static_cast<size_t>(info.si_signo)];
  bool is_blocked = (blocked & abi::SigMask(info.si_signo)) != 0;
  if (is_blocked || action.handler == abi::kSigIgn) {
    action.handler = abi::kSigDfl;
    SetBlocked(blocked & ~abi::SigMask(info.si_signo));
  }
  constexpr uint64_t kNoLimit = ~uint64_t{0};
  [[maybe_unused]] Result<bool> queued = pending.Enqueue(info, kNoLimit);  // Faults are exempt.
}

void Task::OnFault(const platform::Fault& fault) {
  captured_ = true;
  in_call_ = false;
  host_call_ = false;
  fault_trap_ = fault.trap_number;
  fault_error_ = fault.error_code;
  constexpr uint64_t kPageFault = 14;
  if (fault.trap_number == kPageFault) fault_address_ = fault.address;  // cr2 keeps the last one.
  abi::SigInfo info{};
  info.si_signo = fault.signal;
  info.si_code = fault.code;
  info.fields.fault.addr = fault.address;
  ForceSignal(info);
  Boundary();
}

}  // namespace sentry
