// FileLocks: the advisory locks of one inode: flock(2), POSIX record locks and open file
// description locks (fcntl(2)); the one that nobody asks for, between who writes a file and who
// runs it (ETXTBSY); and what else fcntl(2) leaves at an inode: leases and a hint.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "platform/base/result.h"
#include "platform/base/wait_queue.h"
#include "sentry/vfs/leases.h"

namespace sentry {

using base::Errno;
using base::Result;

enum class LockType : uint8_t { kShared, kExclusive };

// Both ends belong to it; kToEnd covers whatever the file grows to.
struct LockRange {
  static constexpr int64_t kToEnd = std::numeric_limits<int64_t>::max();
  int64_t first = 0;
  int64_t last = kToEnd;
  bool Overlaps(const LockRange& other) const { return first <= other.last && other.first <= last; }
};

// Who holds a lock: the descriptor table for POSIX locks, the description for the others.
using LockOwner = const void*;

struct HeldLock {
  LockOwner owner;
  int32_t pid;  // -1 for open file description locks (F_GETLK).
  LockType type;
  LockRange range;
};

class FileLocks {
 public:
  // A lock of another owner that keeps `type` on `range` away; null when none does.
  const HeldLock* FindConflict(LockOwner owner, LockType type, const LockRange& range) const;
  // Sets or converts the owner's locks in `range`; EAGAIN when somebody else's are in the way.
  Result<void> Lock(const HeldLock& wanted);
  void Unlock(LockOwner owner, const LockRange& range);

  // flock(2) locks the whole file, apart from the record locks.  A conversion gives the old lock up
  // first, as Linux does.
  Result<void> Flock(LockOwner owner, LockType type);
  void Unflock(LockOwner owner);

  // Everything that the owner holds here.
  void ReleaseOwner(LockOwner owner);
  // Descriptions that may write, or, negative, programs that run from it: never both (Linux:
  // i_writecount).
  int32_t write_count = 0;
  Leases leases;
  uint64_t write_hint = 0;  // F_SET_RW_HINT
  // Notified with POLLIN when locks or leases were given up.
  base::WaitQueue& queue() { return queue_; }
  // For /proc/locks.
  const std::vector<HeldLock>& records() const { return records_; }
  const std::vector<HeldLock>& flocks() const { return flocks_; }

 private:
  void Cut(LockOwner owner, const LockRange& range);
  void Merge(LockOwner owner);

  std::vector<HeldLock> records_;  // Those of one owner neither overlap nor touch with one type.
  std::vector<HeldLock> flocks_;
  base::WaitQueue queue_;
};

class Inode;
bool IsWritten(const Inode& inode);  // Some description may write to it.
bool Runs(const Inode& inode);       // It is a program that somebody executes.

}  // namespace sentry
