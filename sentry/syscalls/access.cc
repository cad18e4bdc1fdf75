// access(2), faccessat(2), faccessat2(2).
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/path_args.h"

namespace sentry {
namespace {

// The caller as its real user (access_override_creds): root keeps its permitted capabilities,
// others have none.
Ref<Credentials> RealUser(const Task& task) {
  constexpr uint32_t kNoSetuidFixup = 4;  // SECBIT_NO_SETUID_FIXUP
  Ref<Credentials> creds = task.creds().Clone();
  creds->fsuid = creds->uid;
  creds->fsgid = creds->gid;
  if ((creds->securebits & kNoSetuidFixup) == 0) {
    creds->effective = creds->uid == creds->root_uid() ? creds->permitted : 0;
  }
  return creds;
}

Result<void> CheckMode(OpContext& ctx, const Path& path, uint32_t mode) {
  bool program = path.inode()->IsRegular() && (mode & kMayExec) != 0;
  if (program && path.HasMountFlag(abi::kMsNoexec)) return Errno(EACCES);
  return CheckPathAccess(ctx, path, mode);
}

}  // namespace

Result<void> SysFaccessat2(Task& task, FdNum dirfd, PathPtr path, uint32_t mode, uint32_t flags) {
  constexpr uint32_t kFlags = abi::kAtEaccess | abi::kAtSymlinkNofollow | abi::kAtEmptyPath;
  if ((mode & ~7U) != 0 || (flags & ~kFlags) != 0) return Errno(EINVAL);
  Ref<Credentials> creds = (flags & abi::kAtEaccess) != 0 ? task.creds_ref() : RealUser(task);
  OpContext own = task.context();
  OpContext ctx{.creds = *creds,  // The walk, too, is the real user's.
                .now = own.now,
                .umask = own.umask,
                .file_size_limit = own.file_size_limit,
                .task = &task,
                .blocker = own.blocker,
                .special_files = nullptr};
  Path found = TRY(ResolveAt(task, ctx, dirfd, path, flags));
  return mode == 0 ? Result<void>() : CheckMode(ctx, found, mode);
}

Result<void> SysFaccessat(Task& task, FdNum dirfd, PathPtr path, uint32_t mode) {
  return SysFaccessat2(task, dirfd, path, mode, 0);
}

Result<void> SysAccess(Task& task, PathPtr path, uint32_t mode) {
  return SysFaccessat2(task, kCwdFd, path, mode, 0);
}

}  // namespace sentry
