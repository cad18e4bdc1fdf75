// Job control: a process stops when all its tasks stand still, and its parent is told
// (Linux: do_signal_stop(), do_notify_parent_cldstop()).
#include <algorithm>

#include "abi/linux/poll.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

bool Parked(const Task* task) {
  return task->state() == Task::State::kStopped;
}

}  // namespace

void ThreadGroup::Stop(int signal) {
  if (stopped) return;
  stopped = true;
  stop_complete = false;
  stop_signal = signal;
  // Each parks at its boundary; waits are cut short and start again afterwards.
  std::vector<Task*> all = tasks;
  for (Task* task : all) task->Interrupt();
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
    if (Parked(task.get())) task->Interrupt();
  }
}

void ThreadGroup::NotifyParentOfStop(int code, int status) {
  if (parent == nullptr) return;
  abi::SigInfo info{};
  info.si_signo = abi::kSigChld;
  info.si_code = code;
  info.fields.chld.pid = pid.value();
  info.fields.chld.uid = leader->creds().uid;
  info.fields.chld.status = status;
  const abi::SigAction& action = parent->actions->actions[abi::kSigChld];
  if (action.handler != abi::kSigIgn && (action.flags & abi::kSaNocldstop) == 0) {
    [[maybe_unused]] Result<void> sent = parent->SendSignal(info);
  }
  parent->child_events.Notify(abi::kPollIn);
}

}  // namespace sentry
