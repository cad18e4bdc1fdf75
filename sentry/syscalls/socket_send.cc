// sendto(2), sendmsg(2), sendmmsg(2).
#include <memory>

#include "abi/linux/poll.h"
#include "sentry/kernel/transfer.h"
#include "sentry/syscalls/cmsg.h"
#include "sentry/syscalls/socket_calls.h"

namespace sentry {
namespace {

struct Outgoing {
  SendArgs args;
  std::vector<UserRange> data;
};

Result<Outgoing> ReadMessage(Task& task, const Socket& socket, const abi::MsgHdr& header,
                             uint32_t flags) {
  if (header.msg_iovlen > abi::kIovMax) return Errno(EMSGSIZE);
  Outgoing message;
  message.args.flags = flags;
  if (header.msg_name != 0 && header.msg_namelen != 0) {
    // Longer ones are cut (copy_msghdr_from_user()).
    const int32_t size = std::min<int32_t>(header.msg_namelen, abi::kSockaddrStorageSize);
    message.args.to = TRY(ReadAddress(task, header.msg_name, size));
  }
  message.data = TRY(CopyInIovec(task, header.msg_iov, static_cast<size_t>(header.msg_iovlen)));
  message.args.control = TRY(ReadControl(task, socket, header.msg_control, header.msg_controllen));
  return message;
}

bool NoWait(const Socket& socket, uint32_t flags) {
  return socket.NonBlocking() || (flags & abi::kMsgDontwait) != 0;
}

Result<size_t> SendOne(Task& task, Ref<Socket> socket, Outgoing message) {
  const uint32_t flags = message.args.flags;
  TransferRules rules{.events = abi::kPollOut,
                      .nonblocking = NoWait(*socket, flags),
                      .until_done = socket->StreamsWrites()};
  Socket& borrowed = *socket;
  UserSource source(task, std::move(message.data));
  return Transfer(task, std::move(socket), rules, std::move(source),
                  [&borrowed, args = std::move(message.args)](Task& t, UserSource& from) mutable {
                    OpContext ctx = t.context();
                    return borrowed.SendOrSignal(ctx, from, args);
                  });
}

// The messages of sendmmsg(2), one after the other; what was sent before something goes wrong
// counts.
struct OutgoingBatch {
  Ref<Socket> socket;
  UserPtr<abi::Mmsghdr> messages;
  uint32_t count, flags;
  uint32_t done = 0;
  std::unique_ptr<Outgoing> current;
  std::unique_ptr<UserSource> left;
  size_t sent = 0;  // Of the current one.
};

// EAGAIN: the current message has to wait.
Result<void> SendNext(Task& task, OutgoingBatch& batch) {
  UserPtr<abi::Mmsghdr> entry = *batch.messages.At(batch.done);
  if (batch.current == nullptr) {
    const abi::Mmsghdr header = TRY(task.CopyIn(entry));
    batch.current = std::make_unique<Outgoing>(
        TRY(ReadMessage(task, *batch.socket, header.msg_hdr, batch.flags)));
    batch.left = std::make_unique<UserSource>(task, batch.current->data);
    batch.sent = 0;
  }
  OpContext ctx = task.context();
  do {
    size_t n = TRY(batch.socket->SendOrSignal(ctx, *batch.left, batch.current->args));
    batch.sent += n;
    if (n == 0) break;
  } while (batch.socket->StreamsWrites() && batch.left->remaining() != 0);
  TRY(task.CopyOut(*entry.Field<uint32_t>(offsetof(abi::Mmsghdr, msg_len)),
                   static_cast<uint32_t>(batch.sent)));
  batch.current.reset();
  ++batch.done;
  return {};
}

Result<size_t> SendBatch(Task& task, OutgoingBatch& batch) {
  while (batch.done < batch.count) {
    Result<void> sent = SendNext(task, batch);
    if (sent.ok()) continue;
    const bool wait = sent.Is(EAGAIN) && !NoWait(*batch.socket, batch.flags);
    if (batch.done == 0 || wait) return sent.error();
    break;
  }
  return size_t{batch.done};
}

}  // namespace

Result<size_t> SysSendto(Task& task, FdNum fd, uint64_t data, size_t length, uint32_t flags,
                         uint64_t address, int32_t address_size) {
  if (static_cast<int64_t>(length) < 0) return Errno(EINVAL);
  Ref<Socket> socket = TRY(GetSocket(task, fd));
  Outgoing message;
  message.args.flags = flags;
  if (address != 0) message.args.to = TRY(ReadAddress(task, address, address_size));
  message.data = {{data, std::min(length, kMaxRwCount)}};
  return SendOne(task, std::move(socket), std::move(message));
}

Result<size_t> SysSendmsg(Task& task, FdNum fd, UserPtr<abi::MsgHdr> message, uint32_t flags) {
  Ref<Socket> socket = TRY(GetSocket(task, fd));
  const abi::MsgHdr header = TRY(task.CopyIn(message));
  if (header.msg_namelen < 0) return Errno(EINVAL);
  Outgoing outgoing = TRY(ReadMessage(task, *socket, header, flags));
  return SendOne(task, std::move(socket), std::move(outgoing));
}

Result<size_t> SysSendmmsg(Task& task, FdNum fd, UserPtr<abi::Mmsghdr> messages, uint32_t count,
                           uint32_t flags) {
  auto batch = std::make_shared<OutgoingBatch>();
  batch->socket = TRY(GetSocket(task, fd));
  batch->messages = messages;
  batch->count = std::min<uint32_t>(count, abi::kIovMax);
  batch->flags = flags;
  WaitSpec wait;
  wait.queues.push_back({batch->socket->Queue(), abi::kPollOut | abi::kPollErr | abi::kPollHup});
  wait.on_cut_short = [batch](Task&, bool) -> std::optional<Result<uint64_t>> {
    if (batch->done == 0) return std::nullopt;
    return Result<uint64_t>(uint64_t{batch->done});
  };
  return task.Retry(std::move(wait), NoWait(*batch->socket, flags),
                    [batch](Task& t) { return SendBatch(t, *batch); });
}

}  // namespace sentry
