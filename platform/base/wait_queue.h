// WaitQueue: who wants to know when something becomes ready.  Lives in the object waited on; used
// under the kernel lock.
#pragma once

#include <cstdint>

#include "platform/base/intrusive_list.h"

namespace base {

// One registration in one queue.  Wake() must do no more than mark or queue work: it must not touch
// other registrations of the same queue, though it may remove its own.
class Waiter : public ListNode<Waiter> {
 public:
  virtual void Wake(uint32_t events) = 0;
  // poll(2) event bits of interest; POLLERR and POLLHUP are always added by those who want them.
  uint32_t interest = 0;

 protected:
  ~Waiter() = default;
};

class WaitQueue {
 public:
  void Add(Waiter& waiter, uint32_t interest) {
    waiter.interest = interest;
    waiters_.push_back(waiter);
  }
  static void Remove(Waiter& waiter) { IntrusiveList<Waiter>::Remove(waiter); }
  bool empty() { return waiters_.empty(); }

  // Wakes every waiter interested in one of `events`.
  void Notify(uint32_t events) {
    IntrusiveList<Waiter>
        moved;  // Waiters may unlink themselves while we walk, so move them over one by one.
    while (Waiter* waiter = waiters_.pop_front()) moved.push_back(*waiter);
    while (Waiter* waiter = moved.pop_front()) {
      waiters_.push_back(*waiter);
      if ((waiter->interest & events) != 0) waiter->Wake(events);
    }
  }

 private:
  IntrusiveList<Waiter> waiters_;
};

}  // namespace base
