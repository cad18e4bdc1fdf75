// Ptrace-stops: parking, telling the tracer, going on (Linux: ptrace_stop(), ptrace_resume()).
#include "abi/linux/poll.h"
#include "abi/linux/ptrace.h"
#include "abi/linux/wait.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace.h"
#include "sentry/kernel/signals.h"

namespace sentry {
namespace {

void SendChildSignal(ThreadGroup& to, const abi::SigInfo& info) {
  [[maybe_unused]] Result<void> sent = to.SendSignal(info);
  to.child_events.Notify(abi::kPollIn);
}

}  // namespace

int GuestTracer::CallSignal() const {
  return abi::kSigTrap | ((options & abi::kPtraceOTracesysgood) != 0 ? 0x80 : 0);
}

abi::SigInfo PtraceNotice(const Task& tracee, int code) {
  abi::SigInfo info{};
  info.si_signo = abi::kSigTrap;
  info.si_code = code;
  info.fields.kill.pid = tracee.tid().value();
  info.fields.kill.uid = tracee.creds().uid;
  return info;
}

void NotifyTracer(Task& tracee, int why, int status) {
  ThreadGroup& to = tracee.tracer->tracer->group();
  abi::SigInfo info{};
  info.si_signo = abi::kSigChld;
  info.si_code = why;
  info.fields.chld.pid = to.NumberOf(tracee.tid());
  info.fields.chld.uid = UidFor(to, tracee.creds().uid);
  info.fields.chld.status = status & 0x7f;
  const abi::SigAction& action = to.actions->actions[abi::kSigChld];
  if (action.handler != abi::kSigIgn && (action.flags & abi::kSaNocldstop) == 0) {
    return SendChildSignal(to, info);
  }
  to.child_events.Notify(abi::kPollIn);
}

void NotifyTracerOfEnd(Task& tracee, int wait_status) {
  ThreadGroup& to = tracee.tracer->tracer->group();
  const bool exited = abi::WaitExited(wait_status);
  abi::SigInfo info{};
  info.si_signo = abi::kSigChld;
  info.si_code =
      exited ? abi::kCldExited
             : ((wait_status & abi::kWaitCoreFlag) != 0 ? abi::kCldDumped : abi::kCldKilled);
  info.fields.chld.pid = to.NumberOf(tracee.tid());
  info.fields.chld.uid = UidFor(to, tracee.creds().uid);
  info.fields.chld.status =
      exited ? abi::WaitExitCode(wait_status) : abi::WaitTermSignal(wait_status);
  SendChildSignal(to, info);
}

void Task::ClearForcedStep() {
  if (!tracer->forced_step) return;
  tracer->forced_step = false;
  registers().eflags &= ~abi::kEflagsTrap;
}

void Task::StopForTracer(PtraceStop stop) {
  GuestTracer& traced = *tracer;
  ClearForcedStep();
  state_ = State::kStopped;
  traced.wait_code = stop.code;
  traced.message = stop.message;
  traced.listening = false;
  const int why = stop.why, code = stop.code;
  traced.stop = std::move(stop);
  NotifyTracer(*this, why, code);
  group_->CheckStopComplete();
}

void Task::ResumeTracee(int signal) {
  PtraceStop stop = std::move(*tracer->stop);
  tracer->stop.reset();
  tracer->wait_code = 0;
  tracer->listening = false;
  state_ = State::kCalling;  // Nobody captures or interrupts it until it has gone on.
  PtraceResume resume{.signal = signal, .info = stop.info};
  on_resume_ = [then = std::move(stop.then), resume](Task& task) mutable { then(task, resume); };
  kernel_.MakeReady(*this);
}

void Task::TrapAgain() {
  PtraceStop stop = std::move(*tracer->stop);
  tracer->stop.reset();
  tracer->listening = false;
  state_ = State::kCalling;
  on_resume_ = [](Task& task) {
    task.state_ = State::kCaptured;
    task.Boundary();
  };
  kernel_.MakeReady(*this);
}

bool Task::WantsPtraceEvent(int event) const {
  return tracer != nullptr && (tracer->options >> event & 1) != 0;
}

void Task::PtraceEventThen(int event, uint64_t message, base::UniqueFunction<void(Task&)> then) {
  if (!WantsPtraceEvent(event)) return then(*this);
  if (!captured_) {
    return CaptureThen([event, message, then = std::move(then)](Task& task) mutable {
      task.PtraceEventThen(event, message, std::move(then));
    });
  }
  const State before = state_;
  const bool in_call = before == State::kCalling;
  if (in_call) {
    registers().orig_rax = static_cast<uint64_t>(call_.number);
    registers().rax = static_cast<uint64_t>(-int64_t{ENOSYS});
  } else {
    ExposeCall();
  }
  const int code = abi::kSigTrap | event << 8;
  PtraceStop stop{.code = code,
                  .info = PtraceNotice(*this, code),
                  .message = message,
                  .in_call = in_call,
                  .then = {}};
  stop.then = [before, then = std::move(then)](Task& task, const PtraceResume&) mutable {
    task.state_ = before;
    if (before != State::kCalling) task.AbsorbCall();
    then(task);
  };
  StopForTracer(std::move(stop));
}

}  // namespace sentry
