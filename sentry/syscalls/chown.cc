// chown(2), lchown(2), fchown(2), fchownat(2).
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/path_args.h"
#include "sentry/vfs/name_ops.h"

namespace sentry {
namespace {

// -1 leaves an id as it is; EINVAL for what has no place in the caller's user namespace.
Result<std::optional<uint32_t>> IdOrNothing(const Task& task, IdMap map, uint32_t id) {
  if (id == kNoId) return std::optional<uint32_t>();
  const uint32_t kernel_id = ToKernelId(task.creds().user_ns.get(), map, id);
  if (kernel_id == kNoId) return Errno(EINVAL);
  return std::optional<uint32_t>(kernel_id);
}

Result<void> ChownPath(Task& task, const Path& path, uint32_t uid, uint32_t gid) {
  OpContext ctx = task.context();
  std::optional<uint32_t> user = TRY(IdOrNothing(task, &UserNamespace::uid_map, uid));
  std::optional<uint32_t> group = TRY(IdOrNothing(task, &UserNamespace::gid_map, gid));
  return Chown(ctx, path, user, group);
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
