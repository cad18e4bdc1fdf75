#include "sentry/socket/inet/inet_socket.h"

#include "abi/linux/socket.h"

namespace sentry {

InetSocket::InetSocket(InetStack& stack, Network& network, Path path, uint32_t flags, int family,
                       int type, int protocol)
    : Socket(stack.kernel(), std::move(path), flags, family, type, protocol),
      network_(&network),
      stack_(&stack) {}

InetSocket::~InetSocket() = default;

void InetSocket::Attach() {
  endpoint().SetObserver(this);
  stack_->sockets().insert(this);
}

void InetSocket::Detach() {
  stack_->sockets().erase(this);
  endpoint().SetObserver(nullptr);
}

Result<SocketAddress> InetSocket::LocalAddress() {
  return ToGuest(TRY(endpoint().LocalAddress()));
}

Result<SocketAddress> InetSocket::PeerAddress() {
  return ToGuest(TRY(endpoint().PeerAddress()));
}

Result<OptionBytes> InetSocket::GetFamilyOption(OpContext&, int32_t level, int32_t name) {
  switch (level) {
    case abi::kSolSocket:
      return GetSocketOption(name);
    case abi::kSolIp:
      // An AF_INET6 socket has them too, for what it does with IPv4.
      return GetIpOption(name);
    case abi::kSolIpv6:
      return IsV6() ? GetIpv6Option(name) : Errno(EOPNOTSUPP);  // do_ip_getsockopt()
    default:
      return GetTransportOption(level, name);
  }
}

Result<void> InetSocket::SetFamilyOption(OpContext& ctx, int32_t level, int32_t name,
                                         std::span<const std::byte> value) {
  switch (level) {
    case abi::kSolSocket:
      return SetSocketOption(ctx, name, value);
    case abi::kSolIp:
      return SetIpOption(ctx, name, value);
    case abi::kSolIpv6:
      return IsV6() ? SetIpv6Option(ctx, name, value) : Errno(ENOPROTOOPT);
    default:
      return SetTransportOption(ctx, level, name, value);
  }
}

InetSocketInfo InetSocket::Describe() {
  InetSocketInfo info;
  info.family = static_cast<uint16_t>(family_);
  info.protocol = protocol_;
  const netstack::Endpoint& own = endpoint();
  auto fill = [this](const Result<netstack::SocketAddr>& from, IpAddress& address, uint16_t& port) {
    address = IpAddress::Any(static_cast<uint16_t>(family_));
    if (!from.ok()) return;
    std::memcpy(address.bytes.data(), IsV6() ? from->addr.bytes().data() : from->addr.wire().data(),
                address.size());
    port = from->port;
  };
  fill(own.LocalAddress(), info.local, info.local_port);
  fill(own.PeerAddress(), info.remote, info.remote_port);
  info.device = own.options.bound_ifindex;
  info.uid = inode()->uid();
  info.inode = inode()->ino();
  info.mark = own.options.mark;
  info.tos = own.ip4.tos;
  info.v6_only = own.ip6.v6only;
  info.receive_buffer = own.receive_buffer();
  info.send_buffer = own.send_buffer();
  info.references = 2;  // Its description and its endpoint.
  return info;
}

}  // namespace sentry
