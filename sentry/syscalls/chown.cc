// chown(2), lchown(2), fchown(2), fchownat(2).
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/path_args.h"
#include "sentry/vfs/name_ops.h"

namespace sentry {
namespace {

// -1 leaves an id as it is.
std::optional<uint32_t> IdOrNothing(uint32_t id) {
  if (id == ~uint32_t{0}) return std::nullopt;
  return id;
}

Result<void> ChownPath(Task& task, const Path& path, uint32_t uid, uint32_t gid) {
  OpContext ctx = task.context();
  return Chown(ctx, path, IdOrNothing(uid), IdOrNothing(gid));
}

}  // namespace

Result<void> SysFchownat(Task& task, FdNum dirfd, PathPtr path, uint32_t uid, uint32_t gid,
                         uint32_t flags) {
  if ((flags & ~(abi::kAtSymlinkNofollow | abi::kAtEmptyPath)) != 0) return Errno(EINVAL);
  return ChownPath(task, TRY(ResolveAt(task, dirfd, path, flags)), uid, gid);
}

Result<void> SysChown(Task& task, PathPtr path, uint32_t uid, uint32_t gid) {
  return SysFchownat(task, kCwdFd, path, uid, gid, 0);
}

Result<void> SysLchown(Task& task, PathPtr path, uint32_t uid, uint32_t gid) {
  return SysFchownat(task, kCwdFd, path, uid, gid, abi::kAtSymlinkNofollow);
}

Result<void> SysFchown(Task& task, FdNum fd, uint32_t uid, uint32_t gid) {
  return ChownPath(task, TRY(ResolveFd(task, fd)), uid, gid);
}

}  // namespace sentry
