#include "sentry/kernel/task_builder.h"

#include "sentry/kernel/ptrace.h"
#include "sentry/kernel/seccomp.h"
#include "sentry/kernel/signal_stack.h"
#include "sentry/kernel/sysv_undo.h"
#include "sentry/kernel/task_keys.h"

namespace sentry {

Ref<Task> TaskBuilder::Build(Ref<ThreadGroup> group, Tid tid) {
  Ref<Task> task = MakeRef<Task>(kernel_, group);
  task->tid_ = tid;
  task->creds_ = std::move(creds);
  task->fds_ = std::move(fds);
  task->fs_ = std::move(fs);
  task->mm_ = std::move(mm);
  task->mounts_ = std::move(mounts);
  task->namespaces_ = std::move(namespaces);
  task->comm = std::move(comm);
  task->altstack = DisabledSignalStack();
  task->state_ = Task::State::kCaptured;
  task->captured_ = true;
  task->thread_ = thread;
  if (thread != nullptr) thread->owner = task.get();
  task->self_ = task;
  if (group->leader == nullptr) {
    group->leader = task.get();
    group->pid = tid;
    kernel_.pids().AddGroup(tid, *group);
  }
  group->tasks.push_back(task.get());
  kernel_.pids().AddTask(tid, *task);
  return task;
}

Result<Ref<Task>> TaskBuilder::BuildFirst(const std::array<abi::Rlimit, 16>& limits) {
  Tid tid = TRY(kernel_.pids().Allocate());
  Ref<ThreadGroup> group = MakeRef<ThreadGroup>(kernel_, MakeRef<SignalActions>());
  group->limits = limits;
  namespaces = kernel_.initial_namespaces();
  group->pid_ns = namespaces->pid_for_children;
  group->exit_signal = abi::kSigChld;
  Ref<Task> task = Build(group, tid);
  group->SetParent(&kernel_.init());
  group->SetProcessGroup(MakeRef<ProcessGroup>(tid, MakeRef<Session>(tid)));
  return task;
}

void TaskBuilder::BuildInit(Ref<ThreadGroup> init) {
  Ref<Task> task = MakeRef<Task>(kernel_, init);
  task->tid_ = init->pid;
  task->creds_ = std::move(creds);
  task->namespaces_ = std::move(namespaces);
  task->comm = std::move(comm);
  task->altstack = DisabledSignalStack();
  task->state_ = Task::State::kDead;
  task->self_ = task;
  init->leader = task.get();
}

}  // namespace sentry
