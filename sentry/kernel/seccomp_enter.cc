// A call before its handler: what strict mode or the filters say of it (Linux:
// __secure_computing(), __seccomp_filter()).
#include "abi/linux/poll.h"
#include "abi/linux/ptrace.h"
#include "abi/linux/syscall_numbers.h"
#include "abi/linux/wait.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace.h"
#include "sentry/kernel/seccomp.h"
#include "sentry/kernel/task_state.h"

namespace sentry {
namespace {

constexpr uint32_t kMaxErrno = 4095;

bool AllowedInStrictMode(int64_t number) {
  return number == abi::kSysRead || number == abi::kSysWrite || number == abi::kSysExit ||
         number == abi::kSysRtSigreturn;
}

abi::SeccompData DataOf(const platform::Syscall& call) {
  abi::SeccompData data{.nr = static_cast<int32_t>(call.number),
                        .arch = abi::kAuditArchX8664,
                        .instruction_pointer = call.ip,
                        .args = {}};
  std::copy(std::begin(call.args), std::end(call.args), data.args);
  return data;
}

// In the list of the supervisor for as long as the call waits, however that ends.
class Asked final : public RefCounted {
 public:
  Asked(Ref<SeccompNotifier> notifier, Task& task, const abi::SeccompData& data)
      : notifier_(std::move(notifier)), notification_(notifier_->Add(task, data)) {}
  ~Asked() override { notifier_->Remove(*notification_); }
  SeccompNotification& operator*() const { return *notification_; }

 private:
  const Ref<SeccompNotifier> notifier_;
  const Ref<SeccompNotification> notification_;
};

uint64_t Negative(uint32_t error) {
  return static_cast<uint64_t>(-static_cast<int64_t>(error));
}

}  // namespace

// `after_tracer`: evaluated once more after a PTRACE_EVENT_SECCOMP stop, whose tracer may have
// changed the call; the action TRACE lets it pass then.
void Task::EnterFiltered(bool after_tracer) {
  if (seccomp_mode == abi::kSeccompModeDisabled) return RunCall();
  const bool suspended = tracer && (tracer->options & abi::kPtraceOSuspendSeccomp) != 0;
  if (suspended) return RunCall();
  if (seccomp_mode == abi::kSeccompModeStrict) {
    if (AllowedInStrictMode(call_.number)) return RunCall();
    return Exit(abi::WaitStatusSignaled(abi::kSigKill, false));
  }
  const SeccompFilters::Verdict verdict = seccomp->Evaluate(DataOf(call_));
  const uint32_t data = verdict.value & abi::kSeccompRetData;
  switch (verdict.value & abi::kSeccompRetActionFull) {
    case abi::kSeccompRetAllow:
    case abi::kSeccompRetLog:
      return RunCall();
    case abi::kSeccompRetErrno:
      return CompleteSyscall(Negative(std::min(data, kMaxErrno)));
    case abi::kSeccompRetTrap:
      return TrapCall(data, false);
    case abi::kSeccompRetTrace:
      return after_tracer ? RunCall() : AskTracer(data);
    case abi::kSeccompRetUserNotif:
      return AskSupervisor(verdict.by->notifier());
    case abi::kSeccompRetKillThread:
      if (group_->tasks.size() > 1) return Exit(abi::WaitStatusSignaled(abi::kSigSys, false));
      return TrapCall(data, true);
    default:  // KILL_PROCESS, and values that no Linux knows.
      return TrapCall(data, true);
  }
}

// SIGSYS in place of the call, with the registers that it was made with.
void Task::TrapCall(uint32_t reason, bool fatal) {
  CaptureThen([reason, fatal](Task& task) {
    platform::Registers& regs = task.registers();
    const uint64_t number = static_cast<uint64_t>(task.call_.number);
    regs.rax = number;
    regs.rip = task.call_.ip;
    abi::SigInfo info{};
    info.si_signo = abi::kSigSys;
    info.si_code = abi::kSysCodeSeccomp;
    info.si_errno = static_cast<int32_t>(reason);
    info.fields.sys.call_addr = task.call_.ip;
    info.fields.sys.syscall = static_cast<int32_t>(number);
    info.fields.sys.arch = abi::kAuditArchX8664;
    if (fatal) {
      task.dies_of_trap_ = true;
      task.group_->actions->actions[abi::kSigSys].handler = abi::kSigDfl;
      task.SetBlocked(task.blocked & ~abi::SigMask(abi::kSigSys));
    }
    task.ForceSignal(info);
    task.interrupted_by_ = 0;
    if (task.kernel_.observer != nullptr) {
      task.kernel_.observer->OnExit(task, static_cast<int64_t>(number));
    }
    if (task.tracer && task.tracer->StopsAtExit()) return task.LeaveTraced(number);
    task.Boundary();
  });
}

// PTRACE_EVENT_SECCOMP; nobody who wants it: ENOSYS.
void Task::AskTracer(uint32_t data) {
  if (!WantsPtraceEvent(abi::kPtraceEventSeccomp)) return CompleteSyscall(Errno(ENOSYS));
  PtraceEventThen(abi::kPtraceEventSeccomp, data, [](Task& task) {
    const platform::Registers& now = task.registers();
    task.call_ = {.number = static_cast<int32_t>(now.orig_rax),
                  .args = {now.rdi, now.rsi, now.rdx, now.r10, now.r8, now.r9},
                  .ip = now.rip};
    if (task.call_.number < 0) return task.CompleteSyscall(now.rax);
    task.EnterFiltered(true);
  });
}

// Waits for the answer of whoever holds the listener.
void Task::AskSupervisor(SeccompNotifier* notifier) {
  if (notifier == nullptr || notifier->supervisor_gone()) return CompleteSyscall(Errno(ENOSYS));
  Ref<Asked> asked = MakeRef<Asked>(Ref<SeccompNotifier>(notifier), *this, DataOf(call_));
  WaitSpec wait;
  wait.queues.push_back({&(**asked).queue, abi::kPollIn});
  Block(std::move(wait), [asked](Task& task) -> Result<uint64_t> {
    const SeccompNotification& notification = **asked;
    if (notification.state != SeccompNotification::State::kReplied) return Errno(EAGAIN);
    if ((notification.flags & abi::kSeccompUserNotifFlagContinue) != 0) {
      // Not from here: the wait that is just over must be gone first.
      task.on_resume_ = [](Task& self) { self.RunCall(); };
      task.kernel_.MakeReady(task);
      return Errno(kErrnoNoReturn);
    }
    return static_cast<uint64_t>(notification.error != 0 ? notification.error : notification.value);
  });
  CompleteSyscall(Errno(kErrnoBlocked));
}

void Task::MakeWaitKillable() {
  if (block_) block_->spec.killable_only = true;
}

bool Task::WaitsKillably() const {
  return block_ && block_->spec.killable_only;
}

}  // namespace sentry
