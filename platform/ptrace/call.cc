// Injected calls: registers made up, the thread run from stop to stop, the result read.
#include "platform/ptrace/call.h"

#include <signal.h>
#include <sys/syscall.h>

#include "platform/base/log.h"
#include "platform/ptrace/filter.h"
#include "platform/ptrace/layout.h"

namespace platform::ptracing {
namespace {

constexpr uint64_t kSyscallSize = 2;
constexpr uint64_t kPlainFlags = 0x202;  // Interrupts on, no single step.
constexpr int64_t kFirstRestart = -516;  // -ERESTART_RESTARTBLOCK .. -ERESTARTSYS
constexpr int64_t kLastRestart = -512;

Registers ForCall(const Tracee& tracee, int64_t number, const CallArgs& args) {
  Registers registers = tracee.registers;
  registers.rax = static_cast<uint64_t>(number);
  registers.orig_rax =
      ~uint64_t{0};  // Whatever call the thread was in is not to be made or restarted.
  registers.rdi = args[0];
  registers.rsi = args[1];
  registers.rdx = args[2];
  registers.r10 = args[3];
  registers.r8 = args[4];
  registers.r9 = args[5];
  registers.eflags = kPlainFlags;
  return registers;
}

}  // namespace

bool IsFault(const siginfo_t& info) {
  if (info.si_code <= 0) return false;  // From kill(2) or sigqueue(3), from outside.
  return info.si_signo == SIGSEGV || info.si_signo == SIGBUS || info.si_signo == SIGFPE ||
         info.si_signo == SIGILL || info.si_signo == SIGTRAP;
}

std::optional<int64_t> Caller::Call(Tracee& tracee, int64_t number, const CallArgs& args) {
  for (;;) {
    if (!StartCall(tracee, number, args)) return std::nullopt;
    if (!RunToCallStop(tracee, RunTo::kSyscallEnd)) return std::nullopt;
    Registers after;
    if (!GetRegisters(tracee.tid, &after)) return std::nullopt;
    const auto result = static_cast<int64_t>(after.rax);
    // Cut short by a StopSoon() that came before: the stop took it away, so the next try goes
    // through.
    if (result >= kFirstRestart && result <= kLastRestart) continue;
    if (number == SYS_arch_prctl) {  // The one call whose effect is in the registers themselves.
      tracee.registers.fs_base = after.fs_base;
      tracee.registers.gs_base = after.gs_base;
    }
    return result;
  }
}

// Leaves the thread before the call, so that running it to the next kSyscallEnd executes it.
bool Caller::StartCall(Tracee& tracee, int64_t number, const CallArgs& args) {
  Registers registers = ForCall(tracee, number, args);
  if (tracee.at_call) {  // The call that it stands before is replaced.
    registers.orig_rax = static_cast<uint64_t>(number);
    registers.rip = syscall_address_ + kSyscallSize;
    tracee.at_call = false;
    return SetRegisters(tracee.tid, registers);
  }
  registers.rip = syscall_address_;
  if (!SetRegisters(tracee.tid, registers)) return false;
  // The beginning of a call that the filter lets pass shows as an ordinary system call stop.
  const bool traced = filtered_ && IsTraced(number, args);
  return RunToCallStop(tracee, traced ? RunTo::kNextStop : RunTo::kSyscallEnd);
}

bool Caller::RunToCallStop(Tracee& tracee, RunTo to) {
  for (;;) {
    Run(tracee.tid, to);
    const std::optional<Stop> stop = stops_->WaitFor(tracee.tid);
    if (!stop) {
      tracee.ended = true;
      return false;
    }
    if (stop->ended()) {
      tracee.ended = true;
      tracee.status = stop->status;
      return false;
    }
    if (stop->after_call() || (stop->at_call() && to == RunTo::kNextStop)) return true;
    if (stop->new_child()) new_child_ = NewChild(tracee.tid).value_or(0);
    if (stop->signal() == 0) continue;
    const std::optional<siginfo_t> info = SignalInfo(tracee.tid);
    if (info && IsFault(*info)) {
      // Nothing but guest code that wrote over our page could do that.  The loop goes on to its
      // end.
      LOG_WARNING("stub thread %d faulted in a call of ours, signal %d at %p: killed", tracee.tid,
                  info->si_signo, info->si_addr);
      ::syscall(SYS_tkill, tracee.tid, SIGKILL);
    }
  }
}

std::optional<Caller::Child> Caller::Clone(Tracee& tracee, uint64_t flags,
                                           uint64_t clear_tid_address) {
  new_child_ = 0;
  const std::optional<int64_t> result =
      Call(tracee, SYS_clone, {flags, 0, 0, clear_tid_address, 0});
  if (!result) return std::nullopt;
  Child child;
  child.result = *result;
  if (*result < 0) return child;
  child.tracee.tid = new_child_;
  const std::optional<Stop> stop = stops_->WaitFor(new_child_);
  child.tracee.ended = !stop || stop->ended();
  child.tracee.status = stop ? stop->status : SIGKILL;
  return child;
}

bool Caller::Reenter(Tracee& tracee) {
  const Registers& own = tracee.registers;
  const CallArgs args = {own.rdi, own.rsi, own.rdx, own.r10, own.r8, own.r9};
  if (!StartCall(tracee, static_cast<int64_t>(own.orig_rax), args)) return false;
  tracee.at_call = true;
  // The host goes by orig_rax and returns to rip: with these restored nothing tells that calls came
  // between.
  return SetRegisters(tracee.tid, own);
}

void Caller::Exit(Tracee& tracee) {
  if (!StartCall(tracee, SYS_exit, {})) return;
  Run(tracee.tid, RunTo::kNextStop);
}

}  // namespace platform::ptracing
