// Sets of System V semaphores (semop(2), semctl(2)).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "platform/base/intrusive_list.h"
#include "platform/base/wait_queue.h"
#include "sentry/ipc/permissions.h"
#include "sentry/kernel/memory_budget.h"
#include "sentry/kernel/sysv_undo.h"

namespace sentry {

using base::MakeRef;
using base::Ref;
using base::RefCounted;

class SemaphoreSet;
class Semaphores;

// SEM_UNDO of a process (of all who share it by CLONE_SYSVSEM): what is added to which semaphores
// when it ends.
class SemaphoreUndo final : public UndoList {
 public:
  void Apply(int32_t pid) override;
  std::vector<int16_t>& Of(SemaphoreSet& set);
  // Null: nothing is to be undone.
  std::vector<int16_t>* Find(const SemaphoreSet& set);
  void Forget(const SemaphoreSet& set) { adjustments_.erase(&set); }

 private:
  ~SemaphoreUndo() override;
  std::map<const SemaphoreSet*, std::vector<int16_t>> adjustments_;
};

// One semop(2) that could not be done at once.  Whoever changes the set does it and wakes the
// caller, so that waiters are served in the order in which they came.
class PendingSemop : public base::ListNode<PendingSemop> {
 public:
  std::vector<abi::Sembuf> ops;
  Ref<SemaphoreUndo> undo;  // Null: no operation has SEM_UNDO.
  int32_t pid = 0;
  bool alters = false;
  const abi::Sembuf* blocking = nullptr;  // The operation that cannot be done.
  std::optional<Result<void>> result;     // Once it is over.
  base::WaitQueue queue;
};

class SemaphoreSet final : public RefCounted {
 public:
  struct Semaphore {
    int32_t value = 0;
    int32_t pid = 0;  // Of the last who changed it.
  };

  // ENOMEM beyond the sandbox's memory.
  static Result<Ref<SemaphoreSet>> Create(Semaphores& table, const IpcOwner& owner, size_t count);

  // All or none: EAGAIN when `op` would have to wait (it says for what), ERANGE, or done.
  Result<void> Try(PendingSemop& op);
  // Try(), then waiters that can go on.
  Result<void> Operate(PendingSemop& op);
  void Wait(PendingSemop& op) { pending_.push_back(op); }
  // SETVAL, SETALL: forgets what was to be undone.
  void SetValue(size_t index, int32_t value, int32_t pid);
  void SetAll(std::span<const uint16_t> values, int32_t pid);
  void Adjust(std::span<const int16_t> adjustments, int32_t pid);  // Undo.
  void Remove();                                                   // IPC_RMID: EIDRM to who waits.
  // GETNCNT (zero: false), GETZCNT.
  int32_t CountWaiting(size_t index, bool zero);

  IpcOwner owner;
  const std::vector<Semaphore>& semaphores() const { return semaphores_; }
  bool removed() const { return removed_; }
  abi::SemidDs Status() const;
  int64_t ctime;

 private:
  friend class SemaphoreUndo;
  template <typename T, typename... Args>
  friend base::Ref<T> base::MakeRef(Args&&...);
  SemaphoreSet(Semaphores& table, const IpcOwner& set_owner, size_t count);
  ~SemaphoreSet() override { budget_.Uncharge(Cost(semaphores_.size())); }
  // What a semaphore costs, its adjustments in some processes included.
  static uint64_t Cost(size_t count) { return 256 + count * 16; }
  Result<int32_t> NewValue(const abi::Sembuf& op) const;
  Result<void> ApplyOne(PendingSemop& op, const abi::Sembuf& one);
  void Update();
  bool TryAll(bool altering);

  Semaphores& table_;
  MemoryBudget& budget_;
  std::vector<Semaphore> semaphores_;
  int64_t otime_ = 0;
  bool removed_ = false;
  base::IntrusiveList<PendingSemop> pending_;  // In order of arrival.
  std::vector<SemaphoreUndo*> undos_;          // Who has adjustments; they tell when they go.
};

}  // namespace sentry
