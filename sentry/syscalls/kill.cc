// kill(2), tkill(2), tgkill(2), rt_sigqueueinfo(2), rt_tgsigqueueinfo(2): signals to others.
#include <climits>

#include "sentry/kernel/kernel.h"
#include "sentry/kernel/signals.h"
#include "sentry/syscalls/process_calls.h"

namespace sentry {
namespace {

Result<void> SignalGroup(Task& task, ThreadGroup& target, const abi::SigInfo& info) {
  if (!IsValidSignal(info.si_signo)) return Errno(EINVAL);
  TRY(CheckKillPermission(task, target, info.si_signo));
  if (info.si_signo == 0) return {};
  return target.SendSignal(info);
}

// Success when one of them could be signalled; else the last error.
Result<void> SignalAll(Task& task, const std::vector<ThreadGroup*>& members,
                       const abi::SigInfo& info) {
  std::vector<Ref<ThreadGroup>> targets;
  for (ThreadGroup* member : members) targets.emplace_back(member);
  Result<void> outcome = Errno(ESRCH);
  for (const Ref<ThreadGroup>& target : targets) {
    Result<void> sent = SignalGroup(task, *target, info);
    if (!outcome.ok()) outcome = sent;
  }
  return outcome;
}

Result<void> SignalEverybody(Task& task, const abi::SigInfo& info) {
  std::vector<ThreadGroup*> targets;
  for (ThreadGroup* group : task.kernel().pids().Groups()) {
    if (group == &task.kernel().init() || group == &task.group()) continue;
    // Everybody whom the caller sees, but for the first process of its namespace.
    if (const int number = task.NumberOf(group->pid); number > 1) targets.push_back(group);
  }
  return SignalAll(task, targets, info);
}

Result<void> SignalProcessGroup(Task& task, Tid id, const abi::SigInfo& info) {
  ProcessGroup* group = task.kernel().pids().FindProcessGroup(id);
  if (group == nullptr) return Errno(ESRCH);
  return SignalAll(task, group->members, info);
}

Result<void> SignalThread(Task& task, int tgid, int tid, const abi::SigInfo& info) {
  Task* target = task.FindTask(tid);
  if (target == nullptr || (tgid > 0 && task.NumberOf(target->group().pid) != tgid)) {
    return Errno(ESRCH);
  }
  if (!IsValidSignal(info.si_signo)) return Errno(EINVAL);
  Ref<Task> keep(target);
  TRY(CheckKillPermission(task, target->group(), info.si_signo));
  if (info.si_signo == 0) return {};
  return target->SendSignal(info);
}

// What a program says about a signal's origin must not look like the kernel's or kill(2)'s.
Result<abi::SigInfo> CopyInSigInfo(Task& task, int pid, int signal,
                                   UserPtr<const abi::SigInfo> from) {
  abi::SigInfo info = TRY(task.CopyIn(from));
  info.si_signo = signal;
  bool forged = info.si_code >= 0 || info.si_code == abi::kSiTkill;
  if (forged && task.NumberOf(task.group().pid) != pid) return Errno(EPERM);
  return info;
}

}  // namespace

Result<void> SysKill(Task& task, int pid, int signal) {
  const abi::SigInfo info = UserSignal(task, signal);
  if (pid > 0) {
    ThreadGroup* target = task.FindGroup(pid);
    if (target == nullptr) {
      // A thread's number names its process, too.
      Task* thread = task.FindTask(pid);
      if (thread == nullptr) return Errno(ESRCH);
      target = &thread->group();
    }
    Ref<ThreadGroup> keep(target);
    return SignalGroup(task, *target, info);
  }
  if (pid == INT_MIN) return Errno(ESRCH);
  if (pid == -1) return SignalEverybody(task, info);
  Tid group = pid == 0 ? task.group().process_group->id : task.GlobalOf(-pid);
  return SignalProcessGroup(task, group, info);
}

Result<void> SysTkill(Task& task, int tid, int signal) {
  if (tid <= 0) return Errno(EINVAL);
  return SignalThread(task, 0, tid, UserSignal(task, signal, abi::kSiTkill));
}

Result<void> SysTgkill(Task& task, int tgid, int tid, int signal) {
  if (tid <= 0 || tgid <= 0) return Errno(EINVAL);
  return SignalThread(task, tgid, tid, UserSignal(task, signal, abi::kSiTkill));
}

Result<void> SysRtSigqueueinfo(Task& task, int pid, int signal, UserPtr<const abi::SigInfo> from) {
  abi::SigInfo info = TRY(CopyInSigInfo(task, pid, signal, from));
  ThreadGroup* target = task.FindGroup(pid);
  if (target == nullptr) return Errno(ESRCH);
  Ref<ThreadGroup> keep(target);
  return SignalGroup(task, *target, info);
}

Result<void> SysRtTgsigqueueinfo(Task& task, int tgid, int tid, int signal,
                                 UserPtr<const abi::SigInfo> from) {
  if (tid <= 0 || tgid <= 0) return Errno(EINVAL);
  abi::SigInfo info = TRY(CopyInSigInfo(task, tgid, signal, from));
  return SignalThread(task, tgid, tid, info);
}

}  // namespace sentry
