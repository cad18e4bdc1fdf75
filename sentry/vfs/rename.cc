// rename(2), renameat2(2).
#include "abi/linux/capability.h"
#include "sentry/vfs/inotify.h"
#include "sentry/vfs/landlock.h"
#include "sentry/vfs/lookup.h"
#include "sentry/vfs/name_change.h"
#include "sentry/vfs/name_ops.h"

namespace sentry {
namespace {

// Both ends of a rename: where, and what is there.
struct Renaming {
  ParentAndName from, to;
  Ref<Dentry> old_child;
  Ref<Dentry> new_child;  // Negative when the name is free.
  uint32_t flags;

  bool exchange() const { return (flags & abi::kRenameExchange) != 0; }
  Inode& moved() const { return *old_child->inode(); }
  Inode* replaced() const { return new_child->inode(); }
  bool crosses_directories() const { return from.parent.dentry != to.parent.dentry; }
};

Result<void> CheckNames(const Renaming& op) {
  if (op.from.parent.mount != op.to.parent.mount) return Errno(EXDEV);
  if (!IsProperName(op.from.name)) return Errno(EBUSY);
  if (!IsProperName(op.to.name)) {
    return Errno((op.flags & abi::kRenameNoreplace) != 0 ? EEXIST : EBUSY);
  }
  if (op.from.parent.readonly()) return Errno(EROFS);
  return {};
}

Result<void> LookupBoth(OpContext& ctx, DentryCache& cache, Renaming& op) {
  op.old_child = TRY(LookupDentry(ctx, cache, op.from.parent, op.from.name));
  if (op.old_child->negative()) return Errno(ENOENT);
  op.new_child = TRY(LookupDentry(ctx, cache, op.to.parent, op.to.name));
  if ((op.flags & abi::kRenameNoreplace) != 0 && !op.new_child->negative()) return Errno(EEXIST);
  if (op.exchange()) {
    if (op.new_child->negative()) return Errno(ENOENT);
    if (op.to.trailing_slash && !op.replaced()->IsDirectory()) return Errno(ENOTDIR);
  }
  if (!op.moved().IsDirectory()) {
    if (op.from.trailing_slash) return Errno(ENOTDIR);
    if (!op.exchange() && op.to.trailing_slash) return Errno(ENOTDIR);
  }
  // A directory cannot go below itself, nor replace one that it is in.
  if (op.to.parent.dentry->IsSameOrBelow(*op.old_child)) return Errno(EINVAL);
  if (op.from.parent.dentry->IsSameOrBelow(*op.new_child)) {
    return Errno(op.exchange() ? EINVAL : ENOTEMPTY);
  }
  return {};
}

uint64_t RemoveRight(const Inode& inode) {
  return inode.IsDirectory() ? abi::kLandlockRemoveDir : abi::kLandlockRemoveFile;
}

Result<void> CheckLandlockMove(OpContext& ctx, const Renaming& op) {
  uint64_t from = RemoveRight(op.moved()), to = LandlockMakeRight(op.moved().mode());
  if (op.replaced() != nullptr) to |= RemoveRight(*op.replaced());
  if (op.exchange()) from |= LandlockMakeRight(op.replaced()->mode());
  TRY(CheckLandlockRefer(ctx, op.from.parent, from, op.to.parent, to));
  if (!op.exchange()) return {};
  return CheckLandlockRefer(ctx, op.to.parent, to, op.from.parent, from);
}

Result<void> CheckPermission(OpContext& ctx, const MountNamespace& mounts, const Renaming& op) {
  bool directory = op.moved().IsDirectory();
  TRY(MayDelete(ctx, op.from.parent, op.moved(), directory));
  if (op.replaced() == nullptr) {
    TRY(MayCreate(ctx, op.to.parent));
  } else {
    bool want_directory = op.exchange() ? op.replaced()->IsDirectory() : directory;
    TRY(MayDelete(ctx, op.to.parent, *op.replaced(), want_directory));
  }
  // A directory that changes its parent has its ".." written.
  if (op.crosses_directories()) {
    if (directory) TRY(CheckAccess(ctx, op.moved(), kMayWrite));
    if (op.exchange() && op.replaced()->IsDirectory()) {
      TRY(CheckAccess(ctx, *op.replaced(), kMayWrite));
    }
  }
  if (mounts.IsMountpoint(*op.old_child) || mounts.IsMountpoint(*op.new_child)) {
    return Errno(EBUSY);
  }
  TRY(CheckLandlockMove(ctx, op));
  bool whiteout = (op.flags & abi::kRenameWhiteout) != 0;
  if (whiteout && !ctx.creds.HasCapability(abi::kCapMknod)) return Errno(EPERM);
  return {};
}

void Notify(const Renaming& op, const Ref<Inode>& replaced) {
  uint32_t cookie = NextInotifyCookie();
  uint32_t kind = op.moved().IsDirectory() ? abi::kInIsdir : 0;
  NotifyName(*op.from.parent.inode(), op.from.name, abi::kInMovedFrom | kind, cookie);
  NotifyName(*op.to.parent.inode(), op.to.name, abi::kInMovedTo | kind, cookie);
  if (replaced != nullptr && !op.exchange()) NotifySelf(*replaced, abi::kInAttrib);
  NotifySelf(op.moved(), abi::kInMoveSelf);
}

void MoveDentries(DentryCache& cache, const Renaming& op) {
  if (op.exchange()) return Dentry::Exchange(*op.old_child, *op.new_child);
  ForgetName(cache, *op.new_child);
  // The negative dentry that took its place makes room.
  if (Dentry* missing = op.to.parent.dentry->FindChild(op.to.name)) missing->Unlinked();
  op.old_child->Moved(*op.to.parent.dentry, op.to.name);
  if ((op.flags & abi::kRenameWhiteout) != 0) return;
  cache.Add(*Dentry::NewChild(*op.from.parent.dentry, op.from.name, nullptr));
}

}  // namespace

Result<void> CheckRenameFlags(uint32_t flags) {
  constexpr uint32_t kKnown = abi::kRenameNoreplace | abi::kRenameExchange | abi::kRenameWhiteout;
  if ((flags & ~kKnown) != 0) return Errno(EINVAL);
  bool exchange = (flags & abi::kRenameExchange) != 0;
  if (exchange && (flags & ~abi::kRenameExchange) != 0) return Errno(EINVAL);
  return {};
}

Result<void> Rename(OpContext& ctx, const WalkRoot& old_root, std::string_view old_path,
                    const WalkRoot& new_root, std::string_view new_path, uint32_t flags) {
  TRY(CheckRenameFlags(flags));
  Renaming op{TRY(WalkParent(ctx, old_root, old_path)), TRY(WalkParent(ctx, new_root, new_path)),
              nullptr, nullptr, flags};
  TRY(CheckNames(op));
  DentryCache& cache = old_root.mounts.cache();
  NameLockHolder lock(NameLockOf(op.from.parent), ctx.blocker);
  TRY(LookupBoth(ctx, cache, op));
  if (op.replaced() == &op.moved()) return {};  // Two names of one file: nothing to do.
  TRY(CheckPermission(ctx, old_root.mounts, op));
  Name old_name = TRY(Name::Parse(op.from.name));
  Name new_name = TRY(Name::Parse(op.to.name));
  NameChange change_from(*op.from.parent.dentry);
  NameChange change_to(*op.to.parent.dentry);
  Ref<Inode> replaced = op.new_child->inode_ref();
  TRY(op.from.parent.inode()->Rename(ctx, old_name, op.moved(), *op.to.parent.inode(), new_name,
                                     replaced.get(), flags));
  MoveDentries(cache, op);
  if (!op.exchange()) MountNamespace::DetachFrom(*op.new_child);
  Notify(op, replaced);
  return {};
}

}  // namespace sentry
