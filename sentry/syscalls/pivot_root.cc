// pivot_root(2).
#include "abi/linux/capability.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/mount.h"
#include "sentry/syscalls/path_args.h"

namespace sentry {
namespace {

Result<Path> WalkToDirectory(Task& task, PathPtr path) {
  std::string text = TRY(task.CopyInPath(path));
  OpContext ctx = task.context();
  return WalkPath(ctx, task.WalkFromCwd(), text, WalkOptions{.want_directory = true});
}

// Whoever stood at the old root stands at the new one (chroot_fs_refs).
void MoveEveryone(Kernel& kernel, const Path& old_root, const Path& new_root) {
  for (ThreadGroup* group : kernel.pids().Groups()) {
    for (Task* task : group->tasks) {
      if (task->dead()) continue;
      if (task->fs().root == old_root) task->fs().root = new_root;
      if (task->fs().cwd == old_root) task->fs().cwd = new_root;
    }
  }
}

bool BelowShared(const Mount& mount) {
  return mount.parent() != nullptr && mount.parent()->peers() != nullptr;
}

// `place` is in the tree of `mount`, at or below its root (is_path_reachable()).
bool Reachable(const Path& place, const Path& root) {
  for (Path at = place;;) {
    if (at.mount == root.mount) return at.dentry->IsSameOrBelow(*root.dentry);
    Path up = MountNamespace::ParentOfMount(at);
    if (up == at) return false;
    at = std::move(up);
  }
}

}  // namespace

Result<void> SysPivotRoot(Task& task, PathPtr new_root_path, PathPtr put_old_path) {
  if (!MayMount(task)) return Errno(EPERM);
  Path new_root = TRY(WalkToDirectory(task, new_root_path));
  Path put_old = TRY(WalkToDirectory(task, put_old_path));
  TRY(CheckLandlockMounts(task));
  MountNamespace& mounts = *task.mounts();
  Path old_root = task.fs().root;
  if (put_old.mount == nullptr || new_root.mount == nullptr) return Errno(EINVAL);
  if (put_old.mount->peers() != nullptr || BelowShared(*new_root.mount) ||
      BelowShared(*old_root.mount)) {
    return Errno(EINVAL);
  }
  if (!mounts.Contains(*old_root.mount) || !mounts.Contains(*new_root.mount)) return Errno(EINVAL);
  if (new_root.mount->locked) return Errno(EINVAL);
  if (new_root.dentry->unlinked()) return Errno(ENOENT);
  if (new_root.mount == old_root.mount || put_old.mount == old_root.mount) return Errno(EBUSY);
  if (!IsMountRoot(old_root) || !IsMountRoot(new_root)) return Errno(EINVAL);
  if (!Reachable(put_old, new_root) || !Reachable(new_root, old_root)) return Errno(EINVAL);
  TRY(mounts.PivotRoot(*new_root.mount, *old_root.mount, put_old));
  MoveEveryone(task.kernel(), old_root, new_root);
  return {};
}

}  // namespace sentry
