#include "sentry/vfs/file_locks.h"

#include <algorithm>

#include "abi/linux/poll.h"
#include "sentry/vfs/inode.h"

namespace sentry {
namespace {

bool Excludes(const HeldLock& held, LockOwner owner, LockType type) {
  return held.owner != owner && (held.type == LockType::kExclusive || type == LockType::kExclusive);
}

bool Touches(const HeldLock& a, const HeldLock& b) {
  return a.owner == b.owner && a.type == b.type && a.range.last != LockRange::kToEnd &&
         a.range.last + 1 == b.range.first;
}

}  // namespace

const HeldLock* FileLocks::FindConflict(LockOwner owner, LockType type,
                                        const LockRange& range) const {
  for (const HeldLock& held : records_) {
    if (Excludes(held, owner, type) && held.range.Overlaps(range)) return &held;
  }
  return nullptr;
}

Result<void> FileLocks::Lock(const HeldLock& wanted) {
  if (FindConflict(wanted.owner, wanted.type, wanted.range) != nullptr) return Errno(EAGAIN);
  Cut(wanted.owner, wanted.range);
  records_.push_back(wanted);
  Merge(wanted.owner);
  // An exclusive lock may have become a shared one.
  queue_.Notify(abi::kPollIn);
  return {};
}

void FileLocks::Unlock(LockOwner owner, const LockRange& range) {
  Cut(owner, range);
  queue_.Notify(abi::kPollIn);
}

void FileLocks::Cut(LockOwner owner, const LockRange& range) {
  std::vector<HeldLock> kept;
  for (const HeldLock& held : records_) {
    if (held.owner != owner || !held.range.Overlaps(range)) {
      kept.push_back(held);
      continue;
    }
    if (held.range.first < range.first) {
      kept.push_back(held);
      kept.back().range.last = range.first - 1;
    }
    if (held.range.last > range.last) {
      kept.push_back(held);
      kept.back().range.first = range.last + 1;
    }
  }
  records_ = std::move(kept);
}

void FileLocks::Merge(LockOwner owner) {
  std::sort(records_.begin(), records_.end(), [](const HeldLock& a, const HeldLock& b) {
    return a.owner != b.owner ? a.owner < b.owner : a.range.first < b.range.first;
  });
  for (size_t i = 0; i + 1 < records_.size();) {
    if (records_[i].owner == owner && Touches(records_[i], records_[i + 1])) {
      records_[i].range.last = records_[i + 1].range.last;
      records_.erase(records_.begin() + static_cast<ptrdiff_t>(i) + 1);
    } else {
      ++i;
    }
  }
}

Result<void> FileLocks::Flock(LockOwner owner, LockType type) {
  auto mine = std::find_if(flocks_.begin(), flocks_.end(),
                           [&](const HeldLock& held) { return held.owner == owner; });
  if (mine != flocks_.end()) {
    if (mine->type == type) return {};
    Unflock(owner);
  }
  for (const HeldLock& held : flocks_) {
    if (Excludes(held, owner, type)) return Errno(EAGAIN);
  }
  flocks_.push_back({owner, -1, type, {}});
  return {};
}

void FileLocks::Unflock(LockOwner owner) {
  size_t gone = std::erase_if(flocks_, [&](const HeldLock& held) { return held.owner == owner; });
  if (gone != 0) queue_.Notify(abi::kPollIn);
}

void FileLocks::ReleaseOwner(LockOwner owner) {
  Unflock(owner);
  size_t gone = std::erase_if(records_, [&](const HeldLock& held) { return held.owner == owner; });
  if (gone != 0) queue_.Notify(abi::kPollIn);
}

bool IsWritten(const Inode& inode) {
  const FileLocks* locks = inode.existing_locks();
  return locks != nullptr && locks->write_count > 0;
}

bool Runs(const Inode& inode) {
  const FileLocks* locks = inode.existing_locks();
  return locks != nullptr && locks->write_count < 0;
}

}  // namespace sentry
