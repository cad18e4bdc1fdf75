// getpid(2), gettid(2), getppid(2), getpgid(2), setpgid(2), getsid(2), setsid(2),
// set_tid_address(2).
#include "sentry/kernel/answers.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/process_calls.h"

namespace sentry {
namespace {

Result<ThreadGroup*> Find(Task& task, Tid number) {
  const Tid pid = task.GlobalOf(number.value());
  if (pid.value() == 0) return &task.group();
  Task* found = task.kernel().pids().FindTask(pid);
  if (found != nullptr) return &found->group();
  ThreadGroup* group = task.kernel().pids().FindGroup(pid);
  if (group == nullptr) return Errno(ESRCH);
  return group;
}

// Whom setpgid(2) may move: oneself, or a child that has not called execve yet.
Result<void> CheckMovable(const Task& task, const ThreadGroup& target) {
  if (target.parent == &task.group()) {
    if (target.process_group->session != task.group().process_group->session) return Errno(EPERM);
    if (target.exec_done) return Errno(EACCES);
  } else if (&target != &task.group()) {
    return Errno(ESRCH);
  }
  if (target.process_group->session->id == target.pid) return Errno(EPERM);
  return {};
}

}  // namespace

Result<Tid> SysGetpid(Task& task) {
  PublishAnswers(task);
  return Tid(task.NumberOf(task.group().pid));
}

Result<Tid> SysGettid(Task& task) {
  PublishAnswers(task);
  return Tid(task.NumberOf(task.tid()));
}

Result<Tid> SysGetppid(Task& task) {
  PublishAnswers(task);
  const ThreadGroup* parent = task.group().parent;
  return Tid(parent != nullptr ? task.NumberOf(parent->pid) : 0);
}

Result<Tid> SysGetpgrp(Task& task) {
  PublishAnswers(task);
  return Tid(task.NumberOf(task.group().process_group->id));
}

Result<Tid> SysGetpgid(Task& task, Tid pid) {
  return Tid(task.NumberOf(TRY(Find(task, pid))->process_group->id));
}

Result<Tid> SysGetsid(Task& task, Tid pid) {
  return Tid(task.NumberOf(TRY(Find(task, pid))->process_group->session->id));
}

Result<void> SysSetpgid(Task& task, Tid pid, Tid pgid) {
  if (pgid.value() < 0 || (pgid.value() == 0 && pid.value() < 0)) return Errno(EINVAL);
  pid = task.GlobalOf(pid.value());
  pgid = task.GlobalOf(pgid.value());
  ThreadGroup* target = &task.group();
  if (pid.value() != 0) target = task.kernel().pids().FindGroup(pid);
  if (target == nullptr) {
    // A thread that leads no group: Linux tells that apart from a number nobody has.
    return Errno(task.kernel().pids().FindTask(pid) != nullptr ? EINVAL : ESRCH);
  }
  TRY(CheckMovable(task, *target));
  if (pgid.value() == 0) pgid = target->pid;
  if (pgid == target->process_group->id) return {};
  ProcessGroup* group = task.kernel().pids().FindProcessGroup(pgid);
  if (group == nullptr && pgid == target->pid) {
    target->SetProcessGroup(MakeRef<ProcessGroup>(pgid, target->process_group->session));
    return {};
  }
  if (group == nullptr || group->session != task.group().process_group->session) {
    return Errno(EPERM);
  }
  target->SetProcessGroup(Ref<ProcessGroup>(group));
  return {};
}

Result<Tid> SysSetsid(Task& task) {
  ThreadGroup& group = task.group();
  // Nobody who leads a process group: its number would name two of them.
  if (task.kernel().pids().FindProcessGroup(group.pid) != nullptr) return Errno(EPERM);
  group.SetProcessGroup(MakeRef<ProcessGroup>(group.pid, MakeRef<Session>(group.pid)));
  return Tid(task.NumberOf(group.pid));
}

Result<Tid> SysSetTidAddress(Task& task, uint64_t address) {
  task.clear_child_tid = address;
  return Tid(task.NumberOf(task.tid()));
}

}  // namespace sentry
