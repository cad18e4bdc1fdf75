// Operations on files: each is the call of its name.
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/events_calls.h"
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/file_io.h"
#include "sentry/syscalls/uring_ops.h"

namespace sentry::uring {
namespace {

// -1: the file's own position.
IoOptions OptionsOf(const UringOp& op) {
  IoOptions options;
  if (op.sqe.off != ~uint64_t{0}) options.at = static_cast<int64_t>(op.sqe.off);
  return options;
}

Result<uint64_t> ReadInto(UringOp& op, FdNum fd, std::vector<UserRange> ranges) {
  Ref<FileDescription> file = TRY(FileToRead(op.task(), fd));
  IoOptions options = OptionsOf(op);
  if (!file->HasPosition()) options.at.reset();
  return EncodeResult(
      ReadFile(op.task(), std::move(file), UserSink(op.task(), std::move(ranges)), options));
}

Result<uint64_t> WriteFrom(UringOp& op, FdNum fd, std::vector<UserRange> ranges) {
  Ref<FileDescription> file = TRY(FileToWrite(op.task(), fd));
  IoOptions options = OptionsOf(op);
  if (!file->HasPosition()) options.at.reset();
  return EncodeResult(
      WriteFile(op.task(), std::move(file), UserSource(op.task(), std::move(ranges)), options));
}

}  // namespace

Result<uint64_t> Read(Uring& ring, UringOp& op, FdNum fd) {
  return WithMemory(ring, op, [&](Where where) {
    return ReadInto(op, fd, {{where.address, where.length}});
  });
}

Result<uint64_t> Write(Uring&, UringOp& op, FdNum fd) {
  return WriteFrom(op, fd, {{op.sqe.addr, op.sqe.len}});
}

Result<void> CheckFixed(const Uring& ring, const UringOp& op) {
  if (op.sqe.buf_index >= ring.buffers.size()) return Errno(EFAULT);
  const UserRange& buffer = ring.buffers[op.sqe.buf_index].range;
  uint64_t end;
  if (__builtin_add_overflow(op.sqe.addr, uint64_t{op.sqe.len}, &end)) return Errno(EFAULT);
  if (op.sqe.addr < buffer.address || end > buffer.address + buffer.length) return Errno(EFAULT);
  return {};
}

Result<uint64_t> ReadFixed(Uring& ring, UringOp& op, FdNum fd) {
  TRY(CheckFixed(ring, op));
  return ReadInto(op, fd, {{op.sqe.addr, op.sqe.len}});
}

Result<uint64_t> WriteFixed(Uring& ring, UringOp& op, FdNum fd) {
  TRY(CheckFixed(ring, op));
  return WriteFrom(op, fd, {{op.sqe.addr, op.sqe.len}});
}

Result<uint64_t> Readv(Uring& ring, UringOp& op, FdNum fd) {
  if (op.Has(abi::kSqeBufferSelect)) {
    // The only vector says how much.
    if (op.sqe.len != 1) return Errno(EINVAL);
    const auto length = TRY(op.task().CopyIn(UserPtr<uint64_t>(op.sqe.addr + sizeof(uint64_t))));
    return WithBuffer(ring, op, length, [&](Where where) {
      return ReadInto(op, fd, {{where.address, where.length}});
    });
  }
  return ReadInto(op, fd, TRY(CopyInIovec(op.task(), op.sqe.addr, op.sqe.len)));
}

Result<uint64_t> Writev(Uring&, UringOp& op, FdNum fd) {
  return WriteFrom(op, fd, TRY(CopyInIovec(op.task(), op.sqe.addr, op.sqe.len)));
}

Result<uint64_t> Fsync(Uring&, UringOp& op, FdNum fd) {
  constexpr uint32_t kDatasync = 1;
  if ((op.sqe.op_flags & ~kDatasync) != 0) return Errno(EINVAL);
  return EncodeResult((op.sqe.op_flags & kDatasync) != 0 ? SysFdatasync(op.task(), fd)
                                                         : SysFsync(op.task(), fd));
}

Result<uint64_t> SyncFileRange(Uring&, UringOp& op, FdNum fd) {
  if (op.sqe.addr != 0 || op.sqe.buf_index != 0 || op.sqe.splice_fd_in != 0) return Errno(EINVAL);
  return EncodeResult(SysSyncFileRange(op.task(), fd, static_cast<int64_t>(op.sqe.off), op.sqe.len,
                                       op.sqe.op_flags));
}

// The length is where the addresses of others are; without one it is that of `len`.
Result<uint64_t> Fadvise(Uring&, UringOp& op, FdNum fd) {
  if (op.sqe.buf_index != 0 || op.sqe.splice_fd_in != 0) return Errno(EINVAL);
  const uint64_t length = op.sqe.addr != 0 ? op.sqe.addr : op.sqe.len;
  return EncodeResult(SysFadvise64(op.task(), fd, static_cast<int64_t>(op.sqe.off),
                                   static_cast<int64_t>(length),
                                   static_cast<int32_t>(op.sqe.op_flags)));
}

namespace {

// The end of splice(2) and tee(2) that data comes from.
Result<Ref<FileDescription>> SpliceSource(Uring& ring, UringOp& op) {
  const int32_t fd = op.sqe.splice_fd_in;
  if ((op.sqe.op_flags & abi::kUringSpliceFdInFixed) == 0) {
    return op.task().fds().GetForIo(FdNum(fd));
  }
  Ref<FileDescription> file = ring.files.Get(static_cast<uint32_t>(fd));
  if (!file) return Errno(EBADF);
  return file;
}

constexpr uint32_t kSpliceFlags =
    abi::kSpliceFMove | abi::kSpliceFNonblock | abi::kSpliceFMore | abi::kSpliceFGift;

Result<uint32_t> CheckSpliceFlags(const UringOp& op) {
  const uint32_t flags = op.sqe.op_flags & ~abi::kUringSpliceFdInFixed;
  if ((flags & ~kSpliceFlags) != 0) return Errno(EINVAL);
  return flags;
}

std::optional<int64_t> SplicePosition(uint64_t given) {
  if (given == ~uint64_t{0}) return std::nullopt;
  return static_cast<int64_t>(given);
}

}  // namespace

Result<uint64_t> Splice(Uring& ring, UringOp& op, FdNum fd) {
  const uint32_t flags = TRY(CheckSpliceFlags(op));
  SpliceEnd from{TRY(SpliceSource(ring, op)), SplicePosition(op.sqe.addr), {}};
  SpliceEnd to{TRY(op.task().fds().GetForIo(fd)), SplicePosition(op.sqe.off), {}};
  if (op.sqe.len == 0) return uint64_t{0};
  return EncodeResult(sentry::Splice(op.task(), std::move(from), std::move(to), op.sqe.len, flags));
}

Result<uint64_t> Tee(Uring& ring, UringOp& op, FdNum fd) {
  if (op.sqe.off != 0 || op.sqe.addr != 0) return Errno(EINVAL);
  const uint32_t flags = TRY(CheckSpliceFlags(op));
  Ref<FileDescription> from = TRY(SpliceSource(ring, op));
  if (op.sqe.len == 0) return uint64_t{0};
  return EncodeResult(sentry::Tee(op.task(), std::move(from), TRY(op.task().fds().GetForIo(fd)),
                                  op.sqe.len, flags));
}

Result<uint64_t> Fallocate(Uring&, UringOp& op, FdNum fd) {
  const Allocation wanted{op.sqe.len, static_cast<int64_t>(op.sqe.off),
                          static_cast<int64_t>(op.sqe.addr)};
  // Made by a worker, which has no use for a signal.
  return EncodeResult(Allocate(op.task(), fd, wanted, TooLarge::kIsAnError));
}

// Slots are not closed by execve(2): no O_CLOEXEC there.
Result<uint64_t> Openat(Uring&, UringOp& op, FdNum) {
  if (WantsSlot(op) && (op.sqe.op_flags & abi::kOCloexec) != 0) return Errno(EINVAL);
  return EncodeResult(
      SysOpenat(op.task(), FdNum(op.sqe.fd), PathPtr(op.sqe.addr), op.sqe.op_flags, op.sqe.len));
}

Result<uint64_t> Openat2(Uring&, UringOp& op, FdNum) {
  if (WantsSlot(op) && op.sqe.len >= sizeof(uint64_t)) {
    const uint64_t flags = TRY(op.task().CopyIn(UserPtr<uint64_t>(op.sqe.off)));
    if ((flags & abi::kOCloexec) != 0) return Errno(EINVAL);
  }
  return EncodeResult(SysOpenat2(op.task(), FdNum(op.sqe.fd), PathPtr(op.sqe.addr),
                                 UserPtr<abi::OpenHow>(op.sqe.off), op.sqe.len));
}

Result<uint64_t> Close(Uring& ring, UringOp& op, FdNum) {
  const abi::UringSqe& sqe = op.sqe;
  if (sqe.off != 0 || sqe.addr != 0 || sqe.len != 0 || sqe.op_flags != 0 || sqe.buf_index != 0) {
    return Errno(EINVAL);
  }
  if (op.Has(abi::kSqeFixedFile)) return Errno(EBADF);
  if (const auto slot = static_cast<uint32_t>(sqe.splice_fd_in); slot != 0) {
    if (sqe.fd != 0) return Errno(EINVAL);
    if (!ring.files.registered()) return Errno(ENXIO);
    if (slot > ring.files.size()) return Errno(EINVAL);
    if (!ring.files.Get(slot - 1)) return Errno(EBADF);
    ring.PostTag(TRY(ring.files.Replace(slot - 1, {})).tag);
    return uint64_t{0};
  }
  Ref<FileDescription> file = TRY(op.task().fds().Get(FdNum(sqe.fd)));
  if (AsUring(*file) != nullptr) return Errno(EBADF);
  file.reset();
  return EncodeResult(SysClose(op.task(), FdNum(sqe.fd)));
}

Result<uint64_t> Statx(Uring&, UringOp& op, FdNum) {
  return EncodeResult(SysStatx(op.task(), FdNum(op.sqe.fd), PathPtr(op.sqe.addr), op.sqe.op_flags,
                               op.sqe.len, UserPtr<abi::Statx>(op.sqe.off)));
}

Result<uint64_t> Renameat(Uring&, UringOp& op, FdNum) {
  return EncodeResult(SysRenameat2(op.task(), FdNum(op.sqe.fd), PathPtr(op.sqe.addr),
                                   FdNum(static_cast<int32_t>(op.sqe.len)), PathPtr(op.sqe.off),
                                   op.sqe.op_flags));
}

Result<uint64_t> Unlinkat(Uring&, UringOp& op, FdNum) {
  return EncodeResult(
      SysUnlinkat(op.task(), FdNum(op.sqe.fd), PathPtr(op.sqe.addr), op.sqe.op_flags));
}

Result<uint64_t> Mkdirat(Uring&, UringOp& op, FdNum) {
  return EncodeResult(SysMkdirat(op.task(), FdNum(op.sqe.fd), PathPtr(op.sqe.addr), op.sqe.len));
}

Result<uint64_t> Symlinkat(Uring&, UringOp& op, FdNum) {
  return EncodeResult(
      SysSymlinkat(op.task(), PathPtr(op.sqe.addr), FdNum(op.sqe.fd), PathPtr(op.sqe.off)));
}

Result<uint64_t> Linkat(Uring&, UringOp& op, FdNum) {
  return EncodeResult(SysLinkat(op.task(), FdNum(op.sqe.fd), PathPtr(op.sqe.addr),
                                FdNum(static_cast<int32_t>(op.sqe.len)), PathPtr(op.sqe.off),
                                op.sqe.op_flags));
}

Result<uint64_t> Fsetxattr(Uring&, UringOp& op, FdNum fd) {
  return EncodeResult(SysFsetxattr(op.task(), fd, PathPtr(op.sqe.addr), Buffer(op.sqe.off),
                                   op.sqe.len, op.sqe.op_flags));
}

Result<uint64_t> Setxattr(Uring&, UringOp& op, FdNum) {
  if (op.Has(abi::kSqeFixedFile)) return Errno(EBADF);
  return EncodeResult(SysSetxattr(op.task(), PathPtr(op.sqe.addr3), PathPtr(op.sqe.addr),
                                  Buffer(op.sqe.off), op.sqe.len, op.sqe.op_flags));
}

Result<uint64_t> Fgetxattr(Uring&, UringOp& op, FdNum fd) {
  if (op.sqe.op_flags != 0) return Errno(EINVAL);
  return EncodeResult(
      SysFgetxattr(op.task(), fd, PathPtr(op.sqe.addr), Buffer(op.sqe.off), op.sqe.len));
}

Result<uint64_t> Getxattr(Uring&, UringOp& op, FdNum) {
  if (op.Has(abi::kSqeFixedFile)) return Errno(EBADF);
  if (op.sqe.op_flags != 0) return Errno(EINVAL);
  return EncodeResult(SysGetxattr(op.task(), PathPtr(op.sqe.addr3), PathPtr(op.sqe.addr),
                                  Buffer(op.sqe.off), op.sqe.len));
}

Result<uint64_t> EpollCtl(Uring&, UringOp& op, FdNum fd) {
  return EncodeResult(SysEpollCtl(op.task(), fd, static_cast<int32_t>(op.sqe.len),
                                  FdNum(static_cast<int32_t>(op.sqe.off)),
                                  UserPtr<abi::EpollEvent>(op.sqe.addr)));
}

}  // namespace sentry::uring
