#include "sentry/time/timer_queue.h"

#include <functional>

namespace sentry {

bool TimerQueue::Order::operator()(const Timer* a, const Timer* b) const {
  if (a->deadline() != b->deadline()) return *a->deadline() < *b->deadline();
  return std::less<const Timer*>()(a, b);
}

void Timer::Arm(MonoTime deadline) {
  std::optional<MonoTime> before = queue_.Earliest();
  if (deadline_) queue_.armed_.erase(this);
  deadline_ = deadline;
  queue_.armed_.insert(this);
  queue_.Changed(before);
}

void Timer::Disarm() {
  if (!deadline_) return;
  std::optional<MonoTime> before = queue_.Earliest();
  queue_.armed_.erase(this);
  deadline_.reset();
  queue_.Changed(before);
}

std::optional<MonoTime> TimerQueue::Earliest() const {
  if (armed_.empty()) return std::nullopt;
  return (*armed_.begin())->deadline();
}

void TimerQueue::RunDue(MonoTime now) {
  while (!armed_.empty() && *(*armed_.begin())->deadline() <= now) {
    Timer* timer = *armed_.begin();
    timer->Disarm();
    timer->expire_();
  }
}

void TimerQueue::Changed(std::optional<MonoTime> before) {
  // A later deadline is left armed in the host: it wakes once for nothing, which is cheaper than a
  // host call per change.
  std::optional<MonoTime> now = Earliest();
  if (now && (!before || *now < *before)) earliest_changed_(now);
}

}  // namespace sentry
