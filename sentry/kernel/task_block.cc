// The life of a wait: registered in queues and with a deadline, tried again when notified, ended by
// success, time or signal.
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/task.h"
#include "sentry/kernel/task_state.h"

namespace sentry {

void Task::BlockRecord::Registration::Wake(uint32_t) {
  task.kernel().MakeReady(task);
}

void Task::Block(WaitSpec wait, base::UniqueFunction<Result<uint64_t>(Task&)> attempt) {
  auto record = std::make_unique<BlockRecord>();
  record->spec = std::move(wait);
  record->attempt = std::move(attempt);
  for (const WaitOn& on : record->spec.queues) {
    record->registrations.push_back(std::make_unique<BlockRecord::Registration>(*this));
    on.queue->Add(*record->registrations.back(), on.events);
  }
  if (record->spec.deadline) {
    record->timer = std::make_unique<Timer>(kernel_.timers(), [this] { OnDeadline(); });
    record->timer->Arm(*record->spec.deadline);
  }
  block_ = std::move(record);
}

void Task::EndWait() {
  std::unique_ptr<BlockRecord> record = std::move(block_);
  // Queues belong to what `attempt` keeps alive, so leave them before it goes.
  record->registrations.clear();
}

void Task::OnReady() {
  if (state_ != State::kBlocked) return;
  // The attempt may wait for the host; a signal that comes meanwhile finds the task calling, not
  // blocked.
  state_ = State::kCalling;
  Result<uint64_t> result = block_->attempt(*this);
  if (state_ == State::kDead) return;
  if (result.Is(EAGAIN)) {
    state_ = State::kBlocked;
    if (NeedsBoundary()) Interrupt();
    return;
  }
  EndWait();
  CompleteSyscall(std::move(result));
}

void Task::OnDeadline() {
  if (state_ != State::kBlocked) return;
  Result<uint64_t> result = block_->spec.on_timeout;
  state_ = State::kCalling;
  EndWait();
  CompleteSyscall(std::move(result));
}

}  // namespace sentry
