// pivot_root(2).
#include "abi/linux/capability.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/file_calls.h"
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

}  // namespace

Result<void> SysPivotRoot(Task& task, PathPtr new_root_path, PathPtr put_old_path) {
  if (!task.creds().HasCapability(abi::kCapSysAdmin)) return Errno(EPERM);
  Path new_root = TRY(WalkToDirectory(task, new_root_path));
  Path put_old = TRY(WalkToDirectory(task, put_old_path));
  MountNamespace& mounts = *task.mounts();
  Path old_root = task.fs().root;
  if (new_root.mount == old_root.mount || put_old.mount == old_root.mount) return Errno(EBUSY);
  if (new_root.dentry != new_root.mount->root || old_root != mounts.Root()) return Errno(EINVAL);
  bool below = put_old.mount == new_root.mount || mounts.IsBelow(*put_old.mount, *new_root.mount);
  if (!below) return Errno(EINVAL);
  TRY(mounts.PivotRoot(*new_root.mount, put_old));
  MoveEveryone(task.kernel(), old_root, new_root);
  return {};
}

}  // namespace sentry
