// mount(2), umount2(2).
#include "abi/linux/mount.h"

#include "abi/linux/capability.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/path_args.h"

namespace sentry {
namespace {

constexpr uint64_t kMountFlags = abi::kMsRdonly | abi::kMsNosuid | abi::kMsNodev | abi::kMsNoexec |
                                 abi::kMsNoatime | abi::kMsNodiratime | abi::kMsRelatime |
                                 abi::kMsStrictatime | abi::kMsNosymfollow;
constexpr uint64_t kPropagation =
    abi::kMsShared | abi::kMsPrivate | abi::kMsSlave | abi::kMsUnbindable;

struct MountCall {
  Path target;
  PathPtr source, type, data;
  uint64_t flags;
};

bool IsMountRoot(const Path& path) {
  return path.mount != nullptr && path.dentry == path.mount->root;
}

Result<void> Remount(Task& task, const MountCall& call) {
  if (!IsMountRoot(call.target)) return Errno(EINVAL);
  call.target.mount->flags = call.flags & kMountFlags;
  (void)task;
  return {};
}

Result<Path> WalkToSource(Task& task, const MountCall& call) {
  std::string source = TRY(task.CopyInPath(call.source));
  OpContext ctx = task.context();
  return WalkPath(ctx, task.WalkFromCwd(), source, {});
}

// Copies of the mounts below `from`, at the same places below `copy` (MS_REC).
Result<void> BindBelow(MountNamespace& mounts, const Path& from, const Ref<Mount>& copy) {
  std::map<const Mount*, Ref<Mount>> copies{{from.mount.get(), copy}};
  std::vector<Ref<Mount>> all = mounts.mounts();
  for (const Ref<Mount>& mount : all) {
    auto parent = copies.find(mount->parent());
    if (mount == copy || parent == copies.end()) continue;
    bool below =
        mount->parent() != from.mount.get() || mount->mountpoint()->IsSameOrBelow(*from.dentry);
    if (!below) continue;
    Ref<Mount> clone = mount->Clone(mount->root);
    TRY(mounts.Attach(clone, {parent->second, Ref<Dentry>(mount->mountpoint())}));
    copies[mount.get()] = std::move(clone);
  }
  return {};
}

Result<void> Bind(Task& task, const MountCall& call) {
  Path source = TRY(WalkToSource(task, call));
  MountNamespace& mounts = *task.mounts();
  if (source.mount == nullptr || !mounts.Contains(*source.mount)) return Errno(EINVAL);
  Ref<Mount> mount = source.mount->Clone(source.dentry);
  TRY(mounts.Attach(mount, call.target));
  if ((call.flags & abi::kMsRec) != 0) TRY(BindBelow(mounts, source, mount));
  return {};
}

Result<void> Move(Task& task, const MountCall& call) {
  Path source = TRY(WalkToSource(task, call));
  if (!IsMountRoot(source)) return Errno(EINVAL);
  return task.mounts()->Move(*source.mount, call.target);
}

Result<void> MountNew(Task& task, const MountCall& call) {
  if (call.type.IsNull()) return Errno(EINVAL);
  std::string type = TRY(task.CopyInPath(call.type));
  std::string source = call.source.IsNull() ? "none" : TRY(task.CopyInPath(call.source));
  std::string data = call.data.IsNull() ? "" : TRY(task.CopyInPath(call.data));
  OpContext ctx = task.context();
  Ref<Filesystem> fs = TRY(task.kernel().filesystem_types.MakeOne(ctx, type, source, data));
  return task.mounts()->Attach(
      Mount::Create(std::move(fs), call.flags & kMountFlags, std::move(source)), call.target);
}

Result<void> CheckMayMount(const Task& task) {
  if (!task.creds().HasCapability(abi::kCapSysAdmin)) return Errno(EPERM);
  return {};
}

}  // namespace

Result<void> SysMount(Task& task, PathPtr source, PathPtr target, PathPtr type, uint64_t flags,
                      PathPtr data) {
  if ((flags & abi::kMsMgcMsk) == abi::kMsMgcVal) flags &= ~abi::kMsMgcMsk;
  MountCall call{TRY(ResolveAt(task, kCwdFd, target, 0)), source, type, data, flags};
  TRY(CheckMayMount(task));
  if ((flags & abi::kMsRemount) != 0) return Remount(task, call);
  if ((flags & abi::kMsBind) != 0) return Bind(task, call);
  if ((flags & kPropagation) != 0) {
    // One namespace's changes never reach another: all mounts are private.
    if (!IsMountRoot(call.target)) return Errno(EINVAL);
    return {};
  }
  if ((flags & abi::kMsMove) != 0) return Move(task, call);
  return MountNew(task, call);
}

Result<void> SysUmount2(Task& task, PathPtr target, uint32_t flags) {
  constexpr uint32_t kKnown =
      abi::kMntForce | abi::kMntDetach | abi::kMntExpire | abi::kUmountNofollow;
  if ((flags & ~kKnown) != 0) return Errno(EINVAL);
  bool expire = (flags & abi::kMntExpire) != 0;
  if (expire && (flags & (abi::kMntForce | abi::kMntDetach)) != 0) return Errno(EINVAL);
  uint32_t walk = (flags & abi::kUmountNofollow) != 0 ? abi::kAtSymlinkNofollow : 0;
  Path path = TRY(ResolveAt(task, kCwdFd, target, walk));
  TRY(CheckMayMount(task));
  if (!IsMountRoot(path)) return Errno(EINVAL);
  if (expire) return Errno(EAGAIN);  // It has just been used: by this walk.
  return task.mounts()->Detach(*path.mount, (flags & abi::kMntDetach) != 0);
}

}  // namespace sentry
