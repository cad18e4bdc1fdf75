// Priority-inheritance futexes (futex(2), FUTEX_LOCK_PI and its kin).  The word holds a guest tid,
// which the host does not know, so their waiters queue here.
//
// The kernel cannot change a guest's word atomically from outside.  It need not: once FUTEX_WAITERS
// is set no user-space fast path (0 -> tid, tid -> 0) succeeds any more and every change comes
// through here.  That bit alone is set atomically, by a host call that the guest thread runs.
#pragma once

#include <compare>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>

#include "abi/types.h"
#include "platform/base/wait_queue.h"
#include "sentry/kernel/subsystem.h"
#include "sentry/kernel/task.h"

namespace sentry {

// What a futex word is the same as: an address of one memory, or a place in a shared file.
struct FutexKey {
  uint64_t space = 0, inode = 0, offset = 0;
  auto operator<=>(const FutexKey&) const = default;
};
// EFAULT when nothing is mapped there, EINVAL when it is not aligned.
Result<FutexKey> KeyOf(Task& task, uint64_t address, bool is_private);

class PiFutexes final : public RefCounted {
 public:
  static constexpr SubsystemId kSubsystem = SubsystemId::kPiFutexes;
  explicit PiFutexes(Kernel&) {}

  // A task that waits for a word; leaves its queue when it is destroyed.
  struct Waiter {
    Waiter(PiFutexes& table, Tid tid, int priority) : table(table), tid(tid), priority(priority) {}
    ~Waiter() { table.Leave(*this); }
    PiFutexes& table;
    const Tid tid;
    const int priority;  // Higher is served first.
    base::WaitQueue queue;
    std::optional<FutexKey> key;  // Of the queue that it is in.
    bool granted = false;         // The word is its own now.
    // FUTEX_WAIT_REQUEUE_PI: waits at `key` for a requeue, to this.
    std::optional<FutexKey> requeue_to;
  };

  // Takes the word, which has FUTEX_WAITERS set, for `tid` when it is free: true.  False: owned.
  Result<bool> TryTake(Task& memory, uint64_t address, const FutexKey& key, Tid tid);
  // EDEADLK when `tid` owns the word itself, ESRCH when its owner does not exist.
  Result<void> CheckOwner(Task& memory, uint64_t address, Tid tid) const;
  void Enqueue(Waiter& waiter, const FutexKey& key, Tid owner);
  // Hands the word on to the first waiter, or frees it.  EPERM when the caller does not own it.
  Result<void> Unlock(Task& task, uint64_t address, const FutexKey& key);
  // `task` ends: words that others wait for become theirs, marked FUTEX_OWNER_DIED.
  void OwnerDied(Task& task);

  // FUTEX_WAIT_REQUEUE_PI's waiters at `key`, in order.
  void EnqueueForRequeue(Waiter& waiter, const FutexKey& key, const FutexKey& target);
  Waiter* FirstForRequeue(const FutexKey& key);
  void Leave(Waiter& waiter);

 private:
  struct State {
    std::list<Waiter*> waiters;  // By priority, then by arrival.
    Tid owner{};
    uint64_t address = 0;  // As the owner's memory knows it.
  };
  Result<void> HandOn(Task& memory, uint64_t address, State& state, uint32_t extra_bits);

  std::map<FutexKey, State> states_;
  std::map<FutexKey, std::list<Waiter*>> requeue_;
};

}  // namespace sentry
