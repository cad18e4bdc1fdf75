#include "sentry/socket/inet/datagram_socket.h"

#include <algorithm>

#include "abi/linux/ioctl.h"
#include "sentry/mm/user_memory.h"
#include "sentry/socket/inet/inet_io.h"

namespace sentry {

DatagramSocket::DatagramSocket(InetStack& stack, Network& network, Path path, uint32_t flags,
                               int family, int type, int protocol,
                               netstack::Ref<netstack::DatagramEndpoint> endpoint)
    : InetSocket(stack, network, std::move(path), flags, family, type, protocol),
      datagram_(std::move(endpoint)) {
  Attach();
}

DatagramSocket::~DatagramSocket() {
  netstack::Stack::Scope scope(stack().stack());
  Detach();
  datagram_->Close();
}

netstack::UdpEndpoint* DatagramSocket::udp() const {
  return dynamic_cast<netstack::UdpEndpoint*>(datagram_.get());
}
netstack::RawEndpoint* DatagramSocket::raw() const {
  return dynamic_cast<netstack::RawEndpoint*>(datagram_.get());
}

Result<void> DatagramSocket::Bind(OpContext& ctx, const SocketAddress& address) {
  netstack::Stack::Scope scope(stack().stack());
  return datagram_->Bind(TRY(AddressToBind(ctx, address)));
}

Result<void> DatagramSocket::Connect(OpContext&, const SocketAddress& address, bool) {
  netstack::Stack::Scope scope(stack().stack());
  if (address.size() < sizeof(uint16_t)) return Errno(EINVAL);
  if (address.family() == abi::kAfUnspec) return datagram_->Disconnect();
  return datagram_->Connect(TRY(AddressToReach(address)));
}

Result<size_t> DatagramSocket::Send(OpContext& ctx, IoSource& data, SendArgs& args) {
  constexpr size_t kMostBytes = 0xffff;
  if (data.remaining() > kMostBytes) return Errno(EMSGSIZE);
  if ((args.flags & abi::kMsgOob) != 0) return Errno(EOPNOTSUPP);
  netstack::Stack::Scope scope(stack().stack());
  netstack::DatagramSend send;
  if (!args.to.empty()) {
    const uint16_t family = args.to.family();
    if (IsV6() && family != abi::kAfInet6 && family != abi::kAfInet) return Errno(EINVAL);
    send.to = TRY(AddressToReach(args.to));
    if (send.to->port == 0 && udp() != nullptr) return Errno(EINVAL);
  }
  send.dont_route = (args.flags & abi::kMsgDontroute) != 0;
  send.confirm = (args.flags & abi::kMsgConfirm) != 0;
  send.more = (args.flags & abi::kMsgMore) != 0;
  TRY(ReadControl(ctx, args.control, send));
  const bool tell = ZeroCopy(args.flags) && data.remaining() != 0;
  if (tell) TRY(datagram_->CheckZeroCopy());
  StackSource source(data);
  const size_t sent = TRY(datagram_->Send(source, send));
  if (tell) datagram_->NoteZeroCopy();
  return sent;
}

Result<size_t> DatagramSocket::Receive(OpContext&, IoSink& data, uint32_t flags, Received& out) {
  if ((flags & abi::kMsgErrqueue) != 0) return ReceiveError(data, out);
  // UDP does not look at it, raw and ping sockets do.
  if ((flags & abi::kMsgOob) != 0 && udp() == nullptr) return Errno(EOPNOTSUPP);
  netstack::Stack::Scope scope(stack().stack());
  netstack::DatagramReceive how;
  how.peek = (flags & abi::kMsgPeek) != 0;
  const bool offset_on = how.peek && options_.peek_offset >= 0;
  if (offset_on) how.peek_offset = static_cast<size_t>(options_.peek_offset);
  netstack::DatagramInfo info;
  StackSink sink(data);
  const size_t taken = TRY(datagram_->Receive(sink, how, &info));
  out.full_length = info.full_length;
  if (datagram_->receive_shut() && info.full_length == 0 && info.ifindex == 0) return taken;
  if (offset_on) options_.peek_offset += static_cast<int32_t>(taken);
  if (info.full_length > taken) out.flags |= abi::kMsgTrunc;
  netstack::SocketAddr from = info.source;
  if (from.addr.NeedsScope()) from.scope = info.ifindex;
  out.from = ToGuest(from);
  WriteControl(info, out.control);
  return taken;
}

Result<void> DatagramSocket::Shutdown(OpContext&, int how) {
  netstack::Stack::Scope scope(stack().stack());
  return datagram_->Shutdown(how != abi::kShutWr, how != abi::kShutRd);
}

Result<uint64_t> DatagramSocket::FamilyIoctl(OpContext&, UserMemory& memory, uint64_t request,
                                             uint64_t arg) {
  size_t answer = 0;
  if (request == abi::kSiocinq) {
    answer = datagram_->NextLength();
  } else if (request == abi::kSiocoutq) {
    answer = datagram_->PendingOutput();
  } else {
    return Errno(ENOTTY);
  }
  TRY(memory.CopyOut(UserPtr<int32_t>(arg), static_cast<int32_t>(answer)));
  return uint64_t{0};
}

InetSocketInfo DatagramSocket::Describe() {
  InetSocketInfo info = InetSocket::Describe();
  info.state = static_cast<uint8_t>(datagram_->connected() ? abi::kTcpEstablished : abi::kTcpClose);
  info.receive_queue = static_cast<uint32_t>(datagram_->receive_queue_bytes());
  info.send_queue = static_cast<uint32_t>(datagram_->PendingOutput());
  info.shutdown =
      static_cast<uint8_t>((datagram_->receive_shut() ? 1 : 0) | (datagram_->send_shut() ? 2 : 0));
  info.drops = datagram_->drops();
  info.raw = raw() != nullptr;
  info.ping = udp() == nullptr && raw() == nullptr;
  // A raw socket's "port" is its protocol (raw_get_first() of Linux).
  if (raw() != nullptr) info.local_port = static_cast<uint16_t>(protocol_);
  return info;
}

}  // namespace sentry
