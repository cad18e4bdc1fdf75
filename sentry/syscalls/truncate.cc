// truncate(2), ftruncate(2), fallocate(2).
#include "sentry/kernel/signals.h"
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/leases.h"
#include "sentry/syscalls/path_args.h"
#include "sentry/vfs/inotify.h"
#include "sentry/vfs/name_ops.h"

namespace sentry {
namespace {

// A file beyond RLIMIT_FSIZE costs a signal besides the error.
Result<void> SignalIfTooLarge(Task& task, Result<void> result) {
  if (result.Is(EFBIG) && task.group().limit(abi::kRlimitFsize) != abi::kRlimInfinity) {
    [[maybe_unused]] auto sent = task.SendSignal(KernelSignal(abi::kSigXfsz));
  }
  return result;
}

Result<void> CheckAllocateMode(uint32_t mode) {
  constexpr uint32_t kKnown = abi::kFallocFlKeepSize | abi::kFallocFlPunchHole |
                              abi::kFallocFlCollapseRange | abi::kFallocFlZeroRange |
                              abi::kFallocFlInsertRange | abi::kFallocFlUnshareRange;
  if ((mode & ~kKnown) != 0) return Errno(EOPNOTSUPP);
  constexpr uint32_t kPunchOrZero = abi::kFallocFlPunchHole | abi::kFallocFlZeroRange;
  if ((mode & kPunchOrZero) == kPunchOrZero) return Errno(EOPNOTSUPP);
  bool punch = (mode & abi::kFallocFlPunchHole) != 0;
  if (punch && (mode & abi::kFallocFlKeepSize) == 0) return Errno(EOPNOTSUPP);
  if ((mode & abi::kFallocFlCollapseRange) != 0 && mode != abi::kFallocFlCollapseRange) {
    return Errno(EINVAL);
  }
  if ((mode & abi::kFallocFlInsertRange) != 0 && mode != abi::kFallocFlInsertRange) {
    return Errno(EINVAL);
  }
  return {};
}

Result<void> CheckAllocateType(const Inode& inode) {
  switch (inode.mode() & abi::kSIfmt) {
    case abi::kSIfifo:
      return Errno(ESPIPE);
    case abi::kSIfdir:
      return Errno(EISDIR);
    case abi::kSIfreg:
      return {};
    default:
      return Errno(ENODEV);
  }
}

}  // namespace

Result<void> SysTruncate(Task& task, PathPtr path, int64_t length) {
  if (length < 0) return Errno(EINVAL);
  Path file = TRY(ResolveAt(task, kCwdFd, path, 0));
  auto attempt = [file, length](Task& self) {
    OpContext ctx = self.context();
    return SignalIfTooLarge(self, Truncate(ctx, file, static_cast<uint64_t>(length)));
  };
  Result<void> done = attempt(task);
  if (!done.Is(kErrnoLeased)) return done;
  return WhenGivenUp(task, Ref<Inode>(file.inode()), true, false, attempt);
}

Result<void> SysFtruncate(Task& task, FdNum fd, int64_t length) {
  if (length < 0) return Errno(EINVAL);
  Ref<FileDescription> file = TRY(task.fds().GetForIo(fd));
  bool regular = file->inode() != nullptr && file->inode()->IsRegular();
  if (!regular || !file->writable()) return Errno(EINVAL);
  OpContext ctx = task.context();
  return SignalIfTooLarge(task, TruncateInode(ctx, file->path(), static_cast<uint64_t>(length)));
}

Result<void> Allocate(Task& task, FdNum fd, const Allocation& wanted, TooLarge too_large) {
  const auto [mode, offset, length] = wanted;
  Ref<FileDescription> file = TRY(task.fds().GetForIo(fd));
  if (offset < 0 || length <= 0) return Errno(EINVAL);
  TRY(CheckAllocateMode(mode));
  if (!file->writable()) return Errno(EBADF);
  if (file->inode() == nullptr) return Errno(ENODEV);
  TRY(CheckAllocateType(*file->inode()));
  int64_t end = 0;
  if (__builtin_add_overflow(offset, length, &end)) return Errno(EFBIG);
  OpContext ctx = task.context();
  if ((mode & abi::kFallocFlKeepSize) == 0 && static_cast<uint64_t>(end) > ctx.file_size_limit) {
    if (too_large == TooLarge::kIsAnError) return Errno(EFBIG);
    return SignalIfTooLarge(task, Errno(EFBIG));
  }
  TRY(DropSetidBits(ctx, file->path()));
  TRY(file->Allocate(ctx, mode, offset, length));
  NotifyObject(*file->path().dentry, abi::kInModify);
  return {};
}

Result<void> SysFallocate(Task& task, FdNum fd, uint32_t mode, int64_t offset, int64_t length) {
  return Allocate(task, fd, {mode, offset, length}, TooLarge::kCostsASignal);
}

}  // namespace sentry
