// What the entries of an io_uring do, by what they are about.  Each is given the descriptor that
// the entry names, which of a registered file is lent for the time of the call.
#pragma once

#include <algorithm>

#include "sentry/kernel/internal_errno.h"
#include "sentry/syscalls/uring.h"

namespace sentry::uring {

using Handler = Result<uint64_t> (*)(Uring& ring, UringOp& op, FdNum fd);

// --- uring_own.cc: of the ring itself ---
Result<uint64_t> Nop(Uring& ring, UringOp& op, FdNum fd);
// EAGAIN: it waits for its time, or for as many completions.
Result<uint64_t> Timeout(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> TimeoutRemove(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> AsyncCancel(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> PollAdd(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> PollRemove(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> MsgRing(Uring& ring, UringOp& op, FdNum fd);

// --- uring_slots.cc: registered files and provided buffers ---
Result<uint64_t> FilesUpdate(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> ProvideBuffers(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> RemoveBuffers(Uring& ring, UringOp& op, FdNum fd);
// A file for a slot of the ring: -1 is none.  EBADF for a ring, which would hold itself.
Result<Ref<FileDescription>> FileForSlot(Task& task, int32_t fd);
// Replaces `count` files from the slot `first` on by those at `fds`, -2 leaving one as it is: how
// many were.  `tags`: 0, or where they are.
Result<uint64_t> UpdateFiles(Task& task, Uring& ring, uint64_t first, uint32_t count, uint64_t fds,
                             uint64_t tags);
// The entry asks for a slot (the number of `fd_in` and one) instead of a descriptor: the file that
// its call opened moves there.  The slot if any would do, else 0.
bool WantsSlot(const UringOp& op);
Result<uint64_t> MoveToSlot(Uring& ring, const UringOp& op, FdNum opened);
// ENOBUFS: none is left.
Result<Uring::Buffer> TakeBuffer(Uring& ring, UringOp& op);
void GiveBack(Uring& ring, const UringOp& op, const Uring::Buffer& buffer);

struct Where {
  uint64_t address;
  uint64_t length;
};

// Where data goes to, a buffer that was provided: `most` octets of it, 0 being all.  One that would
// wait keeps no buffer meanwhile (EAGAIN), nor does one that received nothing.
template <typename Call>
Result<uint64_t> WithBuffer(Uring& ring, UringOp& op, uint64_t most, Call call) {
  const Uring::Buffer buffer = TRY(TakeBuffer(ring, op));
  const uint64_t length = most != 0 ? std::min<uint64_t>(most, buffer.length) : buffer.length;
  Result<uint64_t> result = call(Where{buffer.address, length});
  const bool of_socket = op.sqe.opcode == abi::kUringRecv || op.sqe.opcode == abi::kUringRecvmsg;
  if (!result.ok() || (*result == 0 && of_socket)) {
    GiveBack(ring, op, buffer);
    if (!result.Is(kErrnoBlocked)) return result;
    op.task().TakeWait();
    return Errno(EAGAIN);
  }
  op.cqe_flags = abi::kCqeBuffer | uint32_t{buffer.id} << abi::kCqeBufferShift;
  return result;
}

// The entry's own memory, or such a buffer.
template <typename Call>
Result<uint64_t> WithMemory(Uring& ring, UringOp& op, Call call) {
  if (op.Has(abi::kSqeBufferSelect)) return WithBuffer(ring, op, op.sqe.len, std::move(call));
  return call(Where{op.sqe.addr, op.sqe.len});
}

// --- uring_file_ops.cc ---
Result<uint64_t> Read(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Write(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> ReadFixed(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> WriteFixed(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Readv(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Writev(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Fsync(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> SyncFileRange(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Fadvise(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Splice(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Tee(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Fallocate(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Openat(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Openat2(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Close(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Statx(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Renameat(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Unlinkat(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Mkdirat(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Symlinkat(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Linkat(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Fsetxattr(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Setxattr(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Fgetxattr(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Getxattr(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> EpollCtl(Uring& ring, UringOp& op, FdNum fd);
// EFAULT for what is not inside of the registered buffer that the entry names.
Result<void> CheckFixed(const Uring& ring, const UringOp& op);

// --- uring_socket_ops.cc ---
Result<uint64_t> Socket(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Accept(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Connect(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Send(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Recv(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Sendmsg(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Recvmsg(Uring& ring, UringOp& op, FdNum fd);
Result<uint64_t> Shutdown(Uring& ring, UringOp& op, FdNum fd);

}  // namespace sentry::uring
