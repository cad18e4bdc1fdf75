// The heap of timers.
#include "netstack/stack/timer.h"

namespace netstack {

void StackTimer::Arm(Time deadline) {
  if (armed()) {
    if (deadline == deadline_) return;
    heap_.Remove(this);
  }
  deadline_ = deadline;
  heap_.Insert(this);
}

void StackTimer::ArmBy(Time deadline) {
  if (!armed() || deadline < deadline_) Arm(deadline);
}

void StackTimer::Disarm() {
  if (armed()) heap_.Remove(this);
}

std::optional<Time> TimerHeap::earliest() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front()->deadline_;
}

void TimerHeap::RunDue(Time now) {
  requested_.reset();
  // What a callback arms for a time that has passed waits for the next round, so that this ends.
  size_t budget = heap_.size();
  while (!heap_.empty() && heap_.front()->deadline_ <= now && budget-- != 0) {
    StackTimer* timer = heap_.front();
    Remove(timer);
    timer->expire_();
  }
}

void TimerHeap::RequestWake() {
  std::optional<Time> next = earliest();
  if (!next || (requested_ && *requested_ <= *next)) return;
  requested_ = next;
  environment_.WakeAt(*next);
}

void TimerHeap::Place(size_t slot, StackTimer* timer) {
  heap_[slot] = timer;
  timer->slot_ = slot;
}

void TimerHeap::Insert(StackTimer* timer) {
  heap_.push_back(timer);
  timer->slot_ = heap_.size() - 1;
  Up(timer->slot_);
}

void TimerHeap::Remove(StackTimer* timer) {
  const size_t slot = timer->slot_;
  StackTimer* last = heap_.back();
  heap_.pop_back();
  timer->slot_ = StackTimer::kNone;
  if (last == timer) return;
  Place(slot, last);
  Up(slot);
  Down(last->slot_);
}

void TimerHeap::Up(size_t slot) {
  StackTimer* timer = heap_[slot];
  while (slot != 0) {
    const size_t parent = (slot - 1) / 2;
    if (heap_[parent]->deadline_ <= timer->deadline_) break;
    Place(slot, heap_[parent]);
    slot = parent;
  }
  Place(slot, timer);
}

void TimerHeap::Down(size_t slot) {
  StackTimer* timer = heap_[slot];
  for (;;) {
    size_t child = 2 * slot + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1]->deadline_ < heap_[child]->deadline_) child++;
    if (timer->deadline_ <= heap_[child]->deadline_) break;
    Place(slot, heap_[child]);
    slot = child;
  }
  Place(slot, timer);
}

}  // namespace netstack
