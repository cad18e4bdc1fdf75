// Timers of the stack: one heap, one wake-up asked of the environment.
//
// A timer that is armed again for later, as most are with every packet, costs one heap operation
// and no call outside: the wake-up that was asked for comes early, finds nothing due and asks
// again.
#pragma once

#include <optional>
#include <vector>

#include "netstack/stack/environment.h"
#include "platform/base/unique_function.h"

namespace netstack {

class TimerHeap;

// Disarmed on destruction.
class StackTimer {
 public:
  StackTimer(TimerHeap& heap, base::UniqueFunction<void()> expire)
      : heap_(heap), expire_(std::move(expire)) {}
  ~StackTimer() { Disarm(); }
  StackTimer(const StackTimer&) = delete;
  StackTimer& operator=(const StackTimer&) = delete;

  void Arm(Time deadline);
  // Arm(), unless it is armed for earlier.
  void ArmBy(Time deadline);
  void Disarm();
  bool armed() const { return slot_ != kNone; }
  Time deadline() const { return deadline_; }

 private:
  friend class TimerHeap;
  static constexpr size_t kNone = ~size_t{0};
  TimerHeap& heap_;
  base::UniqueFunction<void()> expire_;
  Time deadline_ = 0;
  size_t slot_ = kNone;
};

class TimerHeap {
 public:
  explicit TimerHeap(Environment& environment) : environment_(environment) {}

  // Runs all that is due at `now`; callbacks may arm and disarm what they like.
  void RunDue(Time now);
  // Asks for a wake-up if the earliest deadline wants one before the one last asked for.
  void RequestWake();
  std::optional<Time> earliest() const;
  size_t armed() const { return heap_.size(); }

 private:
  friend class StackTimer;
  void Insert(StackTimer* timer);
  void Remove(StackTimer* timer);
  void Up(size_t slot);
  void Down(size_t slot);
  void Place(size_t slot, StackTimer* timer);

  Environment& environment_;
  std::vector<StackTimer*> heap_;
  std::optional<Time> requested_;
};

}  // namespace netstack
