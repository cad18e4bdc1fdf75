// Permission checks that follow from mode, owner and capabilities, and what a new inode inherits.
#pragma once

#include <cstdint>

#include "sentry/vfs/inode.h"
#include "sentry/vfs/mount.h"

namespace sentry {

constexpr uint32_t kMayExec = 1;
constexpr uint32_t kMayWrite = 2;
constexpr uint32_t kMayRead = 4;

// access(2)-like check of mode bits and capabilities against ctx.creds (fsuid, fsgid); mask of the
// above.
Result<void> CheckAccess(OpContext& ctx, const Inode& inode, uint32_t mask);
// Same, plus EROFS for writing through a read-only mount.
Result<void> CheckPathAccess(OpContext& ctx, const Path& path, uint32_t mask);
// The caller has `capability` over an object of this owner: in its own user namespace, where both
// ids must have a name (capable_wrt_inode_uidgid()).
bool CapableOver(const OpContext& ctx, uint32_t uid, uint32_t gid, int capability);
inline bool CapableOver(const OpContext& ctx, const Inode& inode, int capability) {
  return CapableOver(ctx, inode.uid(), inode.gid(), capability);
}
// The caller owns it, or has CAP_FOWNER (inode_owner_or_capable).
bool OwnsOrCapable(OpContext& ctx, const Inode& inode);
// EPERM when the sticky bit of `directory` keeps the caller from removing or renaming `child`.
Result<void> CheckSticky(OpContext& ctx, const Inode& directory, const Inode& child);

// The S_ISUID and S_ISGID bits that writing, truncating or chown(2) takes away; 0: none.
uint32_t SetidBitsLostOnWrite(OpContext& ctx, const Inode& inode);
uint32_t SetidBitsLostOnChown(OpContext& ctx, const Inode& inode);

// Owner, group and mode of an inode made in `directory` (inode_init_owner): a setgid directory
// hands its group down.  `mode` includes the type; the umask has been applied.
struct NewInodeOwner {
  uint32_t uid, gid, mode;
};
NewInodeOwner OwnerOfNewInode(OpContext& ctx, const Inode& directory, uint32_t mode);

}  // namespace sentry
