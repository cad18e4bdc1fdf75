#include "sentry/vfs/access.h"

#include "abi/linux/capability.h"

namespace sentry {
namespace {

bool CapabilityOverrides(OpContext& ctx, const Inode& inode, uint32_t mode, uint32_t mask) {
  bool directory = abi::IsDirectory(mode);
  bool reads = directory ? (mask & kMayWrite) == 0 : mask == kMayRead;
  if (reads && CapableOver(ctx, inode, abi::kCapDacReadSearch)) return true;
  // Root may execute only what somebody may execute.
  bool executable = directory || (mask & kMayExec) == 0 || (mode & 0111) != 0;
  return executable && CapableOver(ctx, inode, abi::kCapDacOverride);
}

bool InGroupOrCapable(OpContext& ctx, const Inode& inode) {
  return ctx.creds.InGroup(inode.gid()) || CapableOver(ctx, inode, abi::kCapFsetid);
}

}  // namespace

bool CapableOver(const OpContext& ctx, uint32_t uid, uint32_t gid, int capability) {
  if (!ctx.creds.HasOwnCapability(capability)) return false;
  const UserNamespace* ns = ctx.creds.user_ns.get();
  return ns == nullptr || (FromKernelId(ns, &UserNamespace::uid_map, uid) != kNoId &&
                           FromKernelId(ns, &UserNamespace::gid_map, gid) != kNoId);
}

Result<void> CheckAccess(OpContext& ctx, const Inode& inode, uint32_t mask) {
  uint32_t mode = inode.mode();
  uint32_t granted = mode;
  if (inode.uid() == ctx.creds.fsuid) {
    granted = mode >> 6;
  } else if ((mode >> 3 & 7) != (mode & 7) && ctx.creds.InGroup(inode.gid())) {
    granted = mode >> 3;
  }
  if ((mask & ~granted & 7) == 0) return {};
  if (CapabilityOverrides(ctx, inode, mode, mask)) return {};
  return Errno(EACCES);
}

Result<void> CheckPathAccess(OpContext& ctx, const Path& path, uint32_t mask) {
  const Inode& inode = *path.inode();
  TRY(CheckAccess(ctx, inode, mask));
  bool stored = inode.IsRegular() || inode.IsDirectory() || inode.IsSymlink();
  if ((mask & kMayWrite) != 0 && stored && path.readonly()) return Errno(EROFS);
  return {};
}

bool OwnsOrCapable(OpContext& ctx, const Inode& inode) {
  return inode.uid() == ctx.creds.fsuid || CapableOver(ctx, inode, abi::kCapFowner);
}

Result<void> CheckSticky(OpContext& ctx, const Inode& directory, const Inode& child) {
  if ((directory.mode() & abi::kSIsvtx) == 0) return {};
  uint32_t me = ctx.creds.fsuid;
  if (child.uid() == me || directory.uid() == me) return {};
  if (CapableOver(ctx, child, abi::kCapFowner)) return {};
  return Errno(EPERM);
}

uint32_t SetidBitsLostOnWrite(OpContext& ctx, const Inode& inode) {
  uint32_t mode = inode.mode();
  if ((mode & (abi::kSIsuid | abi::kSIsgid)) == 0 || !abi::IsRegular(mode)) return 0;
  if (CapableOver(ctx, inode, abi::kCapFsetid)) return 0;
  return SetidBitsLostOnChown(ctx, inode);
}

uint32_t SetidBitsLostOnChown(OpContext& ctx, const Inode& inode) {
  uint32_t mode = inode.mode();
  if (abi::IsDirectory(mode)) return 0;
  uint32_t lost = mode & abi::kSIsuid;
  // Without group execution S_ISGID used to mean mandatory locking: only outsiders lose it then
  // (setattr_should_drop_sgid).
  bool drops_sgid = (mode & abi::kSIxgrp) != 0 || !InGroupOrCapable(ctx, inode);
  if (drops_sgid) lost |= mode & abi::kSIsgid;
  return lost;
}

NewInodeOwner OwnerOfNewInode(OpContext& ctx, const Inode& directory, uint32_t mode) {
  NewInodeOwner owner{ctx.creds.fsuid, ctx.creds.fsgid, mode};
  if ((directory.mode() & abi::kSIsgid) == 0) return owner;
  owner.gid = directory.gid();
  if (abi::IsDirectory(mode)) {
    owner.mode |= abi::kSIsgid;
  } else if ((mode & (abi::kSIsgid | abi::kSIxgrp)) == (abi::kSIsgid | abi::kSIxgrp) &&
             !InGroupOrCapable(ctx, directory)) {
    owner.mode &= ~abi::kSIsgid;  // mode_strip_sgid
  }
  return owner;
}

}  // namespace sentry
