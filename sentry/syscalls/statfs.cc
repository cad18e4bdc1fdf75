// statfs(2), fstatfs(2).
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/path_args.h"

namespace sentry {
namespace {

uint32_t FlagsOf(const Path& path) {
  // The bits of a mount's flags and of f_flags agree, but for relatime.
  constexpr uint64_t kSame = abi::kMsRdonly | abi::kMsNosuid | abi::kMsNodev | abi::kMsNoexec |
                             abi::kMsNoatime | abi::kMsNodiratime;
  if (path.mount == nullptr) return abi::kStValid;
  uint64_t flags = path.mount->flags;
  uint32_t result = abi::kStValid | static_cast<uint32_t>(flags & kSame);
  if (path.readonly()) result |= static_cast<uint32_t>(abi::kMsRdonly);
  if ((flags & abi::kMsRelatime) != 0) result |= abi::kStRelatime;
  if ((flags & abi::kMsNosymfollow) != 0) result |= abi::kStNosymfollow;
  return result;
}

Result<void> StatfsPath(Task& task, const Path& path, UserPtr<abi::Statfs> to) {
  OpContext ctx = task.context();
  FsStatistics stats = TRY(path.inode()->filesystem().Statistics(ctx));
  abi::Statfs result{};
  result.f_type = static_cast<int64_t>(stats.type);
  result.f_bsize = result.f_frsize = static_cast<int64_t>(stats.block_size);
  result.f_blocks = stats.blocks;
  result.f_bfree = stats.blocks_free;
  result.f_bavail = stats.blocks_available;
  result.f_files = stats.files;
  result.f_ffree = stats.files_free;
  result.f_fsid[0] = static_cast<int32_t>(stats.id);
  result.f_fsid[1] = static_cast<int32_t>(stats.id >> 32);
  result.f_namelen = static_cast<int64_t>(stats.name_max);
  result.f_flags = FlagsOf(path);
  return task.CopyOut(to, result);
}

}  // namespace

Result<void> SysStatfs(Task& task, PathPtr path, UserPtr<abi::Statfs> to) {
  return StatfsPath(task, TRY(ResolveAt(task, kCwdFd, path, 0)), to);
}

Result<void> SysFstatfs(Task& task, FdNum fd, UserPtr<abi::Statfs> to) {
  return StatfsPath(task, TRY(ResolveFd(task, fd, true)), to);
}

}  // namespace sentry
