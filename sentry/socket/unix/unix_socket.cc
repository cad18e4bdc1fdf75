#include "sentry/socket/unix/unix_socket.h"

#include "abi/linux/ioctl.h"
#include "abi/linux/poll.h"
#include "sentry/fs/anon/nameless_files.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

constexpr uint32_t kEverything = abi::kPollIn | abi::kPollRdnorm | abi::kPollOut |
                                 abi::kPollWrnorm | abi::kPollRdhup | abi::kPollHup | abi::kPollErr;

}  // namespace

UnixSocket::UnixSocket(Kernel& kernel, Path path, uint32_t flags, int type, Network& network)
    : Socket(kernel, std::move(path), flags, abi::kAfUnix, type, 0),
      registry_(&kernel.Get<UnixSockets>()),
      network_(&network),
      stream_(kernel.memory()),
      account_(MakeRef<UnixSendAccount>()) {
  account_->writable = &queue_;
  account_->limit = static_cast<size_t>(options_.send_buffer);
  registry_->Born(*this);
}

UnixSocket::~UnixSocket() {
  registry_->Died(*this);
  account_->writable = nullptr;
  if (inode_socket_) inode_socket_->socket = nullptr;
  if (bound_ && !name_.empty() && name_[0] == '\0') {
    registry_->ReleaseName(name_.substr(1), type_);
  }
  WakeBlocked();
  for (UnixSocket* target : blocked_on_) target->blocked_.erase(this);
  // Not accepted, or not read to the end: the peer learns that something was lost.
  const bool lost = !stream_.empty() || !datagrams_.empty();
  if (peer_ != nullptr) {
    UnixSocket& peer = *peer_;
    peer.followers_.erase(this);
    if (IsConnectionBased() && peer.peer_ == this) {
      if (lost) peer.error_ = ECONNRESET;
      followers_.erase(&peer);
      peer.PeerGone();
    }
  }
  for (UnixSocket* follower : std::set<UnixSocket*>(followers_)) follower->PeerGone();
  // A client whose connection was never accepted.
  for (const Ref<UnixSocket>& embryo : backlog_) {
    if (embryo->peer_ != nullptr) embryo->peer_->error_ = ECONNRESET;
  }
  if (registry_->sockets_in_flight() != 0) registry_->CollectGarbage();
}

void UnixSocket::SetPeer(UnixSocket* peer) {
  if (peer_ != nullptr) peer_->followers_.erase(this);
  peer_ = peer;
  had_peer_ = peer != nullptr;
  if (peer == nullptr) return;
  peer->followers_.insert(this);
  peer_name_ = peer->NameAsAddress();
}

void UnixSocket::PeerGone() {
  peer_ = nullptr;
  if (IsConnectionBased()) receive_shut_ = send_shut_ = true;
  queue_.Notify(kEverything);
}

void UnixSocket::BlockOn(UnixSocket& target) {
  target.blocked_.insert(this);
  blocked_on_.insert(&target);
}

void UnixSocket::WakeBlocked() {
  std::set<UnixSocket*> waiting = std::exchange(blocked_, {});
  for (UnixSocket* socket : waiting) {
    socket->blocked_on_.erase(this);
    socket->queue_.Notify(abi::kPollOut | abi::kPollWrnorm);
  }
}

void UnixSocket::OnClose(OpContext&) {
  // This descriptor may have been the last way to a circle of sockets in flight.
  if (registry_->sockets_in_flight() != 0) registry_->CollectGarbage();
}

void UnixSocket::TakeRights(std::vector<Ref<FileDescription>>& to) {
  stream_.TakeRights(to);
  for (const auto& datagram : datagrams_) {
    for (Ref<FileDescription>& file : datagram->rights.Take()) to.push_back(std::move(file));
  }
  for (const Ref<UnixSocket>& embryo : backlog_) embryo->TakeRights(to);
}

UnixSocketInfo UnixSocket::Describe() const {
  UnixSocketInfo info;
  info.type = type_;
  info.state = Listening()                                       ? abi::kTcpListen
               : state_ == State::kConnected || peer_ != nullptr ? abi::kTcpEstablished
                                                                 : abi::kTcpClose;
  info.inode = inode()->ino();
  if (peer_ != nullptr) info.peer_inode = peer_->inode()->ino();
  info.name = name_;
  if (!name_.empty() && name_.back() == '\0' && name_.front() != '\0') info.name.pop_back();
  if (bound_path_.dentry) info.file_inode = bound_path_.dentry->inode()->ino();
  size_t queued = stream_.size();
  for (const auto& datagram : datagrams_) queued += datagram->data.size();
  info.receive_queue = static_cast<uint32_t>(Listening() ? backlog_.size() : queued);
  info.send_queue = static_cast<uint32_t>(Listening() ? backlog_limit_ : account_->used);
  info.references = RefCount();
  info.uid = inode()->uid();
  info.shutdown = static_cast<uint8_t>((receive_shut_ ? 1 : 0) | (send_shut_ ? 2 : 0));
  for (const Ref<UnixSocket>& embryo : backlog_) {
    if (embryo->peer_ != nullptr) info.waiting.push_back(embryo->peer_->inode()->ino());
  }
  return info;
}

uint32_t UnixSocket::Poll() {
  uint32_t events = 0;
  if (error_ != 0) events |= abi::kPollErr;
  if (receive_shut_ && send_shut_) events |= abi::kPollHup;
  if (receive_shut_) events |= abi::kPollRdhup | abi::kPollIn | abi::kPollRdnorm;
  if (!stream_.empty() || !datagrams_.empty() || !backlog_.empty()) {
    events |= abi::kPollIn | abi::kPollRdnorm;
  }
  if (IsConnectionBased() && state_ == State::kIdle) events |= abi::kPollHup;
  bool can_write = !Listening();
  if (IsStream()) {
    can_write = can_write && StreamWritable();
  } else {
    can_write = can_write && account_->Writable();
    if (can_write && peer_ != nullptr && peer_->ReceiverFull(*this)) {
      BlockOn(*peer_);
      can_write = false;
    }
  }
  if (can_write) events |= abi::kPollOut | abi::kPollWrnorm | abi::kPollWrband;
  return events;
}

Result<void> UnixSocket::Shutdown(OpContext&, int how) {
  const bool receive = how != abi::kShutWr, send = how != abi::kShutRd;
  receive_shut_ |= receive;
  send_shut_ |= send;
  if (IsConnectionBased() && peer_ != nullptr) {
    peer_->receive_shut_ |= send;
    peer_->send_shut_ |= receive;
    peer_->queue_.Notify(kEverything);
  }
  queue_.Notify(kEverything);
  return {};
}

Result<OptionBytes> UnixSocket::GetFamilyOption(OpContext&, int32_t level, int32_t name) {
  if (level != abi::kSolSocket) return Errno(EOPNOTSUPP);
  switch (name) {
    case abi::kSoPeercred:
      return OptionValue(peer_identity_.credentials);
    case abi::kSoPeergroups: {
      auto bytes = std::as_bytes(std::span(peer_identity_.groups));
      if (peer_identity_.credentials.pid == 0) return Errno(ENODATA);
      return OptionBytes(bytes.begin(), bytes.end());
    }
    default:
      return Errno(ENOPROTOOPT);
  }
}

Result<uint64_t> UnixSocket::FamilyIoctl(OpContext&, UserMemory& memory, uint64_t request,
                                         uint64_t arg) {
  size_t amount = 0;
  if (request == abi::kSiocinq) {
    if (Listening()) return Errno(EINVAL);
    amount =
        IsStream() ? stream_.size() : (datagrams_.empty() ? 0 : datagrams_.front()->data.size());
  } else if (request == abi::kSiocoutq) {
    amount = IsStream() ? (peer_ != nullptr ? peer_->stream_.size() : 0) : account_->used;
  } else {
    return Errno(ENOTTY);
  }
  TRY(memory.CopyOut(UserPtr<int32_t>(arg), static_cast<int32_t>(amount)));
  return uint64_t{0};
}

Result<Ref<UnixSocket>> UnixFamily::New(OpContext& ctx, int type, int protocol, uint32_t flags) {
  if (protocol != 0 && protocol != abi::kAfUnix) return Errno(EPROTONOSUPPORT);
  if (type == abi::kSockRaw) type = abi::kSockDgram;  // Linux: "believe it or not BSD has...".
  if (type != abi::kSockStream && type != abi::kSockDgram && type != abi::kSockSeqpacket) {
    return Errno(ESOCKTNOSUPPORT);
  }
  return MakeRef<UnixSocket>(kernel_, kernel_.Get<NamelessFiles>().Socket(ctx), flags, type,
                             Networks::Of(kernel_, ctx));
}

Result<Ref<Socket>> UnixFamily::Create(OpContext& ctx, int type, int protocol, uint32_t flags) {
  return Ref<Socket>(TRY(New(ctx, type, protocol, flags)));
}

Result<std::pair<Ref<Socket>, Ref<Socket>>> UnixFamily::CreatePair(OpContext& ctx, int type,
                                                                   int protocol, uint32_t flags) {
  Ref<UnixSocket> a = TRY(New(ctx, type, protocol, flags));
  Ref<UnixSocket> b = TRY(New(ctx, type, protocol, flags));
  UnixSocket::Pair(ctx, *a, *b);
  return std::pair(Ref<Socket>(std::move(a)), Ref<Socket>(std::move(b)));
}

}  // namespace sentry
