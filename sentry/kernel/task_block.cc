// The life of a wait: registered in queues and with a deadline, tried again when notified, ended by
// success, time or signal.
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/task.h"
#include "sentry/kernel/task_state.h"

namespace sentry {

void Task::BlockRecord::Registration::Wake(uint32_t) {
  task.kernel().MakeReady(task);
}

Result<uint64_t> Task::BlockRecord::CutShort(Task& task, bool timed_out) {
  if (spec.on_cut_short) {
    std::optional<Result<uint64_t>> result = spec.on_cut_short(task, timed_out);
    if (result) return *std::move(result);
  }
  if (timed_out) return spec.on_timeout;
  if (spec.on_interrupt) spec.on_interrupt(task);
  return Errno(spec.on_signal);
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
  record->outer = std::move(block_);
  block_ = std::move(record);
}

Task::TakenWait Task::TakeWait() {
  TakenWait taken{std::move(block_->spec), std::move(block_->attempt)};
  std::unique_ptr<BlockRecord> outer = std::move(block_->outer);
  EndWait();
  block_ = std::move(outer);
  return taken;
}

void Task::EndWait() {
  std::unique_ptr<BlockRecord> record = std::move(block_);
  // Queues belong to what `attempt` keeps alive, so leave them before it goes.
  record->registrations.clear();
}

void Task::OnReady() {
  if (on_resume_) {
    Serving serving(*this);
    kernel_.current = this;
    base::UniqueFunction<void(Task&)> then = std::move(on_resume_);
    on_resume_ = nullptr;
    return then(*this);
  }
  if (state_ == State::kCalling && block_) block_->missed = true;
  if (state_ != State::kBlocked) return;
  Serving serving(*this);
  // The attempt may wait for the host; a signal that comes meanwhile finds the task calling, not
  // blocked.
  kernel_.current = this;
  state_ = State::kCalling;
  block_->missed = false;
  Result<uint64_t> result = block_->attempt(*this);
  if (state_ == State::kDead) return;
  if (result.Is(EAGAIN)) {
    state_ = State::kBlocked;
    if (block_->missed) kernel_.MakeReady(*this);
    if (NeedsBoundary()) Interrupt();
    return;
  }
  EndWait();
  CompleteSyscall(std::move(result));
}

void Task::OnDeadline() {
  if (state_ == State::kCalling && block_) {
    // An attempt is being made, and waits for the host: its result comes first.
    block_->timer->Arm(MonotonicNow() + kNanosPerSecond / 1000);
    return;
  }
  if (state_ != State::kBlocked) return;
  Serving serving(*this);
  state_ = State::kCalling;
  Result<uint64_t> result = block_->CutShort(*this, true);
  EndWait();
  CompleteSyscall(std::move(result));
}

}  // namespace sentry
