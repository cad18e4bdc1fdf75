// setxattr(2), getxattr(2), listxattr(2), removexattr(2) and their l and f forms.
#include "sentry/syscalls/xattr.h"

#include "sentry/kernel/marshalling.h"
#include "sentry/syscalls/path_args.h"
#include "sentry/vfs/name_ops.h"

namespace sentry {
namespace {

Result<std::string> CopyInName(Task& task, PathPtr name) {
  Result<std::string> text = ReadArgument(task, name.value(), abi::kXattrNameMax + 1);
  if (text.Is(ENAMETOOLONG) || (text.ok() && text->empty())) return Errno(ERANGE);
  return text;
}

// Size 0 asks how much there is.
Result<size_t> CopyOutSized(Task& task, const std::string& bytes, Buffer to, uint64_t size) {
  if (size == 0) return bytes.size();
  if (bytes.size() > size) return Errno(ERANGE);
  TRY(WriteLast(task, to.value(), std::as_bytes(std::span(bytes))));
  return bytes.size();
}

Result<Path> Followed(Task& task, PathPtr path) {
  return ResolveAt(task, kCwdFd, path, 0);
}
Result<Path> Itself(Task& task, PathPtr path) {
  return ResolveAt(task, kCwdFd, path, abi::kAtSymlinkNofollow);
}

}  // namespace

Result<void> SetXattrOf(Task& task, const Path& path, PathPtr name, Buffer value, uint64_t size,
                        uint32_t flags) {
  std::string text = TRY(CopyInName(task, name));
  std::string bytes(size, '\0');
  TRY(task.Read(value.value(), std::as_writable_bytes(std::span(bytes))));
  OpContext ctx = task.context();
  return SetXattr(ctx, path, text, bytes, flags);
}

Result<size_t> GetXattrOf(Task& task, const Path& path, PathPtr name, Buffer to, uint64_t size) {
  std::string text = TRY(CopyInName(task, name));
  OpContext ctx = task.context();
  return CopyOutSized(task, TRY(GetXattr(ctx, path, text)), to, size);
}

Result<size_t> ListXattrOf(Task& task, const Path& path, Buffer to, uint64_t size) {
  OpContext ctx = task.context();
  std::string all;
  for (const std::string& name : TRY(ListXattr(ctx, path))) {
    all += name;
    all += '\0';
  }
  return CopyOutSized(task, all, to, size);
}

Result<void> RemoveXattrOf(Task& task, const Path& path, PathPtr name) {
  std::string text = TRY(CopyInName(task, name));
  OpContext ctx = task.context();
  return RemoveXattr(ctx, path, text);
}

namespace {

Result<void> CheckSet(uint64_t size, uint32_t flags) {
  if ((flags & ~(abi::kXattrCreate | abi::kXattrReplace)) != 0) return Errno(EINVAL);
  if (size > abi::kXattrSizeMax) return Errno(E2BIG);
  return {};
}

}  // namespace

Result<void> SysSetxattr(Task& task, PathPtr path, PathPtr name, Buffer value, uint64_t size,
                         uint32_t flags) {
  TRY(CheckSet(size, flags));
  return SetXattrOf(task, TRY(Followed(task, path)), name, value, size, flags);
}
Result<void> SysLsetxattr(Task& task, PathPtr path, PathPtr name, Buffer value, uint64_t size,
                          uint32_t flags) {
  TRY(CheckSet(size, flags));
  return SetXattrOf(task, TRY(Itself(task, path)), name, value, size, flags);
}
Result<void> SysFsetxattr(Task& task, FdNum fd, PathPtr name, Buffer value, uint64_t size,
                          uint32_t flags) {
  TRY(CheckSet(size, flags));
  return SetXattrOf(task, TRY(ResolveFd(task, fd)), name, value, size, flags);
}

Result<size_t> SysGetxattr(Task& task, PathPtr path, PathPtr name, Buffer to, uint64_t size) {
  return GetXattrOf(task, TRY(Followed(task, path)), name, to, size);
}
Result<size_t> SysLgetxattr(Task& task, PathPtr path, PathPtr name, Buffer to, uint64_t size) {
  return GetXattrOf(task, TRY(Itself(task, path)), name, to, size);
}
Result<size_t> SysFgetxattr(Task& task, FdNum fd, PathPtr name, Buffer to, uint64_t size) {
  return GetXattrOf(task, TRY(ResolveFd(task, fd)), name, to, size);
}

Result<size_t> SysListxattr(Task& task, PathPtr path, Buffer to, uint64_t size) {
  return ListXattrOf(task, TRY(Followed(task, path)), to, size);
}
Result<size_t> SysLlistxattr(Task& task, PathPtr path, Buffer to, uint64_t size) {
  return ListXattrOf(task, TRY(Itself(task, path)), to, size);
}
Result<size_t> SysFlistxattr(Task& task, FdNum fd, Buffer to, uint64_t size) {
  return ListXattrOf(task, TRY(ResolveFd(task, fd)), to, size);
}

Result<void> SysRemovexattr(Task& task, PathPtr path, PathPtr name) {
  return RemoveXattrOf(task, TRY(Followed(task, path)), name);
}
Result<void> SysLremovexattr(Task& task, PathPtr path, PathPtr name) {
  return RemoveXattrOf(task, TRY(Itself(task, path)), name);
}
Result<void> SysFremovexattr(Task& task, FdNum fd, PathPtr name) {
  return RemoveXattrOf(task, TRY(ResolveFd(task, fd)), name);
}

}  // namespace sentry
