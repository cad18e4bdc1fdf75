// The requests of ioctl(2) that vfs answers for a file of any kind (do_vfs_ioctl()), by what file
// systems here can do: none shares extents, maps blocks or freezes.
#include "abi/linux/capability.h"
#include "abi/linux/ioctl.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/ioctl.h"

namespace sentry {
namespace {

struct CloneRange {
  int64_t src_fd;
  uint64_t src_offset, src_length, dest_offset;
};

struct DedupeRange {
  uint64_t src_offset, src_length;
  uint16_t dest_count, reserved1;
  uint32_t reserved2;
};

// vfs_clone_file_range()
Result<void> Clone(Task& task, FileDescription& to, int64_t source) {
  Ref<FileDescription> from = TRY(task.fds().GetForIo(FdNum(static_cast<int32_t>(source))));
  Inode* in = from->inode();
  Inode* out = to.inode();
  if (in == nullptr || out == nullptr) return Errno(EINVAL);
  if (&in->filesystem() != &out->filesystem()) return Errno(EXDEV);
  if (in->IsDirectory() || out->IsDirectory()) return Errno(EISDIR);
  if (!in->IsRegular() || !out->IsRegular()) return Errno(EINVAL);
  if (!from->readable() || !to.writable() || (to.flags() & abi::kOAppend) != 0) {
    return Errno(EBADF);
  }
  return Errno(EOPNOTSUPP);
}

Result<void> Dedupe(Task& task, const FileDescription& file, uint64_t arg) {
  constexpr uint64_t kPage = 4096, kInfoSize = 32;
  const DedupeRange range = TRY(task.CopyIn(UserPtr<DedupeRange>(arg)));
  const uint64_t size = sizeof(range) + range.dest_count * kInfoSize;
  if (size > kPage) return Errno(ENOMEM);
  TRY(task.CopyInArray(UserPtr<uint8_t>(arg), size));
  if (!file.readable() || range.reserved1 != 0 || range.reserved2 != 0) return Errno(EINVAL);
  const Inode* inode = file.inode();
  if (inode != nullptr && inode->IsDirectory()) return Errno(EISDIR);
  if (inode == nullptr || !inode->IsRegular()) return Errno(EINVAL);
  return Errno(EOPNOTSUPP);
}

// What is allocated, not what stat(2) calls the size.
Result<void> TellAllocated(Task& task, FileDescription& file, uint64_t arg) {
  Inode* inode = file.inode();
  if (inode == nullptr) return Errno(ENOTTY);
  if (!inode->IsDirectory() && !inode->IsRegular() && !inode->IsSymlink()) return Errno(ENOTTY);
  OpContext ctx = task.context();
  const Attributes attributes = TRY(inode->GetAttributes(ctx));
  return task.CopyOut(UserPtr<uint64_t>(arg), uint64_t{attributes.blocks} * 512);
}

// Bytes left to be read; other files know themselves.
Result<void> TellUnread(Task& task, FileDescription& file, uint64_t arg) {
  OpContext ctx = task.context();
  int64_t size = static_cast<int64_t>(TRY(file.inode()->GetAttributes(ctx)).size);
  return task.CopyOut(UserPtr<int32_t>(arg), static_cast<int32_t>(size - file.offset));
}

Result<void> MapBlock(Task& task, uint64_t arg) {
  if (!task.creds().HasCapability(abi::kCapSysRawio)) return Errno(EPERM);
  TRY(task.CopyIn(UserPtr<int32_t>(arg)));
  return Errno(EINVAL);
}

std::optional<Result<void>> OfRegularFile(Task& task, FileDescription& file, uint32_t request,
                                          uint64_t arg) {
  switch (request) {
    case abi::kFibmap:
      return MapBlock(task, arg);
    case abi::kFionread:
      return TellUnread(task, file, arg);
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<Result<void>> FileIoctl(Task& task, FileDescription& file, uint32_t request,
                                      uint64_t arg) {
  switch (request) {
    case abi::kFigetbsz:
      return task.CopyOut(UserPtr<int32_t>(arg), int32_t{4096});
    case abi::kFioqsize:
      return TellAllocated(task, file, arg);
    case abi::kFsIocFiemap:
      return Errno(EOPNOTSUPP);
    case abi::kFifreeze:
      return Errno(task.creds().HasCapability(abi::kCapSysAdmin) ? EOPNOTSUPP : EPERM);
    case abi::kFithaw:  // Nothing is frozen.
      return Errno(task.creds().HasCapability(abi::kCapSysAdmin) ? EINVAL : EPERM);
    case abi::kFiclone:
      return Clone(task, file, static_cast<int64_t>(arg));
    case abi::kFiclonerange: {
      Result<CloneRange> range = task.CopyIn(UserPtr<CloneRange>(arg));
      return range.ok() ? Clone(task, file, range->src_fd) : range.error();
    }
    case abi::kFideduperange:
      return Dedupe(task, file, arg);
    default:
      break;
  }
  const bool regular = file.inode() != nullptr && file.inode()->IsRegular();
  return regular ? OfRegularFile(task, file, request, arg) : std::nullopt;
}

}  // namespace sentry
