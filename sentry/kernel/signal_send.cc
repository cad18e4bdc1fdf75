// Sending: what a signal does on arrival, and which task of a process is to take it
// (Linux: prepare_signal(), complete_signal()).
#include "abi/linux/capability.h"
#include "abi/linux/poll.h"
#include "abi/linux/syscall_numbers.h"
#include "abi/linux/wait.h"
#include "sentry/kernel/answers.h"
#include "sentry/kernel/futex.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/namespaces.h"
#include "sentry/kernel/signals.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

constexpr Sigset kStopSignals = abi::SigMask(abi::kSigStop) | abi::SigMask(abi::kSigTstp) |
                                abi::SigMask(abi::kSigTtin) | abi::SigMask(abi::kSigTtou);

// The signal ends the process whatever it does next, so that nobody needs to wait for it.
bool KillsAtOnce(const Task& target, int signal) {
  if (signal != abi::kSigKill) {
    if (target.tracer != nullptr || (target.blocked & abi::SigMask(signal)) != 0) return false;
    const uint64_t handler = target.group().actions->actions[static_cast<size_t>(signal)].handler;
    if (handler != abi::kSigDfl || DefaultActionOf(signal) != DefaultAction::kTerminate)
      return false;
  }
  // Who waits for its locks is woken by one of its own threads, which has to be able to.
  const int64_t call = target.call().number;
  bool in_vfork = call == abi::kSysVfork || call == abi::kSysClone || call == abi::kSysClone3;
  bool able = !target.group().stopped &&
              (target.state() == Task::State::kRunning || target.state() == Task::State::kCalling ||
               (target.state() == Task::State::kBlocked && !in_vfork));
  return !able || !HoldsRobustFutexes(target.group());
}

bool Wants(const Task& task, int signal) {
  if (signal == abi::kSigKill) return true;
  return (task.blocked & abi::SigMask(signal)) == 0 && task.state() != Task::State::kStopped;
}

// The main thread when it wants the signal, else any that does; null: it stays pending.
Task* Taker(const ThreadGroup& group, int signal) {
  if (!group.leader->dead() && Wants(*group.leader, signal)) return group.leader;
  for (Task* task : group.tasks) {
    if (Wants(*task, signal)) return task;
  }
  return nullptr;
}

}  // namespace

abi::SigInfo KernelSignal(int signal) {
  abi::SigInfo info{};
  info.si_signo = signal;
  info.si_code = abi::kSiKernel;
  return info;
}

abi::SigInfo UserSignal(const Task& sender, int signal, int code) {
  abi::SigInfo info{};
  info.si_signo = signal;
  info.si_code = code;
  info.fields.kill.pid = sender.NumberOf(sender.group().pid);
  info.fields.kill.uid = ShownUid(sender.creds().user_ns.get(), sender.creds().uid);
  return info;
}

uint32_t UidFor(const ThreadGroup& receiver, uint32_t uid) {
  if (receiver.leader == nullptr) return uid;
  return ShownUid(receiver.leader->creds().user_ns.get(), uid);
}

Result<void> CheckKillPermission(const Task& sender, const ThreadGroup& target, int signal) {
  const Credentials& creds = sender.creds();
  if (&sender.group() == &target) return {};
  if (target.leader == nullptr) {
    return creds.HasCapability(abi::kCapKill) ? Result<void>() : Errno(EPERM);
  }
  const Credentials& other = target.leader->creds();
  if (creds.HasCapabilityIn(other.user_ns.get(), abi::kCapKill)) return {};
  bool same_user = creds.euid == other.suid || creds.euid == other.uid || creds.uid == other.suid ||
                   creds.uid == other.uid;
  if (same_user) return {};
  bool same_session = sender.group().process_group->session == target.process_group->session;
  if (signal == abi::kSigCont && same_session) return {};
  return Errno(EPERM);
}

namespace {

// The first process of a pid namespace gets from inside only what it has a handler for, and from
// outside SIGKILL and SIGSTOP too (pid_namespaces(7), SIGNAL_UNKILLABLE).
bool Shielded(const ThreadGroup& target, const abi::SigInfo& info) {
  if (target.pid_ns->level == 0 || target.pid_ns->reaper != &target) return false;
  const int signal = info.si_signo;
  if (target.actions->actions[static_cast<size_t>(signal)].handler != abi::kSigDfl) return false;
  const Task* sender = target.kernel.current;
  const bool inside = info.si_code <= 0 && sender != nullptr && !sender->dead() &&
                      target.NumberOf(sender->group().pid) != 0;
  return inside || (signal != abi::kSigKill && signal != abi::kSigStop);
}

// Before the mask decides: a thread that changes it itself looks whether a signal came, after that.
void AnnounceTo(Task& target) {
  TellOwn(target);
  FetchOwn(target);
}

// Who sent it has no number where it arrives.
abi::SigInfo Received(const ThreadGroup& target, abi::SigInfo info) {
  const Task* sender = target.kernel.current;
  if (target.pid_ns->level == 0 || info.si_code > 0 || sender == nullptr || sender->dead()) {
    return info;
  }
  if (target.NumberOf(sender->group().pid) == 0) info.fields.kill.pid = 0;
  return info;
}

}  // namespace

bool Task::IgnoresSignal(int signal) const {
  if ((blocked & abi::SigMask(signal)) != 0) return false;
  if (tracer != nullptr && signal != abi::kSigKill) return false;
  uint64_t handler = group_->actions->actions[static_cast<size_t>(signal)].handler;
  if (handler == abi::kSigIgn) return true;
  if (handler != abi::kSigDfl) return false;
  DefaultAction action = DefaultActionOf(signal);
  return action == DefaultAction::kIgnore || action == DefaultAction::kContinue;
}

bool ThreadGroup::PrepareSignal(const Task& target, int signal) {
  if (exiting) return false;
  if (DefaultActionOf(signal) == DefaultAction::kStop) {
    DiscardPending(abi::SigMask(abi::kSigCont));
  } else if (signal == abi::kSigCont) {
    DiscardPending(kStopSignals);
    Continue();
  }
  return !target.IgnoresSignal(signal);
}

void ThreadGroup::DiscardPending(Sigset set) {
  pending.Discard(set);
  for (Task* task : tasks) task->pending.Discard(set);
}

Result<void> Task::SendSignal(const abi::SigInfo& info) {
  if (dead() || Shielded(*group_, info)) return {};
  AnnounceTo(*this);
  if (!group_->PrepareSignal(*this, info.si_signo)) return {};
  if (!TRY(pending.Enqueue(Received(*group_, info), group_->limit(abi::kRlimitSigpending)))) {
    return {};
  }
  SignalArrived(info);
  return {};
}

Result<void> ThreadGroup::SendSignal(const abi::SigInfo& info) {
  if (tasks.empty() || Shielded(*this, info)) return {};
  for (Task* task : tasks) AnnounceTo(*task);
  if (!PrepareSignal(*leader, info.si_signo)) return {};
  if (!TRY(pending.Enqueue(Received(*this, info), limit(abi::kRlimitSigpending)))) return {};
  if (Task* taker = Taker(*this, info.si_signo)) {
    taker->SignalArrived(info);
  } else {
    signal_event.Notify(abi::kPollIn);
  }
  return {};
}

void Task::SignalArrived(const abi::SigInfo& info) {
  group_->signal_event.Notify(abi::kPollIn);
  if (KillsAtOnce(*this, info.si_signo)) {
    if (kernel_.observer != nullptr) kernel_.observer->OnSignal(*this, info);
    return group_->End(abi::WaitStatusSignaled(info.si_signo, false));
  }
  if (HasDeliverableSignal()) Interrupt();
}

void ProcessGroup::SendSignal(const abi::SigInfo& info) {
  // A member that is killed may leave the group while we walk.
  std::vector<Ref<ThreadGroup>> targets;
  for (ThreadGroup* member : members) targets.emplace_back(member);
  for (const Ref<ThreadGroup>& target : targets) {
    [[maybe_unused]] Result<void> sent = target->SendSignal(info);  // Only sigqueue(3) can fail.
  }
}

}  // namespace sentry
