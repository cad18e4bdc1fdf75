// Connections of AF_UNIX sockets: connect(2), listen(2), accept(2), socketpair(2).
#include <algorithm>

#include "abi/linux/poll.h"
#include "sentry/fs/anon/nameless_files.h"
#include "sentry/kernel/task.h"
#include "sentry/socket/unix/unix_socket.h"

namespace sentry {
namespace {

// What SO_PEERCRED tells of a task: effective ids, unlike SCM_CREDENTIALS.
abi::Ucred PeerCredentials(const OpContext& ctx) {
  const int32_t pid = ctx.task != nullptr ? ctx.task->group().pid.value() : 0;
  return {pid, ctx.creds.euid, ctx.creds.egid};
}

}  // namespace

Result<void> UnixSocket::Connect(OpContext& ctx, const SocketAddress& address, bool) {
  if (!IsConnectionBased()) return ConnectDatagram(ctx, address);
  Ref<UnixSocket> listener = TRY(FindTarget(ctx, address));
  if (!listener->Listening() || listener->receive_shut_) return Errno(ECONNREFUSED);
  if (listener->backlog_.size() > listener->backlog_limit_) {
    BlockOn(*listener);
    return Errno(EAGAIN);
  }
  if (state_ == State::kConnected) return Errno(EISCONN);
  if (state_ != State::kIdle) return Errno(EINVAL);
  return ConnectStream(ctx, *listener);
}

Result<void> UnixSocket::ConnectStream(OpContext& ctx, UnixSocket& listener) {
  TRY(AutobindIfNamed());
  Ref<UnixSocket> server =
      MakeRef<UnixSocket>(kernel_, kernel_.Get<NamelessFiles>().Socket(ctx), 0, type_, *network_);
  server->name_ = listener.name_;  // Its own name, though only the listener is found by it.
  server->options_.pass_credentials = listener.options_.pass_credentials;
  server->peer_identity_ = {PeerCredentials(ctx), ctx.creds.groups};
  peer_identity_ = listener.listener_identity_;
  server->SetPeer(this);
  SetPeer(server.get());
  server->state_ = state_ = State::kConnected;
  listener.backlog_.push_back(std::move(server));
  listener.queue_.Notify(abi::kPollIn | abi::kPollRdnorm);
  queue_.Notify(abi::kPollOut | abi::kPollWrnorm);
  return {};
}

Result<void> UnixSocket::ConnectDatagram(OpContext& ctx, const SocketAddress& address) {
  if (address.family() == abi::kAfUnspec && address.size() >= sizeof(uint16_t)) {
    SetPeer(nullptr);
    return {};
  }
  TRY(AutobindIfNamed());
  Ref<UnixSocket> target = TRY(FindTarget(ctx, address));
  // One that talks to somebody else does not listen to us (unix_may_send()).
  if (target->peer_ != nullptr && target->peer_ != this) return Errno(EPERM);
  SetPeer(target.get());
  state_ = State::kConnected;
  queue_.Notify(abi::kPollOut | abi::kPollWrnorm);
  return {};
}

Result<void> UnixSocket::Listen(OpContext& ctx, int backlog) {
  if (!IsConnectionBased()) return Errno(EOPNOTSUPP);
  if (!bound_ || state_ == State::kConnected) return Errno(EINVAL);
  const uint32_t wanted = static_cast<uint32_t>(backlog);  // Negative: as many as there may be.
  backlog_limit_ = std::min<uint32_t>(wanted, abi::kSomaxconn);
  state_ = State::kListening;
  listener_identity_ = {PeerCredentials(ctx), ctx.creds.groups};
  WakeBlocked();
  return {};
}

Result<Ref<Socket>> UnixSocket::Accept(OpContext&) {
  if (!IsConnectionBased()) return Errno(EOPNOTSUPP);
  if (!Listening()) return Errno(EINVAL);
  if (backlog_.empty()) {
    if (receive_shut_) return Errno(EINVAL);
    return Errno(EAGAIN);
  }
  Ref<UnixSocket> accepted = std::move(backlog_.front());
  backlog_.pop_front();
  WakeBlocked();
  return Ref<Socket>(std::move(accepted));
}

void UnixSocket::Pair(OpContext& ctx, UnixSocket& a, UnixSocket& b) {
  a.SetPeer(&b);
  b.SetPeer(&a);
  a.state_ = b.state_ = State::kConnected;
  a.peer_identity_ = b.peer_identity_ = {PeerCredentials(ctx), ctx.creds.groups};
}

}  // namespace sentry
