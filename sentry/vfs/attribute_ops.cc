// Changes of an object's attributes: chmod, chown, utimes, truncate.
#include "abi/linux/capability.h"
#include "sentry/vfs/file_locks.h"
#include "sentry/vfs/inotify.h"
#include "sentry/vfs/name_ops.h"

namespace sentry {
namespace {

constexpr uint32_t kPermissionBits = 07777;

Result<void> Apply(OpContext& ctx, const Path& path, const AttributeChange& change) {
  TRY(path.inode()->SetAttributes(ctx, change));
  NotifyObject(*path.dentry, abi::kInAttrib);
  return {};
}

bool MayChown(OpContext& ctx, const Inode& inode, std::optional<uint32_t> uid,
              std::optional<uint32_t> gid) {
  if (CapableOver(ctx, inode, abi::kCapChown)) return true;
  bool owner = inode.uid() == ctx.creds.fsuid;
  bool uid_ok = !uid || (owner && *uid == inode.uid());
  bool gid_ok = !gid || (owner && (*gid == inode.gid() || ctx.creds.InGroup(*gid)));
  return uid_ok && gid_ok;
}

std::optional<abi::Timespec> Resolve(const OpContext& ctx, const TimeUpdate& update) {
  if (update.kind == TimeUpdate::Kind::kOmit) return std::nullopt;
  return update.kind == TimeUpdate::Kind::kNow ? ctx.now : update.time;
}

}  // namespace

Result<void> Chmod(OpContext& ctx, const Path& path, uint32_t mode) {
  const Inode& inode = *path.inode();
  if (path.readonly()) return Errno(EROFS);
  if (inode.IsSymlink()) return Errno(EOPNOTSUPP);
  if (!OwnsOrCapable(ctx, inode)) return Errno(EPERM);
  mode &= kPermissionBits;
  bool keeps_sgid = ctx.creds.InGroup(inode.gid()) || CapableOver(ctx, inode, abi::kCapFsetid);
  if (!keeps_sgid) mode &= ~abi::kSIsgid;
  AttributeChange change;
  change.mode = mode;
  return Apply(ctx, path, change);
}

Result<void> Chown(OpContext& ctx, const Path& path, std::optional<uint32_t> uid,
                   std::optional<uint32_t> gid) {
  const Inode& inode = *path.inode();
  if (path.readonly()) return Errno(EROFS);
  if (!MayChown(ctx, inode, uid, gid)) return Errno(EPERM);
  AttributeChange change;
  change.uid = uid;
  change.gid = gid;
  uint32_t lost = SetidBitsLostOnChown(ctx, inode);
  if (lost != 0) change.mode = inode.mode() & kPermissionBits & ~lost;
  return Apply(ctx, path, change);
}

Result<void> SetTimes(OpContext& ctx, const Path& path, const TimeUpdate& atime,
                      const TimeUpdate& mtime) {
  using Kind = TimeUpdate::Kind;
  if (atime.kind == Kind::kOmit && mtime.kind == Kind::kOmit) return {};
  if (path.readonly()) return Errno(EROFS);
  const Inode& inode = *path.inode();
  // Setting both to the present is what writing does, so permission to write is enough.
  bool touch = atime.kind == Kind::kNow && mtime.kind == Kind::kNow;
  if (!OwnsOrCapable(ctx, inode)) {
    if (!touch) return Errno(EPERM);
    TRY(CheckAccess(ctx, inode, kMayWrite));
  }
  AttributeChange change;
  change.atime = Resolve(ctx, atime);
  change.mtime = Resolve(ctx, mtime);
  return Apply(ctx, path, change);
}

Result<void> Truncate(OpContext& ctx, const Path& path, uint64_t size) {
  if (path.inode()->IsDirectory()) return Errno(EISDIR);
  if (!path.inode()->IsRegular()) return Errno(EINVAL);
  if (path.readonly()) return Errno(EROFS);
  TRY(CheckAccess(ctx, *path.inode(), kMayWrite));
  if (Runs(*path.inode())) return Errno(ETXTBSY);
  if (IsLeased(*path.inode(), true)) return Errno(kErrnoLeased);
  return TruncateInode(ctx, path, size);
}

Result<void> TruncateInode(OpContext& ctx, const Path& path, uint64_t size) {
  Inode& inode = *path.inode();
  if (size > ctx.file_size_limit) {
    uint64_t old_size = TRY(inode.GetAttributes(ctx)).size;
    if (size > old_size) return Errno(EFBIG);
  }
  AttributeChange change;
  change.size = size;
  uint32_t lost = SetidBitsLostOnWrite(ctx, inode);
  if (lost != 0) change.mode = inode.mode() & kPermissionBits & ~lost;
  TRY(inode.SetAttributes(ctx, change));
  NotifyObject(*path.dentry, abi::kInModify);
  return {};
}

Result<void> DropSetidBits(OpContext& ctx, const Path& path) {
  uint32_t lost = SetidBitsLostOnWrite(ctx, *path.inode());
  if (lost == 0) return {};
  AttributeChange change;
  change.mode = path.inode()->mode() & kPermissionBits & ~lost;
  return Apply(ctx, path, change);
}

}  // namespace sentry
