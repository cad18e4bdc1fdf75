// recvfrom(2), recvmsg(2), recvmmsg(2).
#include <algorithm>
#include <memory>

#include "abi/linux/io_uring.h"
#include "abi/linux/poll.h"
#include "sentry/syscalls/cmsg.h"
#include "sentry/syscalls/socket_calls.h"
#include "sentry/syscalls/wait_time.h"

namespace sentry {
namespace {

constexpr uint32_t kEvents =
    abi::kPollIn | abi::kPollErr | abi::kPollHup | abi::kPollRdhup | abi::kPollPri;

// One message that is being received, and where its parts go.
struct Incoming {
  Ref<Socket> socket;
  uint32_t flags;
  UserSink data;
  // recvmsg(2): the header in guest memory and what it said; recvfrom(2): null.
  UserPtr<abi::MsgHdr> header_ptr;
  abi::MsgHdr header{};
  // Of a message in a buffer that an io_uring was given: where it says what it received.
  UserPtr<abi::UringRecvmsgOut> told{};
  // recvfrom(2).
  uint64_t address = 0;
  UserPtr<int32_t> address_size;

  size_t moved = 0;
  Received received;

  // What the call returns.
  size_t Length() const {
    const bool tell_all = (flags & abi::kMsgTrunc) != 0 && !socket->IsStream();
    return tell_all ? received.full_length : moved;
  }
  // The error queue is never waited for (ip(7), IP_RECVERR).
  bool NoWait() const {
    const bool errors = (flags & abi::kMsgErrqueue) != 0 && socket->family() != abi::kAfUnix;
    return socket->NonBlocking() || errors || (flags & abi::kMsgDontwait) != 0;
  }
};

Result<void> WriteHeader(Task& task, Incoming& in) {
  abi::MsgHdr& header = in.header;
  const bool cloexec = (in.flags & abi::kMsgCmsgCloexec) != 0;
  uint32_t flags = in.received.flags | (in.flags & abi::kMsgCmsgCloexec);
  header.msg_controllen = TRY(WriteControl(task, std::move(in.received.control), header.msg_control,
                                           header.msg_controllen, cloexec, flags));
  header.msg_flags = flags;
  if (header.msg_name != 0) {
    const size_t n = std::min(static_cast<size_t>(header.msg_namelen), in.received.from.size());
    TRY(task.Write(header.msg_name, in.received.from.bytes().first(n)));
    header.msg_namelen = static_cast<int32_t>(in.received.from.size());
  }
  if (!in.told.IsNull()) {
    return task.CopyOut(in.told, {.namelen = static_cast<uint32_t>(header.msg_namelen),
                                  .controllen = static_cast<uint32_t>(header.msg_controllen),
                                  .payloadlen = static_cast<uint32_t>(in.Length()),
                                  .flags = header.msg_flags});
  }
  // Pointers and iovlen are as they were: the whole header can be written.
  return task.CopyOut(in.header_ptr, header);
}

Result<size_t> Finish(Task& task, Incoming& in) {
  if (!in.header_ptr.IsNull() || !in.told.IsNull()) {
    TRY(WriteHeader(task, in));
  } else if (in.address != 0) {
    TRY(WriteAddress(task, in.received.from, in.address, in.address_size));
  }
  return in.Length();
}

Result<size_t> ReceiveSome(Task& task, Incoming& in) {
  const bool all = (in.flags & abi::kMsgWaitall) != 0 && in.socket->IsStream() &&
                   (in.flags & abi::kMsgPeek) == 0;
  OpContext ctx = task.context();
  for (;;) {
    Result<size_t> n = in.socket->Receive(ctx, in.data, in.flags, in.received);
    if (!n.ok()) {
      if (in.moved == 0) return n;
      if (n.Is(EAGAIN) && all && !in.NoWait()) return n;
      return Finish(task, in);
    }
    in.moved += *n;
    const bool more =
        all && *n != 0 && in.data.remaining() != 0 && in.received.control.rights.empty();
    if (!more) return Finish(task, in);
  }
}

Result<size_t> ReceiveOne(Task& task, std::shared_ptr<Incoming> in) {
  WaitSpec wait;
  wait.queues.push_back({in->socket->Queue(), kEvents});
  if (std::optional<int64_t> limit = in->socket->IoTimeout(false)) {
    wait.deadline = MonotonicNow() + *limit;
    wait.on_timeout = Errno(EAGAIN);
    wait.on_signal = EINTR;
  }
  wait.on_cut_short = [in](Task& t, bool) -> std::optional<Result<uint64_t>> {
    if (in->moved == 0) return std::nullopt;
    return EncodeResult(Finish(t, *in));
  };
  const bool nonblocking = in->NoWait();
  return task.Retry(std::move(wait), nonblocking, [in](Task& t) { return ReceiveSome(t, *in); });
}

Result<abi::MsgHdr> ReadHeader(Task& task, UserPtr<abi::MsgHdr> ptr) {
  abi::MsgHdr header = TRY(task.CopyIn(ptr));
  if (header.msg_namelen < 0 && header.msg_name != 0) return Errno(EINVAL);
  if (header.msg_iovlen > abi::kIovMax) return Errno(EMSGSIZE);
  return header;
}

std::shared_ptr<Incoming> MessageInto(Task& task, Ref<Socket> socket, UserPtr<abi::MsgHdr> ptr,
                                      const abi::MsgHdr& header, std::vector<UserRange> ranges,
                                      uint32_t flags) {
  return std::make_shared<Incoming>(Incoming{.socket = std::move(socket),
                                             .flags = flags,
                                             .data = UserSink(task, std::move(ranges)),
                                             .header_ptr = ptr,
                                             .header = header,
                                             .address_size = {},
                                             .received = {}});
}

Result<std::shared_ptr<Incoming>> ReadMessage(Task& task, Ref<Socket> socket,
                                              UserPtr<abi::MsgHdr> ptr, uint32_t flags) {
  const abi::MsgHdr header = TRY(ReadHeader(task, ptr));
  std::vector<UserRange> ranges =
      TRY(CopyInIovec(task, header.msg_iov, static_cast<size_t>(header.msg_iovlen)));
  return MessageInto(task, std::move(socket), ptr, header, std::move(ranges), flags);
}

// recvmmsg(2): messages one after the other.
struct IncomingBatch {
  Ref<Socket> socket;
  UserPtr<abi::Mmsghdr> messages;
  uint32_t count, flags;
  std::optional<MonoTime> deadline;
  uint32_t done = 0;
  std::shared_ptr<Incoming> current;
};

Result<void> ReceiveNext(Task& task, IncomingBatch& batch) {
  UserPtr<abi::Mmsghdr> entry = *batch.messages.At(batch.done);
  if (batch.current == nullptr) {
    batch.current = TRY(ReadMessage(task, batch.socket, entry.As<abi::MsgHdr>(), batch.flags));
  }
  size_t n = TRY(ReceiveSome(task, *batch.current));
  batch.current.reset();
  TRY(task.CopyOut(*entry.Field<uint32_t>(offsetof(abi::Mmsghdr, msg_len)),
                   static_cast<uint32_t>(n)));
  ++batch.done;
  // The first one may be waited for, the others are taken as they are there.
  if ((batch.flags & abi::kMsgWaitforone) != 0) batch.flags |= abi::kMsgDontwait;
  return {};
}

Result<size_t> ReceiveBatch(Task& task, IncomingBatch& batch) {
  while (batch.done < batch.count) {
    Result<void> got = ReceiveNext(task, batch);
    if (got.ok()) {
      // Looked at after each message only (recvmmsg(2), BUGS).
      if (batch.deadline && *batch.deadline <= MonotonicNow()) break;
      continue;
    }
    const bool may_wait = !batch.socket->NonBlocking() && (batch.flags & abi::kMsgDontwait) == 0;
    if (batch.done == 0 || (got.Is(EAGAIN) && may_wait)) return got.error();
    break;
  }
  return size_t{batch.done};
}

}  // namespace

Result<size_t> SysRecvfrom(Task& task, FdNum fd, uint64_t data, size_t length, uint32_t flags,
                           uint64_t address, UserPtr<int32_t> address_size) {
  if (static_cast<int64_t>(length) < 0) return Errno(EINVAL);
  Ref<Socket> socket = TRY(GetSocket(task, fd));
  return ReceiveOne(task, std::make_shared<Incoming>(
                              Incoming{.socket = std::move(socket),
                                       .flags = flags,
                                       .data = UserSink(task, data, std::min(length, kMaxRwCount)),
                                       .header_ptr = {},
                                       .address = address,
                                       .address_size = address_size,
                                       .received = {}}));
}

Result<size_t> SysRecvmsg(Task& task, FdNum fd, UserPtr<abi::MsgHdr> message, uint32_t flags) {
  Ref<Socket> socket = TRY(GetSocket(task, fd));
  return ReceiveOne(task, TRY(ReadMessage(task, std::move(socket), message, flags)));
}

Result<size_t> ReceiveMessage(Task& task, Ref<Socket> socket, UserPtr<abi::MsgHdr> message,
                              std::vector<UserRange> ranges, uint32_t flags) {
  const abi::MsgHdr header = TRY(ReadHeader(task, message));
  return ReceiveOne(
      task, MessageInto(task, std::move(socket), message, header, std::move(ranges), flags));
}

Result<size_t> ReceiveIntoBuffer(Task& task, FdNum fd, const ProvidedMessage& message,
                                 uint32_t flags) {
  Ref<Socket> socket = TRY(GetSocket(task, fd));
  const uint64_t name = message.buffer + sizeof(abi::UringRecvmsgOut);
  const uint64_t control = name + message.name_size;
  const uint64_t data = control + message.control_size;
  const uint64_t before = data - message.buffer;
  if (before > message.size) return Errno(EFAULT);
  abi::MsgHdr header{};
  header.msg_name = message.name_size != 0 ? name : 0;
  header.msg_namelen = static_cast<int32_t>(message.name_size);
  header.msg_control = message.control_size != 0 ? control : 0;
  header.msg_controllen = message.control_size;
  auto in =
      std::make_shared<Incoming>(Incoming{.socket = std::move(socket),
                                          .flags = flags | abi::kMsgDontwait,
                                          .data = UserSink(task, data, message.size - before),
                                          .header_ptr = {},
                                          .header = header,
                                          .told = UserPtr<abi::UringRecvmsgOut>(message.buffer),
                                          .address_size = {},
                                          .received = {}});
  const size_t n = TRY(ReceiveOne(task, in));
  return n == 0 && in->socket->IsStream() ? n : before + in->moved;
}

Result<size_t> SysRecvmmsg(Task& task, FdNum fd, UserPtr<abi::Mmsghdr> messages, uint32_t count,
                           uint32_t flags, UserPtr<abi::Timespec> timeout) {
  auto batch = std::make_shared<IncomingBatch>();
  batch->socket = TRY(GetSocket(task, fd));
  batch->messages = messages;
  batch->count = std::min<uint32_t>(count, abi::kIovMax);
  batch->flags = flags;
  batch->deadline = TRY(DeadlineFrom(task, timeout));
  WaitSpec wait;
  wait.queues.push_back({batch->socket->Queue(), kEvents});
  wait.on_cut_short = [batch](Task&, bool) -> std::optional<Result<uint64_t>> {
    if (batch->done == 0) return std::nullopt;
    return Result<uint64_t>(uint64_t{batch->done});
  };
  const bool nonblocking = batch->socket->NonBlocking() || (flags & abi::kMsgDontwait) != 0;
  return task.Retry(std::move(wait), nonblocking,
                    [batch](Task& t) { return ReceiveBatch(t, *batch); });
}

}  // namespace sentry
