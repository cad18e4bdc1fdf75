#include "sentry/vfs/leases.h"

#include <algorithm>

#include "sentry/vfs/file_locks.h"
#include "sentry/vfs/inode.h"

namespace sentry {

Lease* Leases::Find(const FileDescription& holder) {
  for (Lease& lease : held_) {
    if (lease.holder == &holder) return &lease;
  }
  return nullptr;
}

Result<void> Leases::Set(FileDescription& holder, int32_t fd, LeaseType type) {
  for (const Lease& lease : held_) {
    if (lease.holder == &holder) continue;
    if (type == LeaseType::kWrite || lease.unlock_at) return Errno(EAGAIN);
  }
  if (Lease* mine = Find(holder)) {
    mine->type = type;
    mine->downgrade_at.reset();
    return {};
  }
  held_.push_back({.holder = &holder, .fd = fd, .type = type});
  return {};
}

Result<void> Leases::Remove(const FileDescription& holder) {
  return Release(holder) ? Result<void>() : Errno(EAGAIN);
}

bool Leases::Release(const FileDescription& holder) {
  return std::erase_if(held_, [&](const Lease& lease) { return lease.holder == &holder; }) != 0;
}

LeaseType Leases::TypeOf(const FileDescription& holder) const {
  for (const Lease& lease : held_) {
    if (lease.holder != &holder) continue;
    if (lease.unlock_at) return LeaseType::kNone;
    return lease.downgrade_at ? LeaseType::kRead : lease.type;
  }
  return LeaseType::kNone;
}

bool Leases::Conflict(bool write) const {
  return std::any_of(held_.begin(), held_.end(),
                     [write](const Lease& lease) { return lease.Conflicts(write); });
}

std::vector<Lease> Leases::Break(bool write, MonoTime deadline) {
  std::vector<Lease> broken;
  for (Lease& lease : held_) {
    if (!lease.Conflicts(write)) continue;
    const bool already = write ? lease.unlock_at.has_value()
                               : lease.unlock_at.has_value() || lease.downgrade_at.has_value();
    if (already) continue;
    (write ? lease.unlock_at : lease.downgrade_at) = deadline;
    broken.push_back(lease);
  }
  return broken;
}

std::optional<MonoTime> Leases::NextLoss(bool write) const {
  std::optional<MonoTime> next;
  for (const Lease& lease : held_) {
    if (!lease.Conflicts(write)) continue;
    const std::optional<MonoTime> at = lease.unlock_at ? lease.unlock_at : lease.downgrade_at;
    if (at && (!next || *at < *next)) next = at;
  }
  return next;
}

bool Leases::Expire(MonoTime now) {
  bool any = std::erase_if(held_, [now](const Lease& lease) {
               return lease.unlock_at && *lease.unlock_at <= now;
             }) != 0;
  for (Lease& lease : held_) {
    if (!lease.downgrade_at || *lease.downgrade_at > now) continue;
    lease.type = LeaseType::kRead;
    lease.downgrade_at.reset();
    any = true;
  }
  return any;
}

bool IsLeased(const Inode& inode, bool write) {
  const FileLocks* locks = inode.existing_locks();
  return locks != nullptr && locks->leases.Conflict(write);
}

}  // namespace sentry
