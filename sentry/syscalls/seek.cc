// lseek(2), and hints about what will be read: posix_fadvise(2), readahead(2).
#include "sentry/syscalls/file_calls.h"

namespace sentry {

Result<int64_t> SysLseek(Task& task, FdNum fd, int64_t offset, uint32_t whence) {
  Ref<FileDescription> file = TRY(task.fds().GetForIo(fd));
  if (whence > static_cast<uint32_t>(abi::kSeekHole)) return Errno(EINVAL);
  OpContext ctx = task.context();
  return file->Seek(ctx, offset, static_cast<int>(whence));
}

Result<void> SysFadvise64(Task& task, FdNum fd, int64_t, int64_t length, int32_t advice) {
  Ref<FileDescription> file = TRY(task.fds().GetForIo(fd));
  if (file->inode() != nullptr && (file->inode()->mode() & abi::kSIfmt) == abi::kSIfifo) {
    return Errno(ESPIPE);
  }
  if (length < 0 || advice < abi::kPosixFadvNormal || advice > abi::kPosixFadvNoreuse) {
    return Errno(EINVAL);
  }
  return {};
}

Result<void> SysReadahead(Task& task, FdNum fd, int64_t, uint64_t count) {
  Ref<FileDescription> file = TRY(task.fds().GetForIo(fd));
  if (!file->readable()) return Errno(EBADF);
  if (file->inode() == nullptr || !file->inode()->IsRegular()) return Errno(EINVAL);
  return static_cast<int64_t>(count) < 0 ? Errno(EINVAL) : Result<void>();
}

}  // namespace sentry
