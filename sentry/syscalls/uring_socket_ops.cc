// Operations on sockets: each is the call of its name; some repeat for as long as there is
// something to do.
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/socket_calls.h"
#include "sentry/syscalls/uring_ops.h"

namespace sentry::uring {
namespace {

// What is asked for beside the flags of the call.
Result<void> CheckPriority(const UringOp& op, uint16_t known) {
  if ((op.sqe.ioprio & ~known) != 0) return Errno(EINVAL);
  return {};
}

// One that repeats never waits by itself: the ring does, for the file.
Result<uint64_t> WithoutWaiting(UringOp& op, Result<uint64_t> result) {
  if (!op.repeats() || !result.Is(kErrnoBlocked)) return result;
  op.task().TakeWait();
  return Errno(EAGAIN);
}

bool IsZeroCopy(const UringOp& op) {
  return op.sqe.opcode == abi::kUringSendZc || op.sqe.opcode == abi::kUringSendmsgZc;
}

// SEND_ZC, SENDMSG_ZC: the memory is free again at once, and a second completion says so.
Result<uint64_t> NoteSent(UringOp& op, Result<uint64_t> sent) {
  if (IsZeroCopy(op)) op.notifies = true;
  return sent;
}

}  // namespace

Result<uint64_t> Socket(Uring&, UringOp& op, FdNum) {
  const abi::UringSqe& sqe = op.sqe;
  if (sqe.addr != 0 || sqe.op_flags != 0 || sqe.buf_index != 0) return Errno(EINVAL);
  const auto type = static_cast<int32_t>(sqe.off);
  if (WantsSlot(op) && (type & abi::kSockCloexec) != 0) return Errno(EINVAL);
  return EncodeResult(SysSocket(op.task(), sqe.fd, type, static_cast<int32_t>(sqe.len)));
}

Result<uint64_t> Accept(Uring&, UringOp& op, FdNum fd) {
  const abi::UringSqe& sqe = op.sqe;
  TRY(CheckPriority(op, abi::kUringAcceptMultishot));
  if (sqe.len != 0 || sqe.buf_index != 0) return Errno(EINVAL);
  if (WantsSlot(op)) {
    if ((sqe.op_flags & abi::kSockCloexec) != 0) return Errno(EINVAL);
    const bool any = static_cast<uint32_t>(sqe.splice_fd_in) == abi::kUringFileIndexAlloc;
    if (op.repeats() && !any) return Errno(EINVAL);
  }
  return WithoutWaiting(op, EncodeResult(SysAccept4(op.task(), fd, sqe.addr,
                                                    UserPtr<int32_t>(sqe.off), sqe.op_flags)));
}

Result<uint64_t> Connect(Uring&, UringOp& op, FdNum fd) {
  if (op.sqe.len != 0 || op.sqe.buf_index != 0 || op.sqe.op_flags != 0 ||
      op.sqe.splice_fd_in != 0) {
    return Errno(EINVAL);
  }
  return EncodeResult(SysConnect(op.task(), fd, op.sqe.addr, static_cast<int32_t>(op.sqe.off)));
}

Result<uint64_t> Send(Uring& ring, UringOp& op, FdNum fd) {
  TRY(CheckPriority(
      op, abi::kUringPollFirst | (IsZeroCopy(op) ? abi::kUringRecvsendFixedBuf : uint16_t{0})));
  if ((op.sqe.ioprio & abi::kUringRecvsendFixedBuf) != 0) TRY(CheckFixed(ring, op));
  const int32_t address_size = op.sqe.off != 0 ? op.sqe.splice_fd_in & 0xffff : 0;
  return NoteSent(op, EncodeResult(SysSendto(op.task(), fd, op.sqe.addr, op.sqe.len,
                                             op.sqe.op_flags, op.sqe.off, address_size)));
}

Result<uint64_t> Sendmsg(Uring&, UringOp& op, FdNum fd) {
  TRY(CheckPriority(op, abi::kUringPollFirst));
  return NoteSent(op, EncodeResult(SysSendmsg(op.task(), fd, UserPtr<abi::MsgHdr>(op.sqe.addr),
                                              op.sqe.op_flags)));
}

Result<uint64_t> Recv(Uring& ring, UringOp& op, FdNum fd) {
  TRY(CheckPriority(op, abi::kUringPollFirst | abi::kUringRecvMultishot));
  if (op.sqe.off != 0) return Errno(EINVAL);
  if (op.repeats() &&
      (!op.Has(abi::kSqeBufferSelect) || (op.sqe.op_flags & abi::kMsgWaitall) != 0)) {
    return Errno(EINVAL);
  }
  return WithMemory(ring, op, [&](Where where) {
    return EncodeResult(SysRecvfrom(op.task(), fd, where.address, where.length, op.sqe.op_flags, 0,
                                    UserPtr<int32_t>()));
  });
}

namespace {

// The header says how much room addresses and control data get.
Result<uint64_t> RecvmsgAgain(Uring& ring, UringOp& op, FdNum fd) {
  if (!op.Has(abi::kSqeBufferSelect) || (op.sqe.op_flags & abi::kMsgWaitall) != 0) {
    return Errno(EINVAL);
  }
  const abi::MsgHdr header = TRY(op.task().CopyIn(UserPtr<abi::MsgHdr>(op.sqe.addr)));
  if (header.msg_namelen < 0 || header.msg_iovlen > 1) return Errno(EINVAL);
  return WithBuffer(ring, op, 0, [&](Where where) {
    const ProvidedMessage message{where.address, where.length,
                                  static_cast<uint32_t>(header.msg_namelen), header.msg_controllen};
    return EncodeResult(ReceiveIntoBuffer(op.task(), fd, message, op.sqe.op_flags));
  });
}

// The only vector's memory is a buffer that was provided; its length says how much of it.
Result<uint64_t> RecvmsgSelected(Uring& ring, UringOp& op, FdNum fd) {
  const abi::MsgHdr header = TRY(op.task().CopyIn(UserPtr<abi::MsgHdr>(op.sqe.addr)));
  if (header.msg_iovlen > 1) return Errno(EINVAL);
  uint64_t length = 0;
  if (header.msg_iovlen == 1) {
    length = TRY(op.task().CopyIn(UserPtr<uint64_t>(header.msg_iov + sizeof(uint64_t))));
  }
  return WithBuffer(ring, op, length, [&](Where where) -> Result<uint64_t> {
    Ref<sentry::Socket> socket = TRY(GetSocket(op.task(), fd));
    return EncodeResult(ReceiveMessage(op.task(), std::move(socket),
                                       UserPtr<abi::MsgHdr>(op.sqe.addr),
                                       {{where.address, where.length}}, op.sqe.op_flags));
  });
}

}  // namespace

Result<uint64_t> Recvmsg(Uring& ring, UringOp& op, FdNum fd) {
  TRY(CheckPriority(op, abi::kUringPollFirst | abi::kUringRecvMultishot));
  if (op.repeats()) return RecvmsgAgain(ring, op, fd);
  if (op.Has(abi::kSqeBufferSelect)) return RecvmsgSelected(ring, op, fd);
  return EncodeResult(
      SysRecvmsg(op.task(), fd, UserPtr<abi::MsgHdr>(op.sqe.addr), op.sqe.op_flags));
}

Result<uint64_t> Shutdown(Uring&, UringOp& op, FdNum fd) {
  if (op.sqe.off != 0 || op.sqe.addr != 0 || op.sqe.op_flags != 0 || op.sqe.buf_index != 0) {
    return Errno(EINVAL);
  }
  return EncodeResult(SysShutdown(op.task(), fd, static_cast<int32_t>(op.sqe.len)));
}

}  // namespace sentry::uring
