// semget(2), semop(2), semtimedop(2).
#include <algorithm>
#include <memory>

#include "abi/linux/poll.h"
#include "sentry/fs/proc/sysctls.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/namespaces.h"
#include "sentry/syscalls/ipc_calls.h"
#include "sentry/syscalls/ipc_limits.h"
#include "sentry/syscalls/ipc_tables.h"

namespace sentry {
namespace {

// newary()
Result<int32_t> NewSet(Task& task, int32_t key, int32_t count, uint32_t flags,
                       const SemLimits& limits) {
  Semaphores& table = Sets(task);
  if (count == 0) return Errno(EINVAL);
  if (static_cast<int64_t>(table.semaphores) + count > limits.total) return Errno(ENOSPC);
  if (static_cast<int64_t>(table.size()) >= limits.sets) return Errno(ENOSPC);
  Ref<SemaphoreSet> set = TRY(SemaphoreSet::Create(
      table, IpcOwner::MadeBy(task.creds(), task.namespaces().ipc->owner, key, flags),
      static_cast<size_t>(count)));
  int32_t id = TRY(table.Add(std::move(set), limits.sets));
  table.semaphores += static_cast<uint64_t>(count);
  return id;
}

Ref<SemaphoreUndo> UndoOf(Task& task) {
  if (!task.sysv_undo) task.sysv_undo = MakeRef<SysvUndo>();
  if (!task.sysv_undo->list) task.sysv_undo->list = MakeRef<SemaphoreUndo>();
  return Ref<SemaphoreUndo>(static_cast<SemaphoreUndo*>(task.sysv_undo->list.get()));
}

bool NoWait(const PendingSemop& op) {
  return (static_cast<uint16_t>(op.blocking->sem_flg) & abi::kIpcNowait) != 0;
}

// Sleeps until the set has done it, in its turn.
Result<void> Wait(Task& task, Ref<SemaphoreSet> set, std::shared_ptr<PendingSemop> op,
                  std::optional<MonoTime> deadline) {
  set->Wait(*op);
  WaitSpec wait;
  wait.queues.push_back({&op->queue, abi::kPollIn});
  wait.deadline = deadline;
  wait.on_timeout = Errno(EAGAIN);
  wait.on_signal = EINTR;  // Never restarted (signal(7)).
  wait.on_cut_short = [op](Task&, bool) -> std::optional<Result<uint64_t>> {
    if (!op->result) return std::nullopt;
    return EncodeResult(*op->result);
  };
  task.Block(std::move(wait), [op, set](Task&) -> Result<uint64_t> {
    if (!op->result) return Errno(EAGAIN);
    return EncodeResult(*op->result);
  });
  return Errno(kErrnoBlocked);
}

Result<void> Operate(Task& task, int32_t id, UserPtr<abi::Sembuf> ops, uint32_t count,
                     std::optional<abi::Timespec> timeout) {
  SemLimits limits = SemLimits::Of(task.kernel().Get<Sysctls>());
  if (count > limits.operations) return Errno(E2BIG);
  if (count < 1) return Errno(EINVAL);
  auto op = std::make_shared<PendingSemop>();
  op->ops = TRY(task.CopyInArray(ops, count));
  if (id < 0) return Errno(EINVAL);
  if (timeout && !IsValid(*timeout)) return Errno(EINVAL);
  uint16_t highest = 0;
  bool undo = false;
  for (const abi::Sembuf& one : op->ops) {
    highest = std::max(highest, one.sem_num);
    op->alters |= one.sem_op != 0;
    undo |= (static_cast<uint16_t>(one.sem_flg) & abi::kSemUndo) != 0;
  }
  Ref<SemaphoreSet> set = TRY(Sets(task).Find(id));
  if (highest >= set->semaphores().size()) return Errno(EFBIG);
  TRY(set->owner.CheckAccess(task.creds(), op->alters ? kIpcWrite : kIpcRead));
  op->pid = task.NumberOf(task.group().pid);
  if (undo) op->undo = UndoOf(task);
  Result<void> done = set->Operate(*op);
  if (!done.Is(EAGAIN)) return done;
  if (NoWait(*op)) return done;
  std::optional<MonoTime> deadline;
  if (timeout) deadline = MonotonicNow() + ToNanoseconds(*timeout);
  return Wait(task, std::move(set), std::move(op), deadline);
}

}  // namespace

Result<int32_t> SysSemget(Task& task, int32_t key, int32_t count, uint32_t flags) {
  SemLimits limits = SemLimits::Of(task.kernel().Get<Sysctls>());
  if (count < 0 || count > limits.per_set) return Errno(EINVAL);
  auto check = [count](const SemaphoreSet& set) -> Result<void> {
    if (static_cast<size_t>(count) > set.semaphores().size()) return Errno(EINVAL);
    return {};
  };
  return IpcGet<SemaphoreSet>(Sets(task), task.creds(), key, flags, check,
                              [&] { return NewSet(task, key, count, flags, limits); });
}

Result<void> SysSemop(Task& task, int32_t id, UserPtr<abi::Sembuf> ops, uint32_t count) {
  return Operate(task, id, ops, count, std::nullopt);
}

Result<void> SysSemtimedop(Task& task, int32_t id, UserPtr<abi::Sembuf> ops, uint32_t count,
                           UserPtr<abi::Timespec> timeout) {
  if (timeout.IsNull()) return SysSemop(task, id, ops, count);
  return Operate(task, id, ops, count, TRY(task.CopyIn(timeout)));
}

}  // namespace sentry
