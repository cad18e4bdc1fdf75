// chmod(2), fchmod(2), fchmodat(2), fchmodat2(2).
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/path_args.h"
#include "sentry/vfs/name_ops.h"

namespace sentry {

Result<void> SysFchmodat2(Task& task, FdNum dirfd, PathPtr path, uint32_t mode, uint32_t flags) {
  if ((flags & ~(abi::kAtSymlinkNofollow | abi::kAtEmptyPath)) != 0) return Errno(EINVAL);
  Path found = TRY(ResolveAt(task, dirfd, path, flags));
  OpContext ctx = task.context();
  return Chmod(ctx, found, mode);
}

Result<void> SysFchmodat(Task& task, FdNum dirfd, PathPtr path, uint32_t mode) {
  return SysFchmodat2(task, dirfd, path, mode, 0);
}

Result<void> SysChmod(Task& task, PathPtr path, uint32_t mode) {
  return SysFchmodat2(task, kCwdFd, path, mode, 0);
}

Result<void> SysFchmod(Task& task, FdNum fd, uint32_t mode) {
  Path file = TRY(ResolveFd(task, fd));
  OpContext ctx = task.context();
  return Chmod(ctx, file, mode);
}

}  // namespace sentry
