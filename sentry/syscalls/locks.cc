// Record locks of fcntl(2), by process and by open file description; flock(2).
#include "sentry/syscalls/locks.h"

#include <map>
#include <memory>

#include "abi/linux/poll.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/file_calls.h"
#include "sentry/vfs/file_locks.h"

namespace sentry {
namespace {

// Who waits for whose record lock, so that a circle is noticed (EDEADLK).
class LockWaits final : public RefCounted {
 public:
  static constexpr SubsystemId kSubsystem = SubsystemId::kLockWaits;
  explicit LockWaits(Kernel&) {}

  bool WouldClose(LockOwner waiter, LockOwner holder) const {
    constexpr int kMostSteps = 10;  // As MAX_DEADLK_ITERATIONS of Linux.
    for (int step = 0; step < kMostSteps; ++step) {
      if (holder == waiter) return true;
      auto next = waits_for_.find(holder);
      if (next == waits_for_.end()) return false;
      holder = next->second;
    }
    return false;
  }
  void Set(LockOwner waiter, LockOwner holder) { waits_for_[waiter] = holder; }
  void Clear(LockOwner waiter) { waits_for_.erase(waiter); }

 private:
  std::map<LockOwner, LockOwner> waits_for_;
};

// The entry of one waiting call; gone with its record.
class WaitEntry {
 public:
  WaitEntry(LockWaits& waits, LockOwner owner) : waits_(&waits), owner_(owner) {}
  ~WaitEntry() { waits_->Clear(owner_); }
  WaitEntry(const WaitEntry&) = delete;
  WaitEntry& operator=(const WaitEntry&) = delete;
  Result<void> WaitFor(LockOwner holder) {
    if (waits_->WouldClose(owner_, holder)) return Errno(EDEADLK);
    waits_->Set(owner_, holder);
    return {};
  }

 private:
  Ref<LockWaits> waits_;
  LockOwner owner_;
};

bool IsOfd(int32_t command) {
  return command >= abi::kFOfdGetlk && command <= abi::kFOfdSetlkw;
}

// flock_to_posix_lock(): EINVAL for a range before the start, EOVERFLOW beyond 63 bits.
Result<LockRange> RangeOf(OpContext& ctx, FileDescription& file, const abi::Flock& from) {
  int64_t base = 0;
  if (from.l_whence == abi::kSeekCur) {
    base = file.offset;
  } else if (from.l_whence == abi::kSeekEnd) {
    base = static_cast<int64_t>(TRY(file.inode()->GetAttributes(ctx)).size);
  } else if (from.l_whence != abi::kSeekSet) {
    return Errno(EINVAL);
  }
  LockRange range;
  if (__builtin_add_overflow(base, from.l_start, &range.first)) return Errno(EOVERFLOW);
  if (range.first < 0) return Errno(EINVAL);
  if (from.l_len > 0) {
    if (__builtin_add_overflow(range.first, from.l_len - 1, &range.last)) return Errno(EOVERFLOW);
  } else if (from.l_len < 0) {
    if (range.first + from.l_len < 0) return Errno(EINVAL);
    range.last = range.first - 1;
    range.first += from.l_len;
  }
  return range;
}

Result<LockType> TypeOf(int16_t type) {
  if (type == abi::kFRdlck) return LockType::kShared;
  if (type == abi::kFWrlck) return LockType::kExclusive;
  return Errno(EINVAL);
}

Result<void> TellConflict(Task& task, FileDescription& file, HeldLock wanted, abi::Flock lock,
                          UserPtr<abi::Flock> to) {
  const HeldLock* held =
      file.inode()->locks().FindConflict(wanted.owner, wanted.type, wanted.range);
  if (held == nullptr) {
    lock.l_type = abi::kFUnlck;
    return task.CopyOut(to, lock);
  }
  lock.l_type = held->type == LockType::kShared ? abi::kFRdlck : abi::kFWrlck;
  lock.l_whence = abi::kSeekSet;
  lock.l_start = held->range.first;
  lock.l_len = held->range.last == LockRange::kToEnd ? 0 : held->range.last - held->range.first + 1;
  lock.l_pid = held->pid > 0 ? task.NumberOf(Tid(held->pid)) : held->pid;
  return task.CopyOut(to, lock);
}

// F_SETLKW: tries again whenever locks of the file are given up.
Result<uint64_t> LockWaiting(Task& task, Ref<FileDescription> file, const HeldLock& wanted,
                             bool ofd) {
  FileLocks& locks = file->inode()->locks();
  std::shared_ptr<WaitEntry> entry;
  if (!ofd) entry = std::make_shared<WaitEntry>(task.kernel().Get<LockWaits>(), wanted.owner);
  WaitSpec wait;
  wait.queues.push_back({&locks.queue(), abi::kPollIn});
  return task.Retry(
      std::move(wait), false, [file = std::move(file), entry, wanted](Task&) -> Result<uint64_t> {
        FileLocks& held = file->inode()->locks();
        const HeldLock* other = held.FindConflict(wanted.owner, wanted.type, wanted.range);
        if (other != nullptr && entry != nullptr) TRY(entry->WaitFor(other->owner));
        TRY(held.Lock(wanted));
        return uint64_t{0};
      });
}

Result<uint64_t> SetLock(Task& task, Ref<FileDescription> file, int32_t command, HeldLock wanted,
                         int16_t type) {
  FileLocks& locks = file->inode()->locks();
  if (type == abi::kFUnlck) {
    locks.Unlock(wanted.owner, wanted.range);
    return uint64_t{0};
  }
  wanted.type = TRY(TypeOf(type));
  bool allowed = wanted.type == LockType::kShared ? file->readable() : file->writable();
  if (!allowed) return Errno(EBADF);
  bool waits = command == abi::kFSetlkw || command == abi::kFOfdSetlkw;
  if (waits) return LockWaiting(task, std::move(file), wanted, IsOfd(command));
  TRY(locks.Lock(wanted));
  return uint64_t{0};
}

}  // namespace

Result<uint64_t> LockCommand(Task& task, Ref<FileDescription> file, int32_t command,
                             UserPtr<abi::Flock> arg) {
  if (file->inode() == nullptr) return Errno(EBADF);
  abi::Flock lock = TRY(task.CopyIn(arg));
  bool ofd = IsOfd(command);
  OpContext ctx = task.context();
  HeldLock wanted{.owner = ofd ? static_cast<LockOwner>(file.get()) : &task.fds(),
                  .pid = ofd ? -1 : task.group().pid.value(),
                  .type = LockType::kShared,
                  .range = {}};
  if (ofd && lock.l_pid != 0) return Errno(EINVAL);
  if (command == abi::kFGetlk || command == abi::kFOfdGetlk) {
    wanted.type = TRY(TypeOf(lock.l_type));
    wanted.range = TRY(RangeOf(ctx, *file, lock));
    TRY(TellConflict(task, *file, wanted, lock, arg));
    return uint64_t{0};
  }
  wanted.range = TRY(RangeOf(ctx, *file, lock));
  return SetLock(task, std::move(file), command, wanted, lock.l_type);
}

Result<void> SysFlock(Task& task, FdNum fd, int32_t operation) {
  constexpr int32_t kLockMand = 32;  // Linux 5.18 and later take it and do nothing.
  if ((operation & kLockMand) != 0) return {};
  int32_t kind = operation & ~abi::kLockNb;
  if (kind != abi::kLockSh && kind != abi::kLockEx && kind != abi::kLockUn) return Errno(EINVAL);
  Ref<FileDescription> file = TRY(task.fds().GetForIo(fd));
  if (file->inode() == nullptr) return Errno(EBADF);
  FileLocks& locks = file->inode()->locks();
  if (kind == abi::kLockUn) {
    locks.Unflock(file.get());
    return {};
  }
  LockType type = kind == abi::kLockSh ? LockType::kShared : LockType::kExclusive;
  WaitSpec wait;
  wait.queues.push_back({&locks.queue(), abi::kPollIn});
  return task.Retry(std::move(wait), (operation & abi::kLockNb) != 0,
                    [file = std::move(file), type](Task&) {
                      return file->inode()->locks().Flock(file.get(), type);
                    });
}

}  // namespace sentry
