// The end of a process: its tasks die at once, its children get another parent, its parent is told
// (Linux: do_group_exit(), exit_notify(), release_task()).
#include <algorithm>
#include <utility>

#include "abi/linux/poll.h"
#include "abi/linux/wait.h"
#include "platform/base/log.h"
#include "sentry/kernel/futex.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/namespaces.h"
#include "sentry/kernel/ptrace.h"
#include "sentry/kernel/signals.h"
#include "sentry/kernel/task.h"
#include "sentry/kernel/task_state.h"

namespace sentry {
namespace {

// Stopped jobs that nobody could continue any more.
void HangUpIfOrphaned(ProcessGroup& group, const ThreadGroup* leaving) {
  if (!group.IsOrphaned(leaving) || !group.HasStoppedMember()) return;
  Ref<ProcessGroup> keep(&group);
  group.SendSignal(KernelSignal(abi::kSigHup));
  group.SendSignal(KernelSignal(abi::kSigCont));
}

ThreadGroup& ReaperOf(ThreadGroup& group) {
  ThreadGroup* init = group.pid_ns->reaper;
  if (init == nullptr || init == &group) init = &group.kernel.init();
  for (ThreadGroup* at = group.parent; at != nullptr && at != init; at = at->parent) {
    if (at->pid_ns != group.pid_ns) break;
    if (at->child_subreaper && !at->tasks.empty()) return *at;
  }
  return *init;
}

// The first process of a pid namespace takes everybody in it along (zap_pid_ns_processes()).
void EndPidNamespace(ThreadGroup& init) {
  PidNamespace& ns = *init.pid_ns;
  ns.dead = true;
  std::vector<Ref<ThreadGroup>> members;
  for (ThreadGroup* group : init.kernel.pids().Groups()) {
    if (group != &init && !group->zombie && group->pid_ns->IsWithin(ns))
      members.emplace_back(group);
  }
  for (const Ref<ThreadGroup>& member : members) {
    member->End(abi::WaitStatusSignaled(abi::kSigKill, false));
  }
  ns.reaper = nullptr;
}

void SendDeathSignal(ThreadGroup& child, Task& from) {
  std::vector<Ref<Task>> tasks;
  for (Task* task : child.tasks) tasks.emplace_back(task);
  for (const Ref<Task>& task : tasks) {
    if (task->parent_death_signal == 0) continue;
    [[maybe_unused]] Result<void> sent =
        child.SendSignal(UserSignal(from, task->parent_death_signal));
  }
}

abi::SigInfo DeathNotice(const ThreadGroup& group) {
  constexpr int64_t kTick = kNanosPerSecond / 100;
  abi::SigInfo info{};
  info.si_signo = group.exit_signal;
  const bool exited = abi::WaitExited(group.exit_status);
  const bool dumped = (group.exit_status & abi::kWaitCoreFlag) != 0;
  info.si_code = exited ? abi::kCldExited : dumped ? abi::kCldDumped : abi::kCldKilled;
  info.fields.chld.pid = group.parent->NumberOf(group.pid);
  info.fields.chld.uid = UidFor(*group.parent, group.leader->creds().uid);
  info.fields.chld.status =
      exited ? abi::WaitExitCode(group.exit_status) : abi::WaitTermSignal(group.exit_status);
  info.fields.chld.utime = group.dead_tasks.user_ns / kTick;
  info.fields.chld.stime = group.dead_tasks.system_ns / kTick;
  return info;
}

// True when the parent does not want to wait for it.
bool TellParent(ThreadGroup& group) {
  ThreadGroup& parent = *group.parent;
  if (&parent == &group.kernel.init()) return true;
  bool send = group.exit_signal != 0, reap = false;
  // A tracee is waited for whatever the tracer does about SIGCHLD.
  if (group.exit_signal == abi::kSigChld && !group.leader->tracer) {
    const abi::SigAction& action = parent.actions->actions[abi::kSigChld];
    reap = action.handler == abi::kSigIgn || (action.flags & abi::kSaNocldwait) != 0;
    send = action.handler != abi::kSigIgn;
  }
  if (send) {
    [[maybe_unused]] Result<void> sent = parent.SendSignal(DeathNotice(group));
  }
  parent.child_events.Notify(abi::kPollIn);
  return reap;
}

}  // namespace

namespace {

// Others who have the memory see the word cleared once they have heard of the death; the host,
// whose process may live on for a moment, wakes those who wait for it (CLONE_CHILD_CLEARTID).
void ClearTid(Task& task) {
  if (task.clear_child_tid == 0 || task.mm().HasOneRef()) return;
  [[maybe_unused]] auto cleared = task.CopyOut(UserPtr<uint32_t>(task.clear_child_tid), 0u);
}

}  // namespace

void ThreadGroup::End(int status) {
  if (exiting) return;
  exiting = true;
  Ref<ThreadGroup> keep(this);
  KeepHostUsage();
  std::vector<Ref<Task>> all;
  for (Task* task : tasks) all.emplace_back(task);
  platform::Thread* host = nullptr;
  for (const Ref<Task>& task : all) {
    if (kernel.observer != nullptr) kernel.observer->OnTaskEnd(*task, status);
    if (task->tracer) task->tracer->exit_status = status;
    if (task->thread_ == nullptr) continue;
    FutexOwnerDied(*task);
    ClearTid(*task);
    host = Disown(task->thread_);
  }
  if (host != nullptr) host->KillProcess();
  for (const Ref<Task>& task : all) task->Die();
  Task::Bury(all);
  Finish(status);
}

void ThreadGroup::Finish(int status) {
  Ref<ThreadGroup> keep(this);
  exiting = true;
  exit_status = status;
  stopped = false;
  real_timer.reset();
  posix_timers.reset();
  installed_fds.clear();
  if (session().id == pid) {
    Ref<ControllingTerminal> terminal = std::move(session().terminal);
    if (terminal) terminal->SessionLeaderExited();
  }
  if (pid_ns->level > 0 && pid_ns->reaper == this) EndPidNamespace(*this);
  Reparent();
  zombie = true;
  if (parent != nullptr && parent->process_group != process_group) {
    HangUpIfOrphaned(*process_group, this);
  }
  exit_event.Notify(abi::kPollIn);
  if (this == kernel.first()) kernel.Stop(status);
  Announce();
}

void ThreadGroup::Announce() {
  if (!zombie || announced || traced_zombies != 0 || leader == nullptr) return;
  // "A zombie ptracee is only visible to its ptracer" (Linux), until that has waited.
  if (leader->tracer && &leader->tracer->tracer->group() != parent) {
    return NotifyTracerOfEnd(*leader, exit_status);
  }
  announced = true;
  if (parent == nullptr || TellParent(*this)) Reap();
}

void ThreadGroup::Reparent() {
  ThreadGroup& reaper = ReaperOf(*this);
  std::vector<Ref<ThreadGroup>> orphans;
  for (ThreadGroup* child : children) orphans.emplace_back(child);
  for (const Ref<ThreadGroup>& child : orphans) {
    SendDeathSignal(*child, *leader);
    child->SetParent(&reaper);
    child->parent_task = reaper.pid;
    child->exit_signal = abi::kSigChld;
    if (child->zombie) {
      child->announced = false;
      child->Announce();
    } else if (child->process_group != process_group &&
               child->process_group->session == process_group->session) {
      HangUpIfOrphaned(*child->process_group, nullptr);
    }
  }
}

void ThreadGroup::ThreadLeft(Task& task) {
  if (tasks.empty()) return;
  for (ThreadGroup* child : std::vector<ThreadGroup*>(children)) {
    if (child->parent_task != task.tid()) continue;
    Ref<ThreadGroup> keep(child);
    child->parent_task = tasks.front()->tid();
    SendDeathSignal(*child, task);
  }
}

void ThreadGroup::Reap() {
  Ref<ThreadGroup> keep(this);
  SetParent(nullptr);
  kernel.pids().RemoveTask(pid);
  kernel.pids().RemoveGroup(pid);
  std::erase(process_group->members, this);
  if (process_group->members.empty()) kernel.pids().RemoveProcessGroup(*process_group);
  if (Task* last = std::exchange(leader, nullptr)) {
    if (last->tracer) {
      std::erase(last->tracer->tracer->tracees, last);
      last->tracer.reset();
    }
    last->self_.reset();
  }
}

void ThreadGroup::EndOthers(Task& survivor) {
  KeepHostUsage();
  FutexOwnerDied(survivor);
  Ref<Task> old_leader(leader);
  std::vector<Ref<Task>> others;
  for (Task* task : tasks) {
    if (task != &survivor) others.emplace_back(task);
  }
  for (const Ref<Task>& task : others) {
    if (task->thread_ != nullptr) {
      FutexOwnerDied(*task);
      Disown(task->thread_);  // It ends with its process.
    }
    if (task->tracer) task->tracer->exit_status = 0;  // As do_group_exit() for an exec.
    task->Die();
  }
  if (old_leader.get() != &survivor) {
    kernel.pids().RemoveTask(survivor.tid_);
    survivor.tid_ = pid;
    leader = &survivor;
    kernel.pids().AddTask(pid, survivor);
    // It is no leader any more, and its number is taken over: Bury() must not take that out.
    old_leader->tid_ = Tid{};
    old_leader->self_.reset();
    if (old_leader->tracer) {
      // Its end is not told: who took its number lives on (ptrace(2), "execve(2) under ptrace").
      std::erase(old_leader->tracer->tracer->tracees, old_leader.get());
      old_leader->tracer.reset();
    }
  }
  Task::Bury(others);
}

}  // namespace sentry
