// Making names: creat, mkdir, mknod, symlink, link.
#include "abi/linux/capability.h"
#include "sentry/vfs/inotify.h"
#include "sentry/vfs/landlock.h"
#include "sentry/vfs/lookup.h"
#include "sentry/vfs/name_change.h"
#include "sentry/vfs/name_ops.h"

namespace sentry {
namespace {

// The rest of filename_create(): the name must be free; a read-only mount is reported after that.
Result<void> CheckFree(OpContext& ctx, const WalkRoot& root, const ParentAndName& at,
                       bool directory) {
  Ref<Dentry> child = TRY(LookupDentry(ctx, root.mounts.cache(), at.parent, at.name));
  if (!child->negative()) return Errno(EEXIST);
  if (at.trailing_slash && !directory) return Errno(ENOENT);
  if (at.parent.readonly()) return Errno(EROFS);
  return {};
}

Result<ParentAndName> WalkToNewName(OpContext& ctx, const WalkRoot& root, std::string_view path) {
  ParentAndName at = TRY(WalkParent(ctx, root, path));
  if (!IsProperName(at.name)) return Errno(EEXIST);
  return at;
}

// Makes a name in at.parent by `make(inode of the directory, name)`.
template <typename Make>
Result<Path> MakeName(OpContext& ctx, const WalkRoot& root, const ParentAndName& at, bool directory,
                      Make make) {
  NameLockHolder lock(NameLockOf(at.parent), ctx.blocker);
  TRY(CheckFree(ctx, root, at, directory));
  TRY(MayCreate(ctx, at.parent));
  Name name = TRY(Name::Parse(at.name));
  NameChange change(*at.parent.dentry);
  Ref<Inode> inode = TRY(make(*at.parent.inode(), name));
  Ref<Dentry> child =
      InstallName(root.mounts.cache(), *at.parent.dentry, at.name, std::move(inode));
  NotifyName(*at.parent.inode(), at.name,
             directory ? abi::kInCreate | abi::kInIsdir : abi::kInCreate);
  return Path{at.parent.mount, std::move(child)};
}

Path DirectoryOf(const Path& object) {
  return {object.mount, Ref<Dentry>(object.dentry->parent())};
}

}  // namespace

Result<void> MayCreate(OpContext& ctx, const Path& directory) {
  return CheckAccess(ctx, *directory.inode(), kMayWrite | kMayExec);
}

Ref<Dentry> InstallName(DentryCache& cache, Dentry& directory, std::string_view name,
                        Ref<Inode> inode) {
  if (Dentry* known = directory.FindChild(name)) {
    if (known->negative()) known->BecomePositive(inode);
    if (known->inode() == inode.get()) return Ref<Dentry>(known);
  }
  Ref<Dentry> child = Dentry::NewChild(directory, name, std::move(inode));
  cache.Add(*child);
  return child;
}

Result<Ref<Dentry>> CreateFile(OpContext& ctx, const WalkRoot& root, const Path& directory,
                               std::string_view text, uint32_t mode) {
  Name name = TRY(Name::Parse(text));
  if (directory.readonly()) return Errno(EROFS);
  TRY(MayCreate(ctx, directory));
  TRY(CheckLandlock(ctx, directory, abi::kLandlockMakeReg));
  NameLockHolder lock(NameLockOf(directory), ctx.blocker);
  Dentry* known = directory.dentry->FindChild(text);
  if (known != nullptr && !known->negative()) return Errno(EEXIST);
  NameChange change(*directory.dentry);
  Result<Ref<Inode>> inode = directory.inode()->Create(ctx, name, mode & ~ctx.umask & 07777);
  if (!inode.ok()) {
    // Not free, against what we remembered.
    known = directory.dentry->FindChild(text);
    if (inode.Is(EEXIST) && known != nullptr && known->negative()) known->Unlinked();
    return inode.error();
  }
  Ref<Dentry> child = InstallName(root.mounts.cache(), *directory.dentry, text, std::move(*inode));
  NotifyName(*directory.inode(), text, abi::kInCreate);
  return child;
}

Result<Path> Mkdir(OpContext& ctx, const WalkRoot& root, std::string_view path, uint32_t mode) {
  ParentAndName at = TRY(WalkToNewName(ctx, root, path));
  uint32_t bits = mode & ~ctx.umask & 01777;
  return MakeName(ctx, root, at, true,
                  [&](Inode& directory, const Name& name) -> Result<Ref<Inode>> {
                    TRY(CheckLandlock(ctx, at.parent, abi::kLandlockMakeDir));
                    return directory.Mkdir(ctx, name, bits);
                  });
}

Result<Path> Mknod(OpContext& ctx, const WalkRoot& root, std::string_view path, uint32_t mode,
                   uint64_t rdev) {
  uint32_t type = mode & abi::kSIfmt;
  bool device = type == abi::kSIfchr || type == abi::kSIfblk;
  if (type == abi::kSIfdir) return Errno(EPERM);
  if (type != 0 && type != abi::kSIfreg && type != abi::kSIfifo && type != abi::kSIfsock &&
      !device) {
    return Errno(EINVAL);
  }
  // A 0,0 character device is an overlay's whiteout, which anybody may make.
  bool whiteout = type == abi::kSIfchr && rdev == 0;
  ParentAndName at = TRY(WalkToNewName(ctx, root, path));
  uint32_t bits = mode & ~ctx.umask & 07777;
  return MakeName(ctx, root, at, false,
                  [&](Inode& directory, const Name& name) -> Result<Ref<Inode>> {
                    if (device && !whiteout && !ctx.creds.HasCapability(abi::kCapMknod))
                      return Errno(EPERM);
                    TRY(CheckLandlock(ctx, at.parent, LandlockMakeRight(type)));
                    if (type == 0 || type == abi::kSIfreg) return directory.Create(ctx, name, bits);
                    return directory.Mknod(ctx, name, type | bits, device ? rdev : 0);
                  });
}

Result<void> Symlink(OpContext& ctx, const WalkRoot& root, std::string_view path,
                     std::string_view target) {
  if (target.empty()) return Errno(ENOENT);
  ParentAndName at = TRY(WalkToNewName(ctx, root, path));
  TRY(MakeName(ctx, root, at, false, [&](Inode& directory, const Name& name) -> Result<Ref<Inode>> {
    TRY(CheckLandlock(ctx, at.parent, abi::kLandlockMakeSym));
    return directory.Symlink(ctx, name, target);
  }));
  return {};
}

Result<void> Link(OpContext& ctx, const Path& target, const WalkRoot& root, std::string_view path) {
  ParentAndName at = TRY(WalkToNewName(ctx, root, path));
  // Linux looks at the name first, so the mount is compared behind the lookup.
  bool same_mount = at.parent.mount == target.mount;
  if (!same_mount) {
    TRY(CheckFree(ctx, root, at, false));
    return Errno(EXDEV);
  }
  Inode& inode = *target.inode();
  TRY(MakeName(ctx, root, at, false, [&](Inode& directory, const Name& name) -> Result<Ref<Inode>> {
    if (inode.IsDirectory()) return Errno(EPERM);
    if (inode.link_count() == 0 && !inode.linkable) return Errno(ENOENT);
    TRY(CheckLandlockRefer(ctx, DirectoryOf(target), 0, at.parent,
                           LandlockMakeRight(inode.mode())));
    TRY(directory.Link(ctx, name, inode));
    inode.linkable = false;
    NotifySelf(inode, abi::kInAttrib);
    return target.dentry->inode_ref();
  }));
  return {};
}

}  // namespace sentry
