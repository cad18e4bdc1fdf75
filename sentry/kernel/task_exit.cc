// The end of one task (Linux: do_exit()).
#include <algorithm>
#include <utility>

#include "abi/linux/ptrace.h"
#include "abi/linux/syscall_numbers.h"
#include "abi/linux/wait.h"
#include "sentry/kernel/close.h"
#include "sentry/kernel/futex.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace.h"
#include "sentry/kernel/seccomp.h"
#include "sentry/kernel/sysv_undo.h"
#include "sentry/kernel/task.h"
#include "sentry/kernel/task_keys.h"
#include "sentry/kernel/task_state.h"

namespace sentry {

void Task::ExitGroup(int status) {
  group_->End(status);
}

void Task::ExitFromCall(int status, bool whole_group) {
  // Only a thread of the host process can wake who waits on its private futexes.
  std::vector<platform::HostCall> calls =
      whole_group ? FutexOwnersDied(*group_) : FutexOwnerDied(*this);
  if (clear_child_tid != 0 && !mm_->HasOneRef()) {
    calls.push_back({.number = abi::kSysSetTidAddress, .args = {clear_child_tid}});
  }
  auto leave = [status, whole_group](Task& task) {
    task.PtraceEventThen(abi::kPtraceEventExit, static_cast<uint64_t>(status),
                         [status, whole_group](Task& self) {
                           return whole_group ? self.ExitGroup(status) : self.Exit(status);
                         });
  };
  if (calls.empty()) return leave(*this);
  CaptureThen([leave, calls = std::move(calls)](Task& task) {
    task.InjectThen(calls, [leave](Task& self, std::span<const int64_t>) { leave(self); });
  });
}

void Task::Exit(int status) {
  if (dead()) return;
  Ref<Task> keep(this);
  Ref<ThreadGroup> group = group_;
  if (group->tasks.size() == 1) {
    // The last one's status is the process's (synchronize_group_exit(), Linux 5.17).
    return group->End(status);
  }
  if (tracer) tracer->exit_status = status;
  if (kernel_.observer != nullptr) kernel_.observer->OnTaskEnd(*this, status);
  Disown(thread_)->ExitThread();
  Die();
  group->ThreadLeft(*this);
  group->CheckStopComplete();
  Bury({keep});
}

void Task::Die() {
  state_ = State::kDead;
  thread_ = nullptr;
  if (exec_ != nullptr) Disown(exec_->thread)->KillProcess();
  exec_.reset();
  on_capture_ = nullptr;
  on_resume_ = nullptr;
  injected_ = nullptr;
  if (tracer) {
    tracer->stop.reset();
    tracer->wait_code = 0;
  }
  if (block_ && serving_ == 0) EndWait();
  std::erase(group_->tasks, this);
  ReleaseVforkParent();
  const Ref<Task> child = std::move(cloning_child_);
  if (child && &child->group() != group_.get()) {
    // Who made it is gone half-way, so nobody would ever learn of it.
    child->ExitGroup(abi::WaitStatusSignaled(abi::kSigKill, false));
  }
}

void Task::EndOtherTasks() {
  group_->EndOthers(*this);
}

void Task::Bury(const std::vector<Ref<Task>>& dead) {
  for (const Ref<Task>& task : dead) {
    Ref<FdTable> table = task->fds_;
    if (!table) continue;
    auto shares = [&](const Ref<Task>& other) { return other->fds_ == table; };
    size_t users = static_cast<size_t>(std::count_if(dead.begin(), dead.end(), shares));
    if (table->RefCount() == users + 1) CloseAll(*task);
  }
  for (const Ref<Task>& task : dead) {
    if (task->serving_ == 0) task->ReleaseResources();
    task->LetTraceesGo();
    if (task->IsLeader()) continue;  // Until it is waited for.
    if (task->tracer) {
      task->tracer->zombie = true;
      ++task->group_->traced_zombies;
      NotifyTracerOfEnd(*task, task->tracer->exit_status);
      continue;
    }
    task->kernel_.pids().RemoveTask(task->tid_);
    task->self_.reset();
  }
}

void Task::LeaveSysvUndo() {
  Ref<SysvUndo> undo = std::move(sysv_undo);
  if (undo && undo->HasOneRef() && undo->list) undo->list->Apply(group_->pid.value());
}

void Task::ReleaseResources() {
  if (block_) EndWait();
  LeaveSysvUndo();
  keys.reset();
  if (mm_ && mm_->HasOneRef()) mm_->attached.Clear(group_->pid.value());
  fds_.reset();
  fs_.reset();
  mm_.reset();
  mounts_.reset();
  namespaces_.reset();
  seccomp.reset();
}

void Task::OnHostThreadGone(platform::Thread& thread, int wait_status) {
  if (dead()) return;
  Serving serving(*this);
  if (exec_ != nullptr && exec_->thread == &thread) return ExecFailed(ENOMEM);
  if (&thread != thread_) return;
  thread_ = nullptr;
  int status = abi::WaitSignaled(wait_status)
                   ? abi::WaitStatusSignaled(abi::WaitTermSignal(wait_status), false)
                   : abi::WaitStatusSignaled(abi::kSigKill, false);
  group_->End(status);
}

}  // namespace sentry
