// Taking names away: unlink, rmdir.
#include <vector>

#include "sentry/vfs/inotify.h"
#include "sentry/vfs/landlock.h"
#include "sentry/vfs/lookup.h"
#include "sentry/vfs/name_change.h"
#include "sentry/vfs/name_ops.h"

namespace sentry {
namespace {

Result<Ref<Dentry>> LookupExisting(OpContext& ctx, const WalkRoot& root, const ParentAndName& at) {
  if (at.parent.readonly()) return Errno(EROFS);
  Ref<Dentry> child = TRY(LookupDentry(ctx, root.mounts.cache(), at.parent, at.name));
  if (child->negative()) return Errno(ENOENT);
  return child;
}

}  // namespace

Result<void> MayDelete(OpContext& ctx, const Path& directory, const Inode& child,
                       bool want_directory) {
  TRY(CheckAccess(ctx, *directory.inode(), kMayWrite | kMayExec));
  TRY(CheckSticky(ctx, *directory.inode(), child));
  if (want_directory && !child.IsDirectory()) return Errno(ENOTDIR);
  if (!want_directory && child.IsDirectory()) return Errno(EISDIR);
  return {};
}

void ForgetName(DentryCache& cache, Dentry& child) {
  // What is known to be missing in a removed directory would keep it alive.
  std::vector<Ref<Dentry>> below;
  for (const auto& [name, dentry] : child.children()) below.emplace_back(dentry);
  for (const Ref<Dentry>& dentry : below) dentry->Unlinked();
  Dentry& directory = *child.parent();
  std::string name = child.name();
  if (child.unlinked()) return;
  child.Unlinked();
  if (!child.negative()) NotifyNameRemoved(child);
  Ref<Dentry> missing = Dentry::NewChild(directory, name, nullptr);
  cache.Add(*missing);
}

Result<void> Unlink(OpContext& ctx, const WalkRoot& root, std::string_view path) {
  ParentAndName at = TRY(WalkParent(ctx, root, path));
  if (!IsProperName(at.name)) return Errno(EISDIR);
  NameLockHolder lock(NameLockOf(at.parent), ctx.blocker);
  Ref<Dentry> child = TRY(LookupExisting(ctx, root, at));
  Ref<Inode> inode = child->inode_ref();
  if (at.trailing_slash) return Errno(inode->IsDirectory() ? EISDIR : ENOTDIR);
  TRY(MayDelete(ctx, at.parent, *inode, false));
  TRY(CheckLandlock(ctx, at.parent, abi::kLandlockRemoveFile));
  if (root.mounts.IsMountpoint(*child)) return Errno(EBUSY);
  NameChange change(*at.parent.dentry);
  TRY(at.parent.inode()->Unlink(ctx, TRY(Name::Parse(at.name)), *inode));
  NotifySelf(*inode, abi::kInAttrib);
  ForgetName(root.mounts.cache(), *child);
  MountNamespace::DetachFrom(*child);
  child.reset();  // IN_DELETE_SELF, unless somebody uses it, comes before the directory is told.
  NotifyName(*at.parent.inode(), at.name, abi::kInDelete);
  return {};
}

Result<void> Rmdir(OpContext& ctx, const WalkRoot& root, std::string_view path) {
  ParentAndName at = TRY(WalkParent(ctx, root, path));
  if (at.name == "..") return Errno(ENOTEMPTY);
  if (at.name == ".") return Errno(EINVAL);
  if (at.name.empty()) return Errno(EBUSY);
  NameLockHolder lock(NameLockOf(at.parent), ctx.blocker);
  Ref<Dentry> child = TRY(LookupExisting(ctx, root, at));
  Ref<Inode> inode = child->inode_ref();
  TRY(MayDelete(ctx, at.parent, *inode, true));
  TRY(CheckLandlock(ctx, at.parent, abi::kLandlockRemoveDir));
  if (root.mounts.IsMountpoint(*child)) return Errno(EBUSY);
  NameChange change(*at.parent.dentry);
  TRY(at.parent.inode()->Rmdir(ctx, TRY(Name::Parse(at.name)), *inode));
  ForgetName(root.mounts.cache(), *child);
  MountNamespace::DetachFrom(*child);
  child.reset();
  NotifyName(*at.parent.inode(), at.name, abi::kInDelete | abi::kInIsdir);
  return {};
}

}  // namespace sentry
