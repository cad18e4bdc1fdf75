// Job control: a process stops when all its tasks stand still, and its parent is told
// (Linux: do_signal_stop(), do_notify_parent_cldstop()).
#include <algorithm>

#include "abi/linux/poll.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace.h"
#include "sentry/kernel/signals.h"

namespace sentry {
namespace {

// Stands still, or does so as far as job control goes: a tracee may have been resumed since.
bool Parked(const Task* task) {
  if (task->tracer) return !task->tracer->stop_pending;
  return task->state() == Task::State::kStopped;
}

// It is to stop once more, also when its tracer let it run while the others stand still.
void StopTracee(Task& task, int signal) {
  GuestTracer& tracer = *task.tracer;
  tracer.stop_signal = signal;
  const bool in_group_stop = tracer.stop && tracer.stop->why == abi::kCldStopped;
  if (!in_group_stop) tracer.stop_pending = true;
  if (tracer.seized) tracer.trap_notify = true;
}

// SIGCONT: a tracee goes on when its tracer says so; a seized one reports the news.
void ContinueTracee(Task& task) {
  task.tracer->stop_pending = false;
  if (!task.tracer->seized) return;
  task.tracer->trap_notify = true;
  task.Interrupt();
}

}  // namespace

void ThreadGroup::Stop(int signal) {
  const bool again = stopped;
  if (!again) {
    stopped = true;
    stop_complete = false;
    stop_signal = signal;
  }
  for (Task* task : tasks) {
    if (task->tracer) StopTracee(*task, signal);
  }
  // Each parks at its boundary; waits are cut short and start again afterwards.
  std::vector<Task*> all = tasks;
  for (Task* task : all) {
    if (!again || task->tracer) task->Interrupt();
  }
}

void ThreadGroup::CheckStopComplete() {
  if (!stopped || stop_complete || tasks.empty()) return;
  if (!std::all_of(tasks.begin(), tasks.end(), Parked)) return;
  stop_complete = true;
  stop_reported = false;
  continue_unreported = false;
  NotifyParentOfStop(abi::kCldStopped, stop_signal);
}

void ThreadGroup::Continue() {
  if (!stopped) return;
  stopped = false;
  if (stop_complete) {
    stop_complete = false;
    stop_reported = true;
    continue_unreported = true;
    NotifyParentOfStop(abi::kCldContinued, abi::kSigCont);
  }
  std::vector<Ref<Task>> all;
  for (Task* task : tasks) all.emplace_back(task);
  for (const Ref<Task>& task : all) {
    if (task->tracer) {
      ContinueTracee(*task);
    } else if (Parked(task.get())) {
      task->Interrupt();
    }
  }
}

void ThreadGroup::NotifyParentOfStop(int code, int status) {
  if (parent == nullptr) return;
  // Who traces its own child was told as the tracer.
  if (leader->tracer && &leader->tracer->tracer->group() == parent && code == abi::kCldStopped) {
    return;
  }
  abi::SigInfo info{};
  info.si_signo = abi::kSigChld;
  info.si_code = code;
  info.fields.chld.pid = parent->NumberOf(pid);
  info.fields.chld.uid = UidFor(*parent, leader->creds().uid);
  info.fields.chld.status = status;
  const abi::SigAction& action = parent->actions->actions[abi::kSigChld];
  if (action.handler != abi::kSigIgn && (action.flags & abi::kSaNocldstop) == 0) {
    [[maybe_unused]] Result<void> sent = parent->SendSignal(info);
  }
  parent->child_events.Notify(abi::kPollIn);
}

}  // namespace sentry
