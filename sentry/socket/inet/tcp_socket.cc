#include "sentry/socket/inet/tcp_socket.h"

#include <algorithm>

#include "abi/linux/ioctl.h"
#include "abi/linux/netdevice.h"
#include "sentry/fs/anon/nameless_files.h"
#include "sentry/mm/user_memory.h"
#include "sentry/socket/inet/inet_io.h"

namespace sentry {

using netstack::TcpState;

TcpSocket::TcpSocket(InetStack& stack, Network& network, Path path, uint32_t flags, int family,
                     netstack::Ref<netstack::TcpEndpoint> endpoint)
    : InetSocket(stack, network, std::move(path), flags, family, abi::kSockStream,
                 abi::kIpprotoTcp),
      tcp_(std::move(endpoint)) {
  Attach();
}

TcpSocket::~TcpSocket() {
  netstack::Stack::Scope scope(stack().stack());
  Detach();
  if (closing_) return;
  closing_ = true;
  TellListening();
  tcp_->Close();
}

void TcpSocket::TellListening() {
  const bool listens = !closing_ && tcp_->listening();
  if (listens == told_) return;
  told_ = listens;
  if (stack().on_listening) stack().on_listening(tcp_->local(), listens);
}

std::optional<int64_t> TcpSocket::BeginClose() {
  netstack::Stack::Scope scope(stack().stack());
  closing_ = true;
  TellListening();
  tcp_->Close();
  if (!tcp_->Lingering()) return std::nullopt;
  return int64_t{tcp_->options.linger_seconds} * netstack::kSecond;
}

Result<void> TcpSocket::Bind(OpContext& ctx, const SocketAddress& address) {
  netstack::Stack::Scope scope(stack().stack());
  return tcp_->Bind(TRY(AddressToBind(ctx, address)));
}

Result<void> TcpSocket::Connect(OpContext&, const SocketAddress& address, bool nonblocking) {
  if (address.size() < sizeof(uint16_t)) return Errno(EINVAL);
  if (address.family() == abi::kAfUnspec) {
    netstack::Stack::Scope scope(stack().stack());
    const Result<void> done = tcp_->Disconnect();
    TellListening();
    return done;
  }
  const netstack::SocketAddr peer = TRY(AddressToReach(address));
  auto attempt = [this, &peer]() -> Result<void> {
    netstack::Stack::Scope scope(stack().stack());
    return tcp_->Connect(peer);
  };
  Result<void> done = attempt();
  const bool under_way = done.Is(EINPROGRESS) || done.Is(EALREADY);
  if (!under_way || nonblocking) return done;
  // The other side may have answered before this call into the stack returned.
  if (tcp_->state() != TcpState::kSynSent && tcp_->state() != TcpState::kSynRecv) {
    done = attempt();
    if (!done.Is(EINPROGRESS) && !done.Is(EALREADY)) return done;
  }
  return Errno(EAGAIN);
}

Result<void> TcpSocket::Listen(OpContext&, int backlog) {
  netstack::Stack::Scope scope(stack().stack());
  TRY(tcp_->Listen(backlog));
  TellListening();
  return {};
}

Result<Ref<Socket>> TcpSocket::Accept(OpContext& ctx) {
  netstack::Stack::Scope scope(stack().stack());
  netstack::Ref<netstack::TcpEndpoint> accepted = TRY(tcp_->Accept());
  Ref<TcpSocket> socket =
      MakeRef<TcpSocket>(stack(), const_cast<Network&>(network()),
                         kernel_.Get<NamelessFiles>().Socket(ctx), 0, family_, std::move(accepted));
  // What Linux's sk_clone() copies.
  socket->options_ = options_;
  socket->wants_ip_ = wants_ip_;
  socket->wants_ipv6_ = wants_ipv6_;
  return Ref<Socket>(std::move(socket));
}

// MSG_FASTOPEN: how much has gone with the SYN.  Without a cookie the data waits for the handshake
// (RFC 7413 section 4.1.2).
Result<size_t> TcpSocket::ConnectToSend(OpContext& ctx, IoSource& data, const SendArgs& args) {
  if ((stack().stack().sysctl().tcp_fastopen & 1) == 0) return Errno(EOPNOTSUPP);
  if (args.to.empty()) return Errno(tcp_->state() == TcpState::kClose ? EINVAL : EISCONN);
  if (args.to.family() == abi::kAfUnspec) return Errno(EOPNOTSUPP);
  if (tcp_->state() == TcpState::kClose) {
    const netstack::SocketAddr peer = TRY(AddressToReach(args.to));
    if (tcp_->CanOpenFast(peer.addr)) {
      netstack::Stack::Scope scope(stack().stack());
      StackSource source(data);
      return tcp_->ConnectAndSend(peer, source);
    }
    tcp_->AskForCookie();
  }
  TRY(Connect(ctx, args.to, NonBlocking() || (args.flags & abi::kMsgDontwait) != 0));
  return size_t{0};
}

Result<size_t> TcpSocket::Send(OpContext& ctx, IoSource& data, SendArgs& args) {
  if ((args.flags & abi::kMsgFastopen) != 0) {
    const size_t early = TRY(ConnectToSend(ctx, data, args));
    args.flags &= ~abi::kMsgFastopen;  // What is left of the data is sent as ever.
    if (early != 0 || data.remaining() == 0) return early;
  }
  const bool tell = ZeroCopy(args.flags) && data.remaining() != 0;
  if (tell) TRY(tcp_->CheckZeroCopy());
  netstack::Stack::Scope scope(stack().stack());
  netstack::TcpSend how;
  how.oob = (args.flags & abi::kMsgOob) != 0;
  how.more = (args.flags & abi::kMsgMore) != 0;
  how.eor = (args.flags & abi::kMsgEor) != 0;
  StackSource source(data);
  const size_t sent = TRY(tcp_->Send(source, how));
  if (tell) {
    tcp_->NoteZeroCopy();
    args.flags &= ~abi::kMsgZerocopy;  // One note per call, however often it has to wait.
  }
  return sent;
}

// SO_RCVLOWAT: who may wait does so until that much is there (sock_rcvlowat() of Linux).
bool TcpSocket::EnoughToRead(const IoSink& data, uint32_t flags) const {
  const size_t low = static_cast<size_t>(std::max(1, options_.receive_low_water));
  if (low == 1 || NonBlocking() || (flags & abi::kMsgDontwait) != 0) return true;
  if (tcp_->ReceivedEof() || tcp_->pending_error() != 0) return true;
  return tcp_->ReadableBytes() >= std::min(low, data.remaining());
}

Result<size_t> TcpSocket::ReceiveStream(IoSink& data, uint32_t flags, Received& out) {
  const bool peek = (flags & abi::kMsgPeek) != 0;
  StackSink sink(data);
  if ((flags & abi::kMsgOob) != 0) {
    const size_t taken = TRY(tcp_->ReceiveUrgent(sink, peek));
    out.flags |= abi::kMsgOob;
    out.full_length = taken;
    return taken;
  }
  if (!EnoughToRead(data, flags)) return Errno(EAGAIN);
  netstack::TcpReceive how;
  how.peek = peek;
  how.discard = (flags & abi::kMsgTrunc) != 0;
  const bool offset_on = peek && options_.peek_offset >= 0;
  if (offset_on) how.peek_offset = static_cast<size_t>(options_.peek_offset);
  const size_t taken = TRY(tcp_->Receive(sink, how));
  if (offset_on) {
    options_.peek_offset += static_cast<int32_t>(taken);
  } else if (!peek && options_.peek_offset > 0) {
    options_.peek_offset = std::max(0, options_.peek_offset - static_cast<int32_t>(taken));
  }
  out.full_length = taken;
  if (tell_inq_) {
    const auto left = static_cast<int32_t>(tcp_->ReadableBytes());
    out.control.raw.push_back({abi::kSolTcp, abi::kTcpInq, OptionValue(left)});
  }
  return taken;
}

Result<size_t> TcpSocket::Receive(OpContext&, IoSink& data, uint32_t flags, Received& out) {
  if ((flags & abi::kMsgErrqueue) != 0) return ReceiveError(data, out);
  if (Listening()) return Errno(ENOTCONN);
  netstack::Stack::Scope scope(stack().stack());
  out.control.raw.clear();
  return ReceiveStream(data, flags, out);
}

Result<void> TcpSocket::Shutdown(OpContext&, int how) {
  netstack::Stack::Scope scope(stack().stack());
  const Result<void> done = tcp_->Shutdown(how != abi::kShutWr, how != abi::kShutRd);
  TellListening();
  return done;
}

Result<void> TcpSocket::SetFamilyOption(OpContext& ctx, int32_t level, int32_t name,
                                        std::span<const std::byte> value) {
  TRY(InetSocket::SetFamilyOption(ctx, level, name, value));
  if (level != abi::kSolSocket) return {};
  netstack::Stack::Scope scope(stack().stack());
  if (name == abi::kSoKeepalive) tcp_->SetKeepalive(options_.keepalive);
  if (name == abi::kSoRcvlowat) tcp_->SetReceiveLowWater(options_.receive_low_water);
  return {};
}

Result<uint64_t> TcpSocket::FamilyIoctl(OpContext&, UserMemory& memory, uint64_t request,
                                        uint64_t arg) {
  size_t answer = 0;
  switch (request) {
    case abi::kSiocinq:
      if (Listening()) return Errno(EINVAL);
      answer = tcp_->ReadableBytes();
      break;
    case abi::kSiocoutq:
      if (Listening()) return Errno(EINVAL);
      answer = tcp_->UnackedBytes();
      break;
    case abi::kSiocoutqnsd:
      if (Listening()) return Errno(EINVAL);
      answer = tcp_->UnsentBytes();
      break;
    case abi::kSiocatmark:
      answer = tcp_->AtMark() ? 1 : 0;
      break;
    default:
      return Errno(ENOTTY);
  }
  TRY(memory.CopyOut(UserPtr<int32_t>(arg), static_cast<int32_t>(answer)));
  return uint64_t{0};
}

Result<void> TcpSocket::Membership(int32_t, int32_t, std::span<const std::byte>) {
  return Errno(EPROTO);  // A stream has no groups (ip_mc_join_group()'s caller).
}

InetSocketInfo TcpSocket::Describe() {
  InetSocketInfo info = InetSocket::Describe();
  const netstack::TcpRow row = tcp_->Row();
  info.state = static_cast<uint8_t>(tcp_->state());
  info.receive_queue = row.rx_queue;
  info.send_queue = row.tx_queue;
  info.timer = row.timer;
  info.expires_ms = row.timer_ms;
  info.retransmits = row.retransmits;
  info.tcp_info = TcpInfoBytes(tcp_->Info());
  info.congestion = tcp_->congestion();
  info.congestion_info = CongestionBytes(*tcp_);
  return info;
}

}  // namespace sentry
