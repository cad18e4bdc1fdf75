// Clocks as clock_gettime(2) names them, and timers on them.  Wall clocks are the host's; CPU
// clocks are those of a guest process or thread, looked at through the host's.
#pragma once

#include "platform/base/unique_function.h"
#include "sentry/kernel/thread_group.h"
#include "sentry/time/timer_queue.h"

namespace sentry {

class Kernel;
class Task;

struct GuestClock {
  int32_t wall = -1;       // Clock id of the host; -1: CPU time of what follows.
  Ref<ThreadGroup> group;  // Of this process,
  Tid thread{};            // or, when not 0, of this thread in it.
  bool IsCpu() const { return wall < 0; }
};

// EINVAL for an id that names nothing.
Result<GuestClock> ResolveClock(Task& caller, int32_t id);
// Nanoseconds; of a thread or process that has ended: EINVAL.
Result<int64_t> ReadClock(const GuestClock& clock);

// Runs a function when a clock shows a value.  CPU time is sampled, more often the nearer the value
// may be, so such a timer can be late but is never early.
class ClockTimer {
 public:
  ClockTimer(Kernel& kernel, base::UniqueFunction<void()> expire);

  void Arm(GuestClock clock, int64_t target_ns);
  void Disarm() { timer_.Disarm(); }
  bool armed() const { return timer_.armed(); }
  int64_t target_ns() const { return target_ns_; }

 private:
  void Due();
  void ArmSample(int64_t left_ns);

  base::UniqueFunction<void()> expire_;
  Timer timer_;
  GuestClock clock_;
  int64_t target_ns_ = 0;
  int64_t last_left_ns_ = 0;
  int64_t idle_wait_ns_ = 0;  // Grows while the clock stands still.
};

}  // namespace sentry
