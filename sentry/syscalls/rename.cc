// rename(2), renameat(2), renameat2(2).
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/path_args.h"
#include "sentry/vfs/name_ops.h"

namespace sentry {

Result<void> SysRenameat2(Task& task, FdNum old_dirfd, PathPtr old_path, FdNum new_dirfd,
                          PathPtr new_path, uint32_t flags) {
  TRY(CheckRenameFlags(flags));
  PathArg from = TRY(CopyInPathArg(task, old_dirfd, old_path));
  PathArg to = TRY(CopyInPathArg(task, new_dirfd, new_path));
  OpContext ctx = task.context();
  return Rename(ctx, from.from, from.text, to.from, to.text, flags);
}

Result<void> SysRenameat(Task& task, FdNum old_dirfd, PathPtr old_path, FdNum new_dirfd,
                         PathPtr new_path) {
  return SysRenameat2(task, old_dirfd, old_path, new_dirfd, new_path, 0);
}

Result<void> SysRename(Task& task, PathPtr old_path, PathPtr new_path) {
  return SysRenameat2(task, kCwdFd, old_path, kCwdFd, new_path, 0);
}

}  // namespace sentry
