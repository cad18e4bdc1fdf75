// Sending and receiving on AF_UNIX sockets.
#include <algorithm>

#include "abi/linux/capability.h"
#include "abi/linux/poll.h"
#include "abi/linux/resource.h"
#include "sentry/kernel/task.h"
#include "sentry/socket/unix/unix_socket.h"

namespace sentry {
namespace {

constexpr size_t kMaxQueuedDatagrams = 10;  // net.unix.max_dgram_qlen
constexpr uint32_t kReadable = abi::kPollIn | abi::kPollRdnorm;

// What one message costs its sender beside its bytes, as Linux counts an skb.
size_t Charge(size_t size) {
  return std::max<size_t>(768, size + 576);
}

abi::Ucred Sender(const OpContext& ctx, const ControlData& control) {
  if (control.credentials) return *control.credentials;
  if (ctx.task == nullptr) return {0, ctx.creds.uid, ctx.creds.gid};
  return {ctx.task->group().pid.value(), ctx.creds.uid, ctx.creds.gid};
}

}  // namespace

bool UnixSocket::ReceiverFull(const UnixSocket& sender) const {
  return peer_ != &sender && datagrams_.size() > kMaxQueuedDatagrams;
}

bool UnixSocket::StreamWritable() const {
  return peer_ == nullptr || peer_->stream_.size() * 4 <= static_cast<size_t>(options_.send_buffer);
}

Result<UnixRights> UnixSocket::RightsToSend(OpContext& ctx, ControlData& control) {
  if (control.rights.empty()) return UnixRights();
  if (registry_->sockets_in_flight() >= 32) registry_->CollectGarbage();
  const uint64_t limit = ctx.task != nullptr ? ctx.task->group().limit(abi::kRlimitNofile) : 0;
  if (registry_->InFlightOf(ctx.creds.uid) > limit &&
      !ctx.creds.HasCapability(abi::kCapSysResource) &&
      !ctx.creds.HasCapability(abi::kCapSysAdmin)) {
    return Errno(ETOOMANYREFS);
  }
  return UnixRights((*registry_), ctx.creds.uid, std::exchange(control.rights, {}));
}

Result<size_t> UnixSocket::Send(OpContext& ctx, IoSource& data, SendArgs& args) {
  if ((args.flags & abi::kMsgOob) != 0) return Errno(EOPNOTSUPP);
  account_->limit = static_cast<size_t>(options_.send_buffer);
  return IsStream() ? SendStream(ctx, data, args) : SendDatagram(ctx, data, args);
}

Result<size_t> UnixSocket::SendStream(OpContext& ctx, IoSource& data, SendArgs& args) {
  if (!args.to.empty()) return Errno(state_ == State::kConnected ? EISCONN : EOPNOTSUPP);
  if (state_ != State::kConnected) return Errno(send_shut_ ? EPIPE : ENOTCONN);
  if (send_shut_ || peer_ == nullptr || peer_->receive_shut_) return Errno(EPIPE);
  if (data.remaining() == 0) return size_t{0};
  const size_t limit = static_cast<size_t>(options_.send_buffer);
  const size_t used = peer_->stream_.size();
  if (used >= limit) return Errno(EAGAIN);
  UnixRights rights = TRY(RightsToSend(ctx, args.control));
  size_t sent = TRY(peer_->stream_.Put(data, limit - used, Sender(ctx, args.control), rights));
  if (sent != 0) peer_->queue_.Notify(kReadable);
  return sent;
}

Result<void> UnixSocket::CheckReceiver(UnixSocket& target, bool connected) {
  if (target.receive_shut_) return Errno(EPIPE);
  // It hears its own peer alone.
  if (!connected && target.peer_ != nullptr && target.peer_ != this) return Errno(EPERM);
  if (target.ReceiverFull(*this)) {
    BlockOn(target);
    return Errno(EAGAIN);
  }
  return {};
}

Result<size_t> UnixSocket::SendDatagram(OpContext& ctx, IoSource& data, SendArgs& args) {
  Ref<UnixSocket> target;
  const bool connected = args.to.empty() || IsConnectionBased();
  if (!connected) {
    target = TRY(FindTarget(ctx, args.to));
  } else if (peer_ != nullptr) {
    target = Ref<UnixSocket>(peer_);
  } else if (IsConnectionBased()) {
    return Errno(state_ == State::kConnected ? EPIPE : ENOTCONN);
  } else {
    return Errno(std::exchange(had_peer_, false) ? ECONNREFUSED : ENOTCONN);
  }
  if (send_shut_) return Errno(EPIPE);
  const size_t size = data.remaining();
  if (size > static_cast<size_t>(options_.send_buffer) - 32) return Errno(EMSGSIZE);
  TRY(AutobindIfNamed());
  TRY(CheckReceiver(*target, connected));
  if (account_->used >= account_->limit) return Errno(EAGAIN);
  TRY(kernel_.memory().Charge(Charge(size)));
  auto datagram = std::make_unique<UnixDatagram>(kernel_.memory(), account_, Charge(size));
  datagram->data.resize(size);
  if (size != 0 && TRY(data.Get(datagram->data)) != size) return Errno(EFAULT);
  datagram->from = NameAsAddress();
  datagram->sender = Sender(ctx, args.control);
  datagram->rights = TRY(RightsToSend(ctx, args.control));
  target->datagrams_.push_back(std::move(datagram));
  target->queue_.Notify(kReadable);
  return size;
}

Result<size_t> UnixSocket::Receive(OpContext&, IoSink& data, uint32_t flags, Received& out) {
  if ((flags & abi::kMsgOob) != 0) return Errno(IsStream() ? EINVAL : EOPNOTSUPP);
  Result<size_t> got =
      IsStream() ? ReceiveStream(data, flags, out) : ReceiveDatagram(data, flags, out);
  if (!options_.pass_credentials) out.control.credentials.reset();
  return got;
}

Result<size_t> UnixSocket::ReceiveStream(IoSink& data, uint32_t flags, Received& out) {
  if (state_ != State::kConnected) return Errno(EINVAL);
  if (stream_.empty()) {
    if (error_ != 0) return Errno(TakeError());
    if (receive_shut_) return size_t{0};
    return Errno(EAGAIN);
  }
  if (data.remaining() == 0) return size_t{0};
  const bool peek = (flags & abi::kMsgPeek) != 0;
  const bool was_writable = peer_ == nullptr || peer_->StreamWritable();
  UnixStreamQueue::TakeRules rules{.peek = peek,
                                   .peek_offset = peek && options_.peek_offset > 0
                                                      ? static_cast<size_t>(options_.peek_offset)
                                                      : 0,
                                   .one_sender = options_.pass_credentials};
  size_t taken = TRY(stream_.Take(data, rules, out.control));
  if (peek && options_.peek_offset >= 0) {
    if (taken == 0) return receive_shut_ ? Result<size_t>(size_t{0}) : Errno(EAGAIN);
    options_.peek_offset += static_cast<int32_t>(taken);
  } else if (!peek && options_.peek_offset > 0) {
    options_.peek_offset = std::max(0, options_.peek_offset - static_cast<int32_t>(taken));
  }
  out.full_length = taken;
  if (peer_name_.size() > sizeof(uint16_t)) out.from = peer_name_;
  if (!was_writable && peer_->StreamWritable()) {
    peer_->queue_.Notify(abi::kPollOut | abi::kPollWrnorm);
  }
  return taken;
}

Result<size_t> UnixSocket::ReceiveDatagram(IoSink& data, uint32_t flags, Received& out) {
  if (IsConnectionBased() && state_ != State::kConnected) return Errno(ENOTCONN);
  if (datagrams_.empty()) {
    if (error_ != 0) return Errno(TakeError());
    if (receive_shut_) return size_t{0};
    return Errno(EAGAIN);
  }
  UnixDatagram& datagram = *datagrams_.front();
  const size_t wanted = std::min(datagram.data.size(), data.remaining());
  size_t taken = 0;
  if (wanted != 0) taken = TRY(data.Put(std::span(datagram.data).first(wanted)));
  if (taken < wanted) return Errno(EFAULT);
  out.full_length = datagram.data.size();
  if (out.full_length > taken) out.flags |= abi::kMsgTrunc;
  if (datagram.from.size() > sizeof(uint16_t)) out.from = datagram.from;
  out.control.credentials = datagram.sender;
  if ((flags & abi::kMsgPeek) != 0) {
    out.control.rights = datagram.rights.files();
    return taken;
  }
  out.control.rights = datagram.rights.Take();
  std::unique_ptr<UnixDatagram> done = std::move(datagrams_.front());
  datagrams_.pop_front();
  done.reset();  // Before the senders look: it gives their room back.
  WakeBlocked();
  return taken;
}

}  // namespace sentry
