// mount(2), umount2(2).
#include "sentry/syscalls/mount.h"

#include <bit>

#include "abi/linux/capability.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/namespaces.h"
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/path_args.h"
#include "sentry/vfs/landlock.h"

namespace sentry {
namespace {

// Flags of the mount; the others are the file system's.
constexpr uint64_t kMountFlags = abi::kMsRdonly | abi::kMsNosuid | abi::kMsNodev | abi::kMsNoexec |
                                 abi::kMsNosymfollow | kAtimeFlags;
constexpr uint64_t kPropagation =
    abi::kMsShared | abi::kMsPrivate | abi::kMsSlave | abi::kMsUnbindable;

struct MountCall {
  Path target;
  PathPtr source;
  std::string type, data;
  uint64_t flags;
};

// strndup_user(): EINVAL for what is too long; null is nothing.
Result<std::string> CopyInText(Task& task, PathPtr from) {
  if (from.IsNull()) return std::string();
  Result<std::string> text = task.CopyInPath(from);
  if (text.Is(ENAMETOOLONG)) return Errno(EINVAL);
  return text;
}

// path_mount(): relatime unless something else is asked for.
MountFlags OwnFlags(uint64_t flags) {
  MountFlags own = flags & kMountFlags;
  if ((flags & abi::kMsNoatime) == 0) own |= abi::kMsRelatime;
  if ((flags & abi::kMsStrictatime) != 0) own &= ~(abi::kMsRelatime | abi::kMsNoatime);
  return own;
}

Result<void> Remount(Task& task, const MountCall& call) {
  if (call.target.mount == nullptr) return Errno(EINVAL);
  Mount& mount = *call.target.mount;
  if (!task.mounts()->Contains(mount) || !IsMountRoot(call.target)) return Errno(EINVAL);
  MountFlags flags = OwnFlags(call.flags);
  // "If no atime flags are specified, the existing atime flags are kept" (mount(2)).
  constexpr uint64_t kAsked =
      abi::kMsNoatime | abi::kMsNodiratime | abi::kMsRelatime | abi::kMsStrictatime;
  if ((call.flags & kAsked) == 0) flags = (flags & ~kAtimeFlags) | (mount.flags & kAtimeFlags);
  TRY(CheckLockedFlags(mount, flags));
  if ((call.flags & abi::kMsBind) != 0) {
    TRY(CheckWriters(mount, flags));
  } else {
    Filesystem& fs = *mount.fs;
    if (!task.creds().HasCapabilityIn(fs.mounter_ns.get(), abi::kCapSysAdmin)) return Errno(EPERM);
    OpContext ctx = task.context();
    const bool read_only = (call.flags & abi::kMsRdonly) != 0;
    TRY(CheckWriters(fs, read_only));
    TRY(fs.Reconfigure(ctx, call.data));
    fs.read_only = read_only;
  }
  mount.flags = flags;
  return {};
}

// flags_to_propagation_type(), do_change_type()
Result<void> ChangePropagation(const MountCall& call) {
  if (!IsMountRoot(call.target)) return Errno(EINVAL);
  const uint64_t type = call.flags & ~(abi::kMsRec | abi::kMsSilent);
  if ((type & ~kPropagation) != 0 || !std::has_single_bit(type)) return Errno(EINVAL);
  Mount& mount = *call.target.mount;
  if ((call.flags & abi::kMsRec) == 0) {
    SetPropagation(mount, type);
    return {};
  }
  for (Mount* one : MountNamespace::TreeOf(mount)) SetPropagation(*one, type);
  return {};
}

Result<Path> WalkToSource(Task& task, const MountCall& call) {
  std::string source = TRY(CopyInText(task, call.source));
  if (source.empty()) return Errno(EINVAL);
  OpContext ctx = task.context();
  return WalkPath(ctx, task.WalkFromCwd(), source, {});
}

Result<void> Bind(Task& task, const MountCall& call) {
  Path source = TRY(WalkToSource(task, call));
  MountTree tree = TRY(CopyForBind(task, source, (call.flags & abi::kMsRec) != 0));
  return task.mounts()->Attach(std::move(tree), call.target);
}

Result<void> Move(Task& task, const MountCall& call) {
  return MoveMount(task, TRY(WalkToSource(task, call)), call.target);
}

Result<void> MountNew(Task& task, const MountCall& call) {
  if (call.type.empty()) return Errno(EINVAL);
  std::string source = TRY(CopyInText(task, call.source));
  const bool read_only = (call.flags & abi::kMsRdonly) != 0;
  Ref<Filesystem> fs = TRY(MakeFilesystem(task, call.type, source, call.data, read_only));
  if (call.target.mount == nullptr) return Errno(EINVAL);
  // "Refuse the same filesystem on the same mount point" (do_add_mount()).
  if (call.target.mount->fs == fs && IsMountRoot(call.target)) return Errno(EBUSY);
  if (source.empty()) source = "none";
  Ref<Mount> mount = Mount::Create(std::move(fs), OwnFlags(call.flags), std::move(source));
  return task.mounts()->Attach(std::move(mount), call.target);
}

}  // namespace

bool MayMount(const Task& task) {
  return task.creds().HasCapabilityIn(task.mounts()->owner.get(), abi::kCapSysAdmin);
}

bool IsMountRoot(const Path& path) {
  return path.mount != nullptr && path.dentry == path.mount->root;
}

Result<MountTree> CopyForBind(Task& task, const Path& from, bool recursive) {
  if (from.mount == nullptr || from.mount->unbindable) return Errno(EINVAL);
  // Files of nsfs are in no tree, and may be put into one to keep their namespace.
  const bool of_namespace = std::string_view(from.mount->fs->type()) == "nsfs";
  const bool ours = task.mounts()->Contains(*from.mount);
  const bool detached = from.mount->ns() != nullptr && from.mount->ns()->anonymous();
  if (!ours && !of_namespace && !detached) return Errno(EINVAL);
  // What a locked mount hides would come to light (has_locked_children()).
  for (const auto& [at, child] : from.mount->children()) {
    if (recursive || !child->locked) continue;
    if (child->mountpoint()->IsSameOrBelow(*from.dentry)) return Errno(EINVAL);
  }
  return MountTree::Copy(from, recursive);
}

Result<Ref<Filesystem>> MakeFilesystem(Task& task, const std::string& type,
                                       const std::string& source, const std::string& options,
                                       bool read_only) {
  FilesystemTypes& types = task.kernel().filesystem_types;
  if (!types.Has(type)) return Errno(ENODEV);
  // Every type here may be mounted in a user namespace (FS_USERNS_MOUNT), by who rules it.
  const Ref<UserNamespace>& owner = task.creds().user_ns;
  if (!task.creds().HasOwnCapability(abi::kCapSysAdmin)) return Errno(EPERM);
  OpContext ctx = task.context();
  Ref<Filesystem> fs = TRY(types.MakeOne(ctx, type, source, options));
  if (fs->attached == 0) {
    fs->mounter_ns = owner;
    fs->read_only = read_only;
  }
  return fs;
}

void SetPropagation(Mount& mount, uint64_t type) {
  if (type == abi::kMsShared) return mount.MakeShared();
  if (type == abi::kMsSlave) return mount.MakeSlave();
  mount.MakePrivate();
  mount.unbindable = type == abi::kMsUnbindable;
}

Result<void> CheckLockedFlags(const Mount& mount, MountFlags flags) {
  const MountFlags simple = mount.locked_flags & ~kAtimeFlags;
  if ((simple & ~flags) != 0) return Errno(EPERM);
  const bool atime = (mount.locked_flags & kAtimeFlags) != 0;
  if (atime && ((mount.flags ^ flags) & kAtimeFlags) != 0) return Errno(EPERM);
  return {};
}

Result<void> CheckWriters(const Mount& mount, MountFlags flags) {
  const bool becomes = (flags & ~mount.flags & abi::kMsRdonly) != 0;
  return becomes && mount.writers != 0 ? Errno(EBUSY) : Result<void>();
}

Result<void> CheckWriters(const Filesystem& fs, bool read_only) {
  return read_only && !fs.read_only && fs.writers != 0 ? Errno(EBUSY) : Result<void>();
}

Result<void> CheckLandlockMounts(const Task& task) {
  return LandlockOf(task.creds()) != nullptr ? Errno(EPERM) : Result<void>();
}

Result<void> MoveMount(Task& task, const Path& from, const Path& to) {
  if (!IsMountRoot(from) || to.mount == nullptr) return Errno(EINVAL);
  MountNamespace& mounts = *task.mounts();
  Mount& mount = *from.mount;
  MountNamespace* home = mount.ns();
  if (home == nullptr || !mounts.Contains(*to.mount)) return Errno(EINVAL);
  if (home == &mounts) return mounts.Move(mount, to);
  // A tree that is in no namespace yet, as a whole.
  if (!home->anonymous() || mount.parent() != nullptr) return Errno(EINVAL);
  Path top = MountNamespace::CrossMounts(to);
  if (mount.root->inode()->IsDirectory() != top.inode()->IsDirectory()) return Errno(EINVAL);
  if (top.mount->peers() != nullptr) {
    for (const Mount* one : MountNamespace::TreeOf(mount)) {
      if (one->unbindable) return Errno(EINVAL);
    }
  }
  if (top.dentry->unlinked()) return Errno(ENOENT);
  return mounts.Attach(home->Take(mount), top);
}

Result<void> SysMount(Task& task, PathPtr source, PathPtr target, PathPtr type, uint64_t flags,
                      PathPtr data) {
  std::string type_name = TRY(CopyInText(task, type));
  std::string options = TRY(CopyInText(task, data));
  if ((flags & abi::kMsMgcMsk) == abi::kMsMgcVal) flags &= ~abi::kMsMgcMsk;
  MountCall call{TRY(ResolveAt(task, kCwdFd, target, 0)), source, std::move(type_name),
                 std::move(options), flags};
  // path_mount()
  constexpr uint64_t kMsNouser = uint64_t{1} << 31;
  if ((flags & kMsNouser) != 0) return Errno(EINVAL);
  TRY(CheckLandlockMounts(task));
  if (!MayMount(task)) return Errno(EPERM);
  if ((flags & abi::kMsRemount) != 0) return Remount(task, call);
  if ((flags & abi::kMsBind) != 0) return Bind(task, call);
  if ((flags & kPropagation) != 0) return ChangePropagation(call);
  if ((flags & abi::kMsMove) != 0) return Move(task, call);
  return MountNew(task, call);
}

Result<void> SysUmount2(Task& task, PathPtr target, uint32_t flags) {
  constexpr uint32_t kKnown =
      abi::kMntForce | abi::kMntDetach | abi::kMntExpire | abi::kUmountNofollow;
  if ((flags & ~kKnown) != 0) return Errno(EINVAL);
  uint32_t walk = (flags & abi::kUmountNofollow) != 0 ? abi::kAtSymlinkNofollow : 0;
  // What stands on top there, also of "." (LOOKUP_MOUNTPOINT).
  Path path = MountNamespace::CrossMounts(TRY(ResolveAt(task, kCwdFd, target, walk)));
  // can_umount()
  if (!MayMount(task)) return Errno(EPERM);
  if (!IsMountRoot(path)) return Errno(EINVAL);
  Mount& mount = *path.mount;
  if (!task.mounts()->Contains(mount) || mount.locked) return Errno(EINVAL);
  const bool force = (flags & abi::kMntForce) != 0;
  if (force && !task.creds().HasCapability(abi::kCapSysAdmin)) return Errno(EPERM);
  TRY(CheckLandlockMounts(task));
  const bool lazy = (flags & abi::kMntDetach) != 0;
  if ((flags & abi::kMntExpire) != 0) {
    if (task.fs().root.mount == path.mount || force || lazy) return Errno(EINVAL);
    if (mount.RefCount() > 3 || !mount.children().empty()) return Errno(EBUSY);
    // The first call marks it, and any use but the second call's own walk takes the mark away.
    const bool marked = mount.expire_mark != 0 && mount.expire_mark + 1 == mount.uses;
    mount.expire_mark = mount.uses;
    if (!marked) return Errno(EAGAIN);
  }
  return task.mounts()->Detach(mount, lazy);
}

}  // namespace sentry
