// mkdir(2), mknod(2), rmdir(2), unlink(2) and their *at forms.
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/path_args.h"
#include "sentry/vfs/name_ops.h"

namespace sentry {
namespace {

// Device numbers as mknod(2) passes them (new_decode_dev): 32 bits.
uint64_t DecodeDev(uint32_t dev) {
  uint32_t major = (dev & 0xfff00) >> 8;
  uint32_t minor = (dev & 0xff) | ((dev >> 12) & 0xfff00);
  return abi::MakeDev(major, minor);
}

}  // namespace

Result<void> SysMkdirat(Task& task, FdNum dirfd, PathPtr path, uint32_t mode) {
  PathArg arg = TRY(CopyInPathArg(task, dirfd, path));
  OpContext ctx = task.context();
  TRY(Mkdir(ctx, arg.from, arg.text, mode));
  return {};
}

Result<void> SysMkdir(Task& task, PathPtr path, uint32_t mode) {
  return SysMkdirat(task, kCwdFd, path, mode);
}

Result<void> SysMknodat(Task& task, FdNum dirfd, PathPtr path, uint32_t mode, uint32_t dev) {
  if ((mode & abi::kSIfmt) == abi::kSIfdir) return Errno(EPERM);  // may_mknod()
  PathArg arg = TRY(CopyInPathArg(task, dirfd, path));
  OpContext ctx = task.context();
  TRY(Mknod(ctx, arg.from, arg.text, mode, DecodeDev(dev)));
  return {};
}

Result<void> SysMknod(Task& task, PathPtr path, uint32_t mode, uint32_t dev) {
  return SysMknodat(task, kCwdFd, path, mode, dev);
}

Result<void> SysUnlinkat(Task& task, FdNum dirfd, PathPtr path, uint32_t flags) {
  if ((flags & ~abi::kAtRemovedir) != 0) return Errno(EINVAL);
  PathArg arg = TRY(CopyInPathArg(task, dirfd, path));
  OpContext ctx = task.context();
  bool directory = (flags & abi::kAtRemovedir) != 0;
  return directory ? Rmdir(ctx, arg.from, arg.text) : Unlink(ctx, arg.from, arg.text);
}

Result<void> SysUnlink(Task& task, PathPtr path) {
  return SysUnlinkat(task, kCwdFd, path, 0);
}

Result<void> SysRmdir(Task& task, PathPtr path) {
  return SysUnlinkat(task, kCwdFd, path, abi::kAtRemovedir);
}

}  // namespace sentry
