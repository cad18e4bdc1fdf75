// Stops around calls (Linux: syscall_trace_enter(), ptrace_report_syscall()).  A tracer sees all
// registers and may change the call, so a call is captured before it is handled; what the host is
// to do of it the stub is then told to do, with the result in our hands.
#include "abi/linux/errno.h"
#include "abi/linux/poll.h"
#include "abi/linux/ptrace.h"
#include "sentry/kernel/dispatch.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace.h"
#include "sentry/kernel/signals.h"

namespace sentry {
namespace {

using Run = GuestTracer::Run;

// "This isn't the same as continuing with a signal, but it will do for normal use" (Linux).
void SendFromTracer(Task& task, int signal) {
  if (signal == 0) return;
  [[maybe_unused]] Result<void> sent = task.SendSignal(KernelSignal(signal));
}

}  // namespace

void Task::EnterTraced() {
  const bool wanted = tracer->StopsAtEntry() || tracer->StopsAtExit();
  if (!wanted) return EnterFiltered(false);
  CaptureThen([](Task& task) {
    if (task.tracer) task.ClearForcedStep();
    if (task.tracer && task.tracer->StopsAtEntry()) return task.StopAtEntry();
    task.EnterFiltered(false);
  });
}

void Task::StopAtEntry() {
  platform::Registers& regs = registers();
  regs.orig_rax = static_cast<uint64_t>(call_.number);
  regs.rax = static_cast<uint64_t>(-int64_t{ENOSYS});
  regs.rip = call_.ip;
  const bool skip = tracer->run == Run::kSysemu || tracer->run == Run::kSysemuStep;
  const int code = tracer->CallSignal();
  PtraceStop stop{.code = code,
                  .info = PtraceNotice(*this, code),
                  .message = abi::kPtraceEventmsgSyscallEntry,
                  .in_call = true,
                  .then = {}};
  stop.then = [skip](Task& task, const PtraceResume& resume) {
    task.state_ = State::kCalling;
    SendFromTracer(task, resume.signal);
    const platform::Registers& now = task.registers();
    task.call_ = {.number = static_cast<int32_t>(now.orig_rax),
                  .args = {now.rdi, now.rsi, now.rdx, now.r10, now.r8, now.r9},
                  .ip = now.rip};
    // No call any more: the tracer's rax is the answer.
    if (skip) {
      task.state_ = State::kCaptured;
      task.in_call_ = false;
      return task.Boundary();
    }
    if (task.call_.number == -1) return task.CompleteSyscall(now.rax);
    task.EnterFiltered(false);
  };
  StopForTracer(std::move(stop));
}

void Task::RunCall() {
  CompleteSyscall(DispatchSyscall(*this));
}

void Task::ExposeCall() {
  platform::Registers& regs = registers();
  regs.orig_rax = in_call_ ? static_cast<uint64_t>(call_.number) : ~uint64_t{0};
  if (interrupted_by_ != 0) regs.rax = static_cast<uint64_t>(-int64_t{interrupted_by_});
}

void Task::AbsorbCall() {
  platform::Registers& regs = registers();
  interrupted_by_ = 0;
  in_call_ = static_cast<int32_t>(regs.orig_rax) >= 0;
  if (!in_call_) return;
  call_.number = static_cast<int32_t>(regs.orig_rax);
  call_.ip = regs.rip;
  const auto result = static_cast<int64_t>(regs.rax);
  if (result >= 0 || result < -4095 || !abi::IsRestartCode(static_cast<int>(-result))) return;
  interrupted_by_ = static_cast<int>(-result);
  regs.rax = static_cast<uint64_t>(-int64_t{EINTR});
}

void Task::LeaveTraced(uint64_t value) {
  registers().rax = value;
  registers().rip = call_.ip;
  state_ = State::kCaptured;
  if (tracer->Steps()) {
    // user_single_step_report(): the call was the step.
    abi::SigInfo info{};
    info.si_signo = abi::kSigTrap;
    info.si_code = abi::kTrapBrkpt;
    info.fields.fault.addr = registers().rip;
    ForceSignal(info);
    return Boundary();
  }
  ExposeCall();
  const int code = tracer->CallSignal();
  PtraceStop stop{.code = code,
                  .info = PtraceNotice(*this, code),
                  .message = abi::kPtraceEventmsgSyscallExit,
                  .then = {}};
  stop.then = [](Task& task, const PtraceResume& resume) {
    task.state_ = State::kCaptured;
    task.AbsorbCall();
    SendFromTracer(task, resume.signal);
    task.Boundary();
  };
  StopForTracer(std::move(stop));
}

}  // namespace sentry
