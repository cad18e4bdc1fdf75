// setxattrat(2), getxattrat(2), listxattrat(2), removexattrat(2).
#include "sentry/syscalls/extensible.h"
#include "sentry/syscalls/path_args.h"
#include "sentry/syscalls/xattr.h"

namespace sentry {
namespace {

// struct xattr_args of linux/xattr.h.
struct XattrArgs {
  uint64_t value;
  uint32_t size;
  uint32_t flags;
};

Result<XattrArgs> CopyInArgs(Task& task, UserAddr args, uint64_t size) {
  if (size < sizeof(XattrArgs)) return Errno(EINVAL);
  return CopyInExtensible(task, UserPtr<XattrArgs>(args), size);
}

Result<Path> Resolve(Task& task, FdNum dirfd, PathPtr path, uint32_t flags) {
  if ((flags & ~(abi::kAtSymlinkNofollow | abi::kAtEmptyPath)) != 0) return Errno(EINVAL);
  return ResolveAt(task, dirfd, path, flags);
}

}  // namespace

Result<void> SysSetxattrat(Task& task, FdNum dirfd, PathPtr path, uint32_t flags, PathPtr name,
                           UserAddr args, uint64_t size) {
  XattrArgs copy = TRY(CopyInArgs(task, args, size));
  if ((copy.flags & ~(abi::kXattrCreate | abi::kXattrReplace)) != 0) return Errno(EINVAL);
  if (copy.size > abi::kXattrSizeMax) return Errno(E2BIG);
  Path found = TRY(Resolve(task, dirfd, path, flags));
  return SetXattrOf(task, found, name, Buffer(copy.value), copy.size, copy.flags);
}

Result<size_t> SysGetxattrat(Task& task, FdNum dirfd, PathPtr path, uint32_t flags, PathPtr name,
                             UserAddr args, uint64_t size) {
  XattrArgs copy = TRY(CopyInArgs(task, args, size));
  if (copy.flags != 0) return Errno(EINVAL);
  Path found = TRY(Resolve(task, dirfd, path, flags));
  return GetXattrOf(task, found, name, Buffer(copy.value), copy.size);
}

Result<size_t> SysListxattrat(Task& task, FdNum dirfd, PathPtr path, uint32_t flags, Buffer to,
                              uint64_t size) {
  return ListXattrOf(task, TRY(Resolve(task, dirfd, path, flags)), to, size);
}

Result<void> SysRemovexattrat(Task& task, FdNum dirfd, PathPtr path, uint32_t flags, PathPtr name) {
  return RemoveXattrOf(task, TRY(Resolve(task, dirfd, path, flags)), name);
}

}  // namespace sentry
