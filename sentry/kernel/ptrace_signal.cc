// What a tracee meets at the boundary: traps of job control and PTRACE_INTERRUPT, then each signal
// before it is delivered (Linux: do_jobctl_trap(), ptrace_signal()).
#include "abi/linux/ptrace.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace.h"
#include "sentry/kernel/signals.h"

namespace sentry {

bool Task::TrapForTracer() {
  GuestTracer& traced = *tracer;
  if (traced.stop_pending) traced.trap_stop = true;
  const bool news = std::exchange(traced.trap_notify, false);
  traced.stop_pending = false;
  if (!std::exchange(traced.trap_stop, false) && !news) return false;
  ExposeCall();
  PtraceStop stop;
  stop.why = abi::kCldStopped;
  if (traced.seized) {
    const int signal =
        group_->stopped && traced.stop_signal != 0 ? traced.stop_signal : abi::kSigTrap;
    stop.code = signal | abi::kPtraceEventStop << 8;
    stop.info = PtraceNotice(*this, stop.code);
    stop.info->si_signo = signal;
  } else {
    stop.code = traced.stop_signal != 0 ? traced.stop_signal : abi::kSigStop;
  }
  stop.then = [](Task& task, const PtraceResume&) {
    task.state_ = State::kCaptured;
    task.AbsorbCall();
    task.Boundary();
  };
  StopForTracer(std::move(stop));
  return true;
}

void Task::StopForSignal(const abi::SigInfo& info) {
  ExposeCall();
  PtraceStop stop{.code = info.si_signo, .info = info, .then = {}};
  stop.then = [](Task& task, const PtraceResume& resume) { task.AfterSignalStop(resume); };
  StopForTracer(std::move(stop));
}

// The tracer has chosen the signal to deliver, and may have changed its siginfo.
void Task::AfterSignalStop(const PtraceResume& resume) {
  const int signal = resume.signal;
  state_ = State::kCaptured;
  AbsorbCall();
  if (signal == 0) return Boundary();
  abi::SigInfo info = *resume.info;
  if (signal != info.si_signo) {
    info = {};
    info.si_signo = signal;
    info.si_code = abi::kSiUser;
    if (tracer) {
      info.fields.kill.pid = tracer->tracer->group().pid.value();
      info.fields.kill.uid = tracer->tracer->creds().uid;
    }
  }
  if ((blocked & abi::SigMask(signal)) != 0) {
    constexpr uint64_t kNoLimit = ~uint64_t{0};
    [[maybe_unused]] Result<bool> queued = pending.Enqueue(info, kNoLimit);
    return Boundary();
  }
  if (DeliverOne(info)) Boundary();
}

void Task::SetLastingMask(Sigset mask) {
  saved_mask_.reset();
  SetBlocked(mask);
}

}  // namespace sentry
