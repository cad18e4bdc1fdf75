// chdir(2), fchdir(2), getcwd(2), chroot(2), umask(2).
#include "abi/linux/capability.h"
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/path_args.h"

namespace sentry {
namespace {

Result<Path> WalkToDirectory(Task& task, PathPtr path) {
  std::string text = TRY(task.CopyInPath(path));
  OpContext ctx = task.context();
  Path found = TRY(WalkPath(ctx, task.WalkFromCwd(), text, WalkOptions{.want_directory = true}));
  TRY(CheckAccess(ctx, *found.inode(), kMayExec));
  return found;
}

}  // namespace

Result<void> SysChdir(Task& task, PathPtr path) {
  Path found = TRY(WalkToDirectory(task, path));
  task.fs().cwd = std::move(found);
  return {};
}

Result<void> SysFchdir(Task& task, FdNum fd) {
  Path path = TRY(ResolveFd(task, fd, true));
  if (!path.inode()->IsDirectory()) return Errno(ENOTDIR);
  OpContext ctx = task.context();
  TRY(CheckAccess(ctx, *path.inode(), kMayExec));
  task.fs().cwd = std::move(path);
  return {};
}

Result<size_t> SysGetcwd(Task& task, Buffer to, uint64_t size) {
  const FsContext& fs = task.fs();
  if (fs.cwd.dentry->unlinked()) return Errno(ENOENT);
  std::string name = PathName(fs.cwd, fs.root, *task.mounts());
  size_t length = name.size() + 1;
  if (length > kPathMax) return Errno(ENAMETOOLONG);
  if (length > size) return Errno(ERANGE);
  TRY(task.Write(to.value(), std::as_bytes(std::span(name.c_str(), length))));
  return length;
}

Result<void> SysChroot(Task& task, PathPtr path) {
  Path found = TRY(WalkToDirectory(task, path));
  if (!task.creds().HasOwnCapability(abi::kCapSysChroot)) return Errno(EPERM);
  task.fs().root = std::move(found);
  return {};
}

Result<uint32_t> SysUmask(Task& task, uint32_t mask) {
  return std::exchange(task.fs().umask, mask & abi::kSIrwxugo);
}

}  // namespace sentry
