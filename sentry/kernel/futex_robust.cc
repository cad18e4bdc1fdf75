// The robust list of a thread that ends (Linux: exit_robust_list()).
#include "abi/linux/futex.h"
#include "abi/linux/syscall_numbers.h"
#include "sentry/kernel/answers.h"
#include "sentry/kernel/futex.h"
#include "sentry/kernel/futex_pi.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

struct Entry {
  uint64_t address;
  bool pi;
};

Entry Decode(uint64_t pointer) {
  return {pointer & ~uint64_t{1}, (pointer & 1) != 0};
}

platform::HostCall WakeOne(uint64_t address) {
  return {.number = abi::kSysFutex,
          .args = {address, static_cast<uint64_t>(abi::kFutexWake), 1, 0, 0, 0}};
}

// Marks one lock of the dead.  Waiters are woken whether FUTEX_WAITERS was seen or not: it may have
// been set between our read and our write.
void MarkDead(Task& task, uint64_t address, bool pi, bool pending,
              std::vector<platform::HostCall>& wakes) {
  if (address % sizeof(uint32_t) != 0) return;
  UserPtr<uint32_t> ptr(address);
  Result<uint32_t> word = task.CopyIn(ptr);
  if (!word.ok()) return;
  // Died between unlocking and waking.
  if (pending && !pi && *word == 0) return wakes.push_back(WakeOne(address));
  if ((*word & abi::kFutexTidMask) != static_cast<uint32_t>(task.NumberOf(task.tid()))) return;
  const uint32_t dead = (*word & abi::kFutexWaiters) | abi::kFutexOwnerDied;
  if (!task.CopyOut(ptr, dead).ok() || pi) return;
  wakes.push_back(WakeOne(address));
}

}  // namespace

std::vector<platform::HostCall> FutexOwnerDied(Task& task) {
  std::vector<platform::HostCall> wakes;
  // Words that have waiters go on to them first and are then not the dead task's any more.
  task.kernel().Get<PiFutexes>().OwnerDied(task);
  const uint64_t head_address = std::exchange(task.robust_list, 0);
  if (head_address == 0) return wakes;
  Result<abi::RobustListHead> head = task.CopyIn(UserPtr<abi::RobustListHead>(head_address));
  if (!head.ok()) return wakes;
  const uint64_t offset = static_cast<uint64_t>(head->futex_offset);
  const Entry pending = Decode(head->list_op_pending);
  Entry entry = Decode(head->list.next);
  for (uint32_t i = 0; i < abi::kRobustListLimit && entry.address != head_address; ++i) {
    Result<abi::RobustList> node = task.CopyIn(UserPtr<abi::RobustList>(entry.address));
    if (entry.address != pending.address) {
      MarkDead(task, entry.address + offset, entry.pi, false, wakes);
    }
    if (!node.ok()) break;
    entry = Decode(node->next);
  }
  if (pending.address != 0) {
    MarkDead(task, pending.address + offset, pending.pi, true, wakes);
  }
  return wakes;
}

std::vector<platform::HostCall> FutexOwnersDied(ThreadGroup& group) {
  std::vector<platform::HostCall> wakes;
  for (Task* task : group.tasks) {
    if (!task->has_thread()) continue;
    FetchOwn(*task);
    std::vector<platform::HostCall> own = FutexOwnerDied(*task);
    wakes.insert(wakes.end(), own.begin(), own.end());
  }
  return wakes;
}

bool HoldsRobustFutexes(ThreadGroup& group) {
  for (Task* task : group.tasks) {
    FetchOwn(*task);
    if (task->robust_list == 0 || !task->has_thread()) continue;
    auto head = task->CopyIn(UserPtr<abi::RobustListHead>(task->robust_list));
    if (!head.ok()) continue;
    if (head->list.next != task->robust_list || head->list_op_pending != 0) return true;
  }
  return false;
}

}  // namespace sentry
