// What the host reports, turned into events for the kernel.
#include <signal.h>
#include <sys/syscall.h>

#include "platform/base/log.h"
#include "platform/ptrace/fault.h"
#include "platform/ptrace/layout.h"
#include "platform/ptrace/tracer.h"

namespace platform::ptracing {
namespace {

using State = PtraceThread::State;

// The kernel needs all registers for these, and expects the same of every backend.
bool NeedsRegisters(int64_t number) {
  return number == SYS_fork || number == SYS_vfork || number == SYS_clone || number == SYS_clone3 ||
         number == SYS_rt_sigreturn;
}

// A host call that was cut short is about to be restarted by the host (see
// arch_do_signal_or_restart in Linux).  We show what a signal handler with SA_RESTART would find:
// either the error, or the call about to be made again.
void SettleRestart(Registers& registers) {
  constexpr int64_t kRestartSys = -512, kRestartNoIntr = -513, kRestartNoHandler = -514,
                    kRestartBlock = -516;
  if (static_cast<int32_t>(registers.orig_rax) < 0) return;  // Not in a call.
  switch (static_cast<int64_t>(registers.rax)) {
    case kRestartSys:
    case kRestartNoIntr:
      registers.rax = registers.orig_rax;
      registers.rip -= 2;
      break;
    case kRestartNoHandler:
    case kRestartBlock:
      registers.rax = static_cast<uint64_t>(-EINTR);
      break;
    default:
      break;
  }
  registers.orig_rax = ~uint64_t{0};
}

}  // namespace

void Tracer::HandleAll() {
  while (const std::optional<Stop> stop = stops_.Next()) Handle(*stop);
}

void Tracer::Handle(const Stop& stop) {
  const auto it = by_tid_.find(stop.tid);
  if (it == by_tid_.end()) return HandleUnowned(stop);
  PtraceThread& thread = *it->second;
  if (stop.ended()) return OnEnd(thread, stop.status);
  if (thread.state != State::kRunning) {
    Run(stop.tid, RunTo::kNextStop);  // On its way out, through exit(2) or SIGKILL.
  } else if (stop.at_call()) {
    OnCall(thread);
  } else if (stop.interrupted() && thread.capture_wanted) {
    OnInterrupted(thread);
  } else if (stop.group_stop()) {
    Listen(stop.tid);
  } else if (stop.signal() != 0) {
    OnSignal(thread);
  } else {
    Run(stop.tid, RunTo::kNextStop);
  }
}

void Tracer::OnCall(PtraceThread& thread) {
  Registers& registers = thread.tracee.registers;
  if (!GetRegisters(thread.tracee.tid, &registers)) return;
  thread.tracee.at_call = true;
  Event event{.kind = Event::Kind::kSyscall, .thread = &thread};
  event.call = {.number = static_cast<int32_t>(registers.orig_rax),  // As the host reads it.
                .args = {registers.rdi, registers.rsi, registers.rdx, registers.r10, registers.r8,
                         registers.r9},
                .ip = registers.rip};
  if (NeedsRegisters(event.call.number)) return Captured(thread, event);
  thread.state = State::kCalling;
  Report(thread, event);
}

void Tracer::OnInterrupted(PtraceThread& thread) {
  if (!GetRegisters(thread.tracee.tid, &thread.tracee.registers)) return;
  SettleRestart(thread.tracee.registers);
  Captured(thread, {.kind = Event::Kind::kCaptured, .thread = &thread});
}

void Tracer::OnSignal(PtraceThread& thread) {
  const std::optional<siginfo_t> info = SignalInfo(thread.tracee.tid);
  if (info && info->si_signo == SIGSTOP) {
    RunWith(thread.tracee.tid, SIGSTOP);  // The kernel holds the process (--cpus).
    return;
  }
  if (!info || !IsFault(*info)) {
    Run(thread.tracee.tid, RunTo::kNextStop);  // From outside: none of the guest's business.
    return;
  }
  if (!GetRegisters(thread.tracee.tid, &thread.tracee.registers)) return;
  Event event{.kind = Event::Kind::kFault, .thread = &thread};
  event.fault = DescribeFault(thread.tracee.tid, *info, thread.tracee.registers);
  Captured(thread, event);
}

// The state is fetched now, because the kernel may ask for it from another thread than the tracer.
void Tracer::Captured(PtraceThread& thread, Event event) {
  std::vector<std::byte> image(fp_format_.host_size());
  if (GetExtendedState(thread.tracee.tid, image).ok()) thread.fp = fp_format_.FromHost(image);
  thread.state = State::kCaptured;
  if (event.kind == Event::Kind::kCaptured) thread.capture_wanted = false;
  event.captured = true;
  Report(thread, event);
}

void Tracer::OnEnd(PtraceThread& thread, int status) {
  if (thread.born()) by_tid_.erase(thread.tracee.tid);
  if (thread.tracee.tid == thread.process->pid) thread.process->reaped = true;
  thread.state = State::kDead;
  thread.tracee.ended = true;
  thread.installs.clear();
  if (thread.action.kind == Action::Kind::kClone) {
    PtraceThread* child = thread.action.child;
    thread.action = {};
    child->state = State::kDead;
    child->failed_parent = &thread;
    thread.failed_child = child;
    if (child->released) Bury(*child);
    Report(thread,
           {.kind = Event::Kind::kCloned, .thread = &thread, .captured = true, .error = ESRCH});
  }
  if (thread.released) {
    Bury(thread);
  } else {
    Report(thread, {.kind = Event::Kind::kGone, .thread = &thread, .status = status});
  }
}

}  // namespace platform::ptracing
