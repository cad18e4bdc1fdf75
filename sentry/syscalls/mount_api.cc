// open_tree(2), move_mount(2), mount_setattr(2): mounts by descriptors.
#include <bit>

#include "abi/linux/capability.h"
#include "sentry/fs/proc/namespace_files.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/extensible.h"
#include "sentry/syscalls/mount.h"
#include "sentry/syscalls/mount_calls.h"
#include "sentry/syscalls/path_args.h"

namespace sentry {
namespace {

// O_PATH of a tree that is in no namespace: gone with the last descriptor unless it was moved.
class DetachedTree final : public FileDescription {
 public:
  DetachedTree(Path path, Ref<MountNamespace> home)
      : FileDescription(std::move(path), abi::kOPath), home_(std::move(home)) {}

 private:
  const Ref<MountNamespace> home_;
};

// Path arguments of these calls say by flags whether links are followed and may be empty.
uint32_t WalkFlags(bool follow, bool empty_too) {
  return (follow ? 0 : abi::kAtSymlinkNofollow) | (empty_too ? abi::kAtEmptyPath : 0);
}

// MOVE_MOUNT_SET_GROUP (do_set_group()): `to` joins the peers and the master of `from`.
Result<void> SetGroup(Task& task, const Path& from, const Path& to) {
  if (from.mount == nullptr || to.mount == nullptr) return Errno(EINVAL);
  Mount& source = *from.mount;
  Mount& target = *to.mount;
  // They may be in namespaces of others that the caller rules.
  if (source.ns() == nullptr || target.ns() == nullptr) return Errno(EINVAL);
  for (const Mount* one : {&source, &target}) {
    if (!task.creds().HasCapabilityIn(one->ns()->owner.get(), abi::kCapSysAdmin)) {
      return Errno(EPERM);
    }
  }
  if (!IsMountRoot(from) || !IsMountRoot(to)) return Errno(EINVAL);
  const bool target_private = !target.peers() && !target.master();
  if (!target_private || (!source.peers() && !source.master())) return Errno(EINVAL);
  if (source.fs != target.fs || !target.root->IsSameOrBelow(*source.root)) return Errno(EINVAL);
  if (source.master()) target.SetMaster(source.master());
  if (source.peers()) target.JoinPeers(source.peers());
  return {};
}

}  // namespace

Result<FdNum> InstallTree(Task& task, MountTree tree, bool cloexec) {
  Path path{tree.mounts.front(), tree.mounts.front()->root};
  Ref<MountNamespace> home = MountNamespace::Anonymous(std::move(tree), *task.mounts());
  Ref<FileDescription> file = MakeRef<DetachedTree>(std::move(path), std::move(home));
  return task.InstallFd(std::move(file), FdFlags{.cloexec = cloexec});
}

Result<FdNum> SysOpenTree(Task& task, FdNum dirfd, PathPtr path, uint32_t flags) {
  constexpr uint32_t kKnown = abi::kAtEmptyPath | abi::kAtNoAutomount | abi::kAtRecursive |
                              abi::kAtSymlinkNofollow | abi::kOpenTreeClone | abi::kOpenTreeCloexec;
  const bool clone = (flags & abi::kOpenTreeClone) != 0;
  const bool recursive = (flags & abi::kAtRecursive) != 0;
  if ((flags & ~kKnown) != 0 || (recursive && !clone)) return Errno(EINVAL);
  if (clone && !MayMount(task)) return Errno(EPERM);
  Path found = TRY(ResolveAt(task, dirfd, path, flags));
  const bool cloexec = (flags & abi::kOpenTreeCloexec) != 0;
  if (clone) return InstallTree(task, TRY(CopyForBind(task, found, recursive)), cloexec);
  OpContext ctx = task.context();
  Ref<FileDescription> file = TRY(OpenExisting(ctx, found, abi::kOPath));
  return task.InstallFd(std::move(file), FdFlags{.cloexec = cloexec});
}

Result<void> SysMoveMount(Task& task, FdNum from_fd, PathPtr from_path, FdNum to_fd,
                          PathPtr to_path, uint32_t flags) {
  constexpr uint32_t kKnown = abi::kMoveMountFSymlinks | abi::kMoveMountFAutomounts |
                              abi::kMoveMountFEmptyPath | abi::kMoveMountTSymlinks |
                              abi::kMoveMountTAutomounts | abi::kMoveMountTEmptyPath |
                              abi::kMoveMountSetGroup;
  auto has = [flags](uint32_t flag) { return (flags & flag) != 0; };
  if (!MayMount(task)) return Errno(EPERM);
  if ((flags & ~kKnown) != 0) return Errno(EINVAL);
  Path from =
      TRY(ResolveAt(task, from_fd, from_path,
                    WalkFlags(has(abi::kMoveMountFSymlinks), has(abi::kMoveMountFEmptyPath))));
  Path to =
      TRY(ResolveAt(task, to_fd, to_path,
                    WalkFlags(has(abi::kMoveMountTSymlinks), has(abi::kMoveMountTEmptyPath))));
  TRY(CheckLandlockMounts(task));
  if (has(abi::kMoveMountSetGroup)) return SetGroup(task, from, to);
  return MoveMount(task, from, to);
}

Result<MountFlags> MountFlagsOfAttributes(uint64_t attributes) {
  // The bits of MOUNT_ATTR_* and of MS_* agree, but for the times and links.
  constexpr uint64_t kSame =
      abi::kMountAttrRdonly | abi::kMountAttrNosuid | abi::kMountAttrNodev | abi::kMountAttrNoexec;
  MountFlags flags = attributes & kSame;
  if ((attributes & abi::kMountAttrNodiratime) != 0) flags |= abi::kMsNodiratime;
  if ((attributes & abi::kMountAttrNosymfollow) != 0) flags |= abi::kMsNosymfollow;
  switch (attributes & abi::kMountAttrAtime) {
    case abi::kMountAttrRelatime:
      return flags | abi::kMsRelatime;
    case abi::kMountAttrNoatime:
      return flags | abi::kMsNoatime;
    case abi::kMountAttrStrictatime:
      return flags;
    default:
      return Errno(EINVAL);
  }
}

namespace {

struct AttributeUpdate {
  MountFlags set = 0, clear = 0;
  uint64_t propagation = 0;
};

// build_mount_kattr()
Result<AttributeUpdate> ParseAttributes(const abi::MountAttr& attr) {
  constexpr uint64_t kValid = abi::kMountAttrRdonly | abi::kMountAttrNosuid | abi::kMountAttrNodev |
                              abi::kMountAttrNoexec | abi::kMountAttrAtime |
                              abi::kMountAttrNodiratime | abi::kMountAttrNosymfollow |
                              abi::kMountAttrIdmap;
  constexpr uint64_t kPropagation =
      abi::kMsUnbindable | abi::kMsPrivate | abi::kMsSlave | abi::kMsShared;
  if ((attr.propagation & ~kPropagation) != 0 || std::popcount(attr.propagation) > 1) {
    return Errno(EINVAL);
  }
  if (((attr.attr_set | attr.attr_clr) & ~kValid) != 0) return Errno(EINVAL);
  const uint64_t atime_cleared = attr.attr_clr & abi::kMountAttrAtime;
  const bool atime_set = (attr.attr_set & abi::kMountAttrAtime) != 0;
  // The times are one value: it is replaced as a whole.
  if (atime_set && atime_cleared != abi::kMountAttrAtime) return Errno(EINVAL);
  if (atime_cleared != 0 && atime_cleared != abi::kMountAttrAtime) return Errno(EINVAL);
  AttributeUpdate update{.propagation = attr.propagation};
  update.set = TRY(MountFlagsOfAttributes(attr.attr_set));
  update.clear = TRY(MountFlagsOfAttributes(attr.attr_clr & ~abi::kMountAttrAtime));
  if (atime_cleared == 0) update.set &= ~(abi::kMsRelatime | abi::kMsNoatime);
  update.clear &= ~(abi::kMsRelatime | abi::kMsNoatime);
  if (atime_cleared != 0) update.clear |= abi::kMsRelatime | abi::kMsNoatime;
  return update;
}

// build_mount_idmapped()
Result<void> CheckIdMap(Task& task, const abi::MountAttr& attr) {
  if (((attr.attr_set | attr.attr_clr) & abi::kMountAttrIdmap) == 0) return {};
  if ((attr.attr_clr & abi::kMountAttrIdmap) != 0) return Errno(EINVAL);
  if (attr.userns_fd > INT32_MAX) return Errno(EINVAL);
  Ref<FileDescription> file = TRY(task.fds().GetForIo(FdNum(static_cast<int>(attr.userns_fd))));
  const auto* of_namespace = dynamic_cast<NamespaceFile*>(file.get());
  if (of_namespace == nullptr) return Errno(EINVAL);
  const NamespaceRef& about = of_namespace->about();
  if (about.clone_flag != abi::kCloneNewuser) return Errno(EINVAL);
  if (!about.ns) return Errno(EPERM);  // The initial one maps nothing.
  const auto* users = static_cast<const UserNamespace*>(about.ns.get());
  return task.creds().HasCapabilityIn(users, abi::kCapSysAdmin) ? Result<void>() : Errno(EPERM);
}

}  // namespace

Result<void> SysMountSetattr(Task& task, FdNum dirfd, PathPtr path, uint32_t flags,
                             UserPtr<abi::MountAttr> from, uint64_t size) {
  constexpr uint32_t kKnown =
      abi::kAtEmptyPath | abi::kAtRecursive | abi::kAtSymlinkNofollow | abi::kAtNoAutomount;
  constexpr uint64_t kPage = 4096;
  if ((flags & ~kKnown) != 0) return Errno(EINVAL);
  if (size > kPage) return Errno(E2BIG);
  if (size < abi::kMountAttrSizeVer0) return Errno(EINVAL);
  if (!MayMount(task)) return Errno(EPERM);
  abi::MountAttr attr = TRY(CopyInExtensible(task, from, size));
  if (attr.attr_set == 0 && attr.attr_clr == 0 && attr.propagation == 0) return {};
  AttributeUpdate update = TRY(ParseAttributes(attr));
  TRY(CheckIdMap(task, attr));
  Path found = TRY(ResolveAt(task, dirfd, path, flags & ~abi::kAtRecursive));
  if (!IsMountRoot(found)) return Errno(EINVAL);
  const MountNamespace* home = found.mount->ns();
  const bool ours = home == task.mounts().get() || (home != nullptr && home->anonymous());
  if (!ours) return Errno(EINVAL);
  std::vector<Mount*> all{found.mount.get()};
  if ((flags & abi::kAtRecursive) != 0) all = MountNamespace::TreeOf(*found.mount);
  auto result = [&update](const Mount& mount) {
    return (mount.flags & ~update.clear) | update.set;
  };
  for (const Mount* mount : all) {
    TRY(CheckLockedFlags(*mount, result(*mount)));
    // can_idmap_mount(): no file system here has FS_ALLOW_IDMAP, as tmpfs of Linux 6.1.
    if ((attr.attr_set & abi::kMountAttrIdmap) != 0) return Errno(EINVAL);
    TRY(CheckWriters(*mount, result(*mount)));
  }
  for (Mount* mount : all) {
    mount->flags = result(*mount);
    if (update.propagation != 0) SetPropagation(*mount, update.propagation);
  }
  return {};
}

}  // namespace sentry
