// link(2), symlink(2), readlink(2) and their *at forms.
#include <algorithm>

#include "abi/linux/capability.h"
#include "sentry/kernel/marshalling.h"
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/path_args.h"
#include "sentry/vfs/name_ops.h"

namespace sentry {

Result<void> SysLinkat(Task& task, FdNum old_dirfd, PathPtr old_path, FdNum new_dirfd,
                       PathPtr new_path, uint32_t flags) {
  if ((flags & ~(abi::kAtSymlinkFollow | abi::kAtEmptyPath)) != 0) return Errno(EINVAL);
  bool follow = (flags & abi::kAtSymlinkFollow) != 0;
  uint32_t walk = (flags & abi::kAtEmptyPath) | (follow ? 0 : abi::kAtSymlinkNofollow);
  // Naming a file by its descriptor alone takes a privilege (linkat(2), AT_EMPTY_PATH).
  if ((flags & abi::kAtEmptyPath) != 0 && TRY(task.CopyInPath(old_path)).empty() &&
      !task.creds().HasCapability(abi::kCapDacReadSearch)) {
    return Errno(ENOENT);
  }
  Path target = TRY(ResolveAt(task, old_dirfd, old_path, walk));
  PathArg to = TRY(CopyInPathArg(task, new_dirfd, new_path));
  OpContext ctx = task.context();
  return Link(ctx, target, to.from, to.text);
}

Result<void> SysLink(Task& task, PathPtr old_path, PathPtr new_path) {
  return SysLinkat(task, kCwdFd, old_path, kCwdFd, new_path, 0);
}

Result<void> SysSymlinkat(Task& task, PathPtr target, FdNum dirfd, PathPtr path) {
  std::string text = TRY(task.CopyInPath(target));
  if (text.empty()) return Errno(ENOENT);
  PathArg arg = TRY(CopyInPathArg(task, dirfd, path));
  OpContext ctx = task.context();
  return Symlink(ctx, arg.from, arg.text, text);
}

Result<void> SysSymlink(Task& task, PathPtr target, PathPtr path) {
  return SysSymlinkat(task, target, kCwdFd, path);
}

Result<size_t> SysReadlinkat(Task& task, FdNum dirfd, PathPtr path, Buffer to, int32_t size) {
  if (size <= 0) return Errno(EINVAL);
  // An empty path means the descriptor of a link itself, as O_PATH|O_NOFOLLOW gives.
  constexpr uint32_t kFlags = abi::kAtSymlinkNofollow | abi::kAtEmptyPath;
  bool empty = TRY(task.CopyInPath(path)).empty();
  Path link = TRY(ResolveAt(task, dirfd, path, kFlags));
  if (!link.inode()->IsSymlink()) return Errno(empty ? ENOENT : EINVAL);
  OpContext ctx = task.context();
  std::string target = TRY(link.inode()->Readlink(ctx));
  size_t length = std::min(target.size(), static_cast<size_t>(size));
  TRY(WriteLast(task, to.value(), std::as_bytes(std::span(target.data(), length))));
  return length;
}

Result<size_t> SysReadlink(Task& task, PathPtr path, Buffer to, int32_t size) {
  return SysReadlinkat(task, kCwdFd, path, to, size);
}

}  // namespace sentry
