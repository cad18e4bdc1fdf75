// TimerQueue: everything in the kernel that happens at a time.  Used under the kernel lock; the
// reactor thread sleeps until the earliest deadline (kernel/reactor.h) and runs what is due.
#pragma once

#include <optional>
#include <set>

#include "platform/base/unique_function.h"
#include "sentry/time/time.h"

namespace sentry {

class TimerQueue;

// One thing that happens at a time.  Disarmed on destruction.
class Timer {
 public:
  Timer(TimerQueue& queue, base::UniqueFunction<void()> expire)
      : queue_(queue), expire_(std::move(expire)) {}
  ~Timer() { Disarm(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void Arm(MonoTime deadline);
  void Disarm();
  bool armed() const { return deadline_.has_value(); }
  std::optional<MonoTime> deadline() const { return deadline_; }

 private:
  friend class TimerQueue;
  TimerQueue& queue_;
  base::UniqueFunction<void()> expire_;
  std::optional<MonoTime> deadline_;
};

class TimerQueue {
 public:
  // Called when the earliest deadline changes (to re-arm the host timer).
  explicit TimerQueue(base::UniqueFunction<void(std::optional<MonoTime>)> earliest_changed)
      : earliest_changed_(std::move(earliest_changed)) {}

  std::optional<MonoTime> Earliest() const;
  // Runs all that is due at `now`; a callback may arm and disarm timers, its own too.
  void RunDue(MonoTime now);

 private:
  friend class Timer;
  struct Order {
    bool operator()(const Timer* a, const Timer* b) const;
  };
  void Changed(std::optional<MonoTime> before);

  base::UniqueFunction<void(std::optional<MonoTime>)> earliest_changed_;
  std::set<Timer*, Order> armed_;
};

}  // namespace sentry
