// futex(2).  What the host can do alone in the guest's own memory it does; priority inheritance,
// whose words hold guest tids, is done here (kernel/futex_pi.h).
#include "abi/linux/futex.h"

#include <memory>

#include "abi/linux/syscall_numbers.h"
#include "abi/linux/time.h"
#include "sentry/kernel/futex_pi.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/time_calls.h"
#include "sentry/time/clock.h"

namespace sentry {
namespace {

// What the word of a lock holds of its owner: the number that the owner sees itself by.
Tid OwnNumber(const Task& task) {
  return Tid(task.NumberOf(task.tid()));
}

using WaiterRef = std::shared_ptr<PiFutexes::Waiter>;

struct PiCall {
  uint64_t address;
  FutexKey key;
  bool try_only;
  std::optional<MonoTime> deadline;
};

PiFutexes& Table(Task& task) {
  return task.kernel().Get<PiFutexes>();
}

WaiterRef NewWaiter(Task& task) {
  const int priority = task.sched_priority != 0 ? 1000 + task.sched_priority : -task.nice;
  return std::make_shared<PiFutexes::Waiter>(Table(task), OwnNumber(task), priority);
}

// Runs `then` once FUTEX_WAITERS is set in the word at `address`.
Result<uint64_t> WithWaitersBit(Task& task, uint64_t address,
                                base::UniqueFunction<Result<uint64_t>(Task&)> then) {
  const uint32_t word = TRY(task.CopyIn(UserPtr<uint32_t>(address)));
  if ((word & abi::kFutexWaiters) != 0) return then(task);
  task.CaptureThen([address, then = std::move(then)](Task& captured) mutable {
    // FUTEX_WAKE_OP: word |= 1 << 31, and nobody sleeps in the host on such a word.
    constexpr uint32_t kOrBit31 = (abi::kFutexOpOr | abi::kFutexOpOpargShift) << 28 | 31 << 12;
    platform::HostCall set_bit{
        .number = abi::kSysFutex,
        .args = {address, static_cast<uint64_t>(abi::kFutexWakeOp | abi::kFutexPrivateFlag), 0, 0,
                 address, kOrBit31}};
    captured.InjectThen(std::span(&set_bit, 1),
                        [then = std::move(then)](Task& t, std::span<const int64_t> r) mutable {
                          if (r[0] < 0) return t.CompleteSyscall(Errno(static_cast<int>(-r[0])));
                          t.CompleteSyscall(then(t));
                        });
  });
  return Errno(kErrnoNoReturn);
}

Result<uint64_t> WaitForGrant(Task& task, WaiterRef waiter, std::optional<MonoTime> deadline) {
  WaitSpec wait;
  wait.queues.push_back({&waiter->queue, abi::kPollIn});
  wait.deadline = deadline;
  wait.on_signal = abi::kERestartNoIntr;
  task.Block(std::move(wait), [waiter](Task&) -> Result<uint64_t> {
    if (!waiter->granted) return Errno(EAGAIN);
    return uint64_t{0};
  });
  return Errno(kErrnoBlocked);
}

// With FUTEX_WAITERS set.
Result<uint64_t> TakeOrWait(Task& task, const PiCall& call) {
  PiFutexes& table = Table(task);
  if (TRY(table.TryTake(task, call.address, call.key, OwnNumber(task)))) return uint64_t{0};
  if (call.try_only) return Errno(EAGAIN);
  TRY(table.CheckOwner(task, call.address, OwnNumber(task)));
  const uint32_t word = TRY(task.CopyIn(UserPtr<uint32_t>(call.address)));
  WaiterRef waiter = NewWaiter(task);
  table.Enqueue(*waiter, call.key, Tid(static_cast<int32_t>(word & abi::kFutexTidMask)));
  return WaitForGrant(task, std::move(waiter), call.deadline);
}

Result<uint64_t> LockPi(Task& task, PiCall call) {
  TRY(Table(task).CheckOwner(task, call.address, OwnNumber(task)));
  return WithWaitersBit(task, call.address, [call](Task& t) { return TakeOrWait(t, call); });
}

// The absolute time-out of LOCK_PI (CLOCK_REALTIME always), LOCK_PI2 and WAIT_REQUEUE_PI.
Result<std::optional<MonoTime>> Deadline(Task& task, uint64_t pointer, bool realtime) {
  if (pointer == 0) return std::optional<MonoTime>{};
  const abi::Timespec time = TRY(task.CopyIn(UserPtr<abi::Timespec>(pointer)));
  if (!IsValid(time)) return Errno(EINVAL);
  return std::optional(
      DeadlineOn(realtime ? abi::kClockRealtime : abi::kClockMonotonic, ToNanoseconds(time)));
}

Result<uint64_t> WaitRequeuePi(Task& task, uint64_t address, uint32_t value, const FutexKey& key,
                               const FutexKey& target, std::optional<MonoTime> deadline) {
  if (key == target) return Errno(EINVAL);
  if (TRY(task.CopyIn(UserPtr<uint32_t>(address))) != value) return Errno(EAGAIN);
  WaiterRef waiter = NewWaiter(task);
  Table(task).EnqueueForRequeue(*waiter, key, target);
  return WaitForGrant(task, std::move(waiter), deadline);
}

// With FUTEX_WAITERS set in the target: one waiter gets it or queues for it, `count` more queue.
Result<uint64_t> Requeue(Task& task, uint64_t target_address, const FutexKey& key,
                         const FutexKey& target, uint32_t count) {
  PiFutexes& table = Table(task);
  uint64_t moved = 0;
  while (moved <= count) {
    PiFutexes::Waiter* waiter = table.FirstForRequeue(key);
    if (waiter == nullptr) break;
    if (waiter->requeue_to != target) return Errno(EINVAL);
    table.Leave(*waiter);
    ++moved;
    if (TRY(table.TryTake(task, target_address, target, waiter->tid))) {
      waiter->granted = true;
      waiter->queue.Notify(abi::kPollIn);
      continue;
    }
    const uint32_t word = TRY(task.CopyIn(UserPtr<uint32_t>(target_address)));
    table.Enqueue(*waiter, target, Tid(static_cast<int32_t>(word & abi::kFutexTidMask)));
    TRY(task.CopyOut(UserPtr<uint32_t>(target_address), word | abi::kFutexWaiters));
  }
  return moved;
}

}  // namespace

Result<uint64_t> SysFutex(Task& task, uint64_t address, int32_t op, uint32_t value,
                          uint64_t timeout_or_count, uint64_t address2, uint32_t value3) {
  const int32_t command = op & abi::kFutexCmdMask;
  const bool is_private = (op & abi::kFutexPrivateFlag) != 0;
  const bool realtime = (op & abi::kFutexClockRealtime) != 0;
  switch (command) {
    case abi::kFutexLockPi:
    case abi::kFutexLockPi2:
    case abi::kFutexTrylockPi: {
      PiCall call{.address = address,
                  .key = TRY(KeyOf(task, address, is_private)),
                  .try_only = command == abi::kFutexTrylockPi,
                  .deadline = {}};
      if (!call.try_only) {
        const bool wall = command == abi::kFutexLockPi || realtime;
        call.deadline = TRY(Deadline(task, timeout_or_count, wall));
      }
      return LockPi(task, call);
    }
    case abi::kFutexUnlockPi: {
      const FutexKey key = TRY(KeyOf(task, address, is_private));
      TRY(Table(task).Unlock(task, address, key));
      return uint64_t{0};
    }
    case abi::kFutexWaitRequeuePi: {
      const FutexKey key = TRY(KeyOf(task, address, is_private));
      const FutexKey target = TRY(KeyOf(task, address2, is_private));
      return WaitRequeuePi(task, address, value, key, target,
                           TRY(Deadline(task, timeout_or_count, realtime)));
    }
    case abi::kFutexCmpRequeuePi: {
      if (value != 1) return Errno(EINVAL);
      const FutexKey key = TRY(KeyOf(task, address, is_private));
      const FutexKey target = TRY(KeyOf(task, address2, is_private));
      if (TRY(task.CopyIn(UserPtr<uint32_t>(address))) != value3) return Errno(EAGAIN);
      const uint32_t count = static_cast<uint32_t>(timeout_or_count);
      return WithWaitersBit(task, address2,
                            [=](Task& t) { return Requeue(t, address2, key, target, count); });
    }
    default:
      return Errno(kErrnoHost);
  }
}

}  // namespace sentry
