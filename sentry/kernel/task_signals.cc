// The boundary to guest code: everything that is due is dealt with before a captured thread goes on
// (Linux: exit_to_user_mode_loop(), get_signal(), handle_signal()).
#include "abi/linux/ptrace.h"
#include "abi/linux/syscall_numbers.h"
#include "abi/linux/wait.h"
#include "sentry/kernel/answers.h"
#include "sentry/kernel/core_dump.h"
#include "sentry/kernel/futex.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace.h"
#include "sentry/kernel/ptrace_watch.h"
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
  const bool stop = tracer ? tracer->TrapPending() : group_->stopped;
  return group_->exiting || stop || HasDeliverableSignal();
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
    if (tracer ? TrapForTracer() : Park()) return;
    if (std::optional<abi::SigInfo> info = NextSignal()) {
      const bool hidden = info->si_signo == abi::kSigKill || dies_of_trap_;
      if (tracer && !hidden) return StopForSignal(*info);
      if (!DeliverOne(*info)) return;
      continue;
    }
    RestartOrFail(false, 0);
    // The temporary mask held until now; signals that it kept away may be due.
    if (!saved_mask_) return Resume();
    SetBlocked(*std::exchange(saved_mask_, std::nullopt));
  }
}

// Job control: true when it stands still with its process.
bool Task::Park() {
  if (!group_->stopped) return false;
  state_ = State::kStopped;
  group_->CheckStopComplete();
  return true;
}

void Task::Resume() {
  if (seccomp_mode != 0 || tracer || user_dispatch.on) WithdrawAnswers(*this);
  SettleOwn(*this);
  state_ = State::kRunning;
  in_call_ = false;
  if (tracer) ForceStep();
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
      if (tracer && tracer->stop) {
        if (tracer->listening && tracer->TrapPending()) TrapAgain();
        return;
      }
      if (tracer || !group_->stopped) Boundary();
      return;
    default:
      return;  // Looked at when the call completes or the thread is captured.
  }
}

// Single-stepping for the tracer, or for its watchpoints; the guest's own trap flag stays its own.
void Task::ForceStep() {
  const bool watch = HasWatch(*tracer);
  if (watch) NoteWatched(*this);
  if ((!tracer->Steps() && !watch) || (registers().eflags & abi::kEflagsTrap) != 0) return;
  registers().eflags |= abi::kEflagsTrap;
  tracer->forced_step = true;
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

void Task::RestartOrFail(bool handler_runs, uint64_t handler_flags) {
  if (interrupted_by_ == 0) return;
  const int code = std::exchange(interrupted_by_, 0);
  bool restart = !handler_runs || code == abi::kERestartNoIntr ||
                 (code == abi::kERestartSys && (handler_flags & abi::kSaRestart) != 0);
  if (!restart || code != abi::kERestartRestartBlock) next_restart_deadline_.reset();
  if (!restart) return;  // rax is -EINTR already.
  registers().rip = call_.ip - kSyscallInstruction;
  registers().rax = static_cast<uint64_t>(call_.number);
  if (code != abi::kERestartRestartBlock) return;
  // Filters and tracers see that it is not a new call (restart_syscall(2)).
  if (call_.number != abi::kSysRestartSyscall) restart_number_ = call_.number;
  registers().rax = abi::kSysRestartSyscall;
}

Result<void> Task::BecomeRestarted() {
  if (restart_number_ == 0) return Errno(kErrnoHost);
  call_.number = std::exchange(restart_number_, 0);
  return {};
}

bool Task::DeliverOne(const abi::SigInfo& info) {
  const int signal = info.si_signo;
  abi::SigAction& action = group_->actions->actions[static_cast<size_t>(signal)];
  if (action.handler == abi::kSigIgn) return true;
  if (kernel_.observer != nullptr) kernel_.observer->OnSignal(*this, info);
  if (action.handler == abi::kSigDfl) return DeliverDefault(info);
  const abi::SigAction taken = action;
  if ((taken.flags & abi::kSaResethand) != 0) action.handler = abi::kSigDfl;
  RunHandler(info, taken);
  if (tracer && tracer->Steps()) StopAtHandler();
  return state_ == State::kCaptured;
}

// A step that leads into a handler ends at its first instruction (signal_setup_done()).
void Task::StopAtHandler() {
  ExposeCall();
  PtraceStop stop{.code = abi::kSigTrap, .info = PtraceNotice(*this, abi::kSigTrap), .then = {}};
  stop.then = [](Task& task, const PtraceResume&) {
    task.state_ = State::kCaptured;
    task.AbsorbCall();
    task.Boundary();
  };
  StopForTracer(std::move(stop));
}

// Who waits for its locks is woken before it goes.
void Task::DieOf(int status) {
  std::vector<platform::HostCall> wakes = FutexOwnersDied(*group_);
  if (wakes.empty()) return ExitGroup(status);
  InjectThen(wakes, [status](Task& task, std::span<const int64_t>) { task.ExitGroup(status); });
}

bool Task::DeliverDefault(const abi::SigInfo& info) {
  const int signal = info.si_signo;
  switch (DefaultActionOf(signal)) {
    case DefaultAction::kIgnore:
    case DefaultAction::kContinue:
      return true;
    case DefaultAction::kStop:
      // Nobody could continue an orphaned group (setpgid(2)).
      if (signal == abi::kSigStop || !group_->process_group->IsOrphaned()) group_->Stop(signal);
      return true;
    case DefaultAction::kTerminate:
    case DefaultAction::kCore: {
      const bool dumped = DefaultActionOf(signal) == DefaultAction::kCore && DumpCore(*this, info);
      if (dead()) return false;
      const int status = abi::WaitStatusSignaled(signal, dumped);
      PtraceEventThen(abi::kPtraceEventExit, static_cast<uint64_t>(status),
                      [status](Task& task) { task.DieOf(status); });
      return false;
    }
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
  restart_number_ = 0;
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

// A step that was made for watchpoints only, and none was hit: nobody hears of it.
bool Task::StepsOn(const platform::Fault& fault, abi::SigInfo& info) {
  const bool step = fault.signal == abi::kSigTrap && fault.code == abi::kTrapTrace;
  if (!step || !HasWatch(*tracer)) return false;
  const bool hit = WatchHit(*this);
  if (tracer->Steps()) return false;
  if (hit) info.si_code = abi::kTrapHwbkpt;
  return !hit;
}

void Task::OnFault(const platform::Fault& fault) {
  Serving serving(*this);
  captured_ = true;
  if (FinishRunInHost()) return;
  at_call_site_ = false;
  const bool our_step = tracer && tracer->forced_step;
  if (tracer) ClearForcedStep();
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
  if (!our_step || !StepsOn(fault, info)) ForceSignal(info);
  Boundary();
}

}  // namespace sentry
