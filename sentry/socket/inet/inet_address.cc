// Socket addresses of AF_INET and AF_INET6 between guest and stack.
#include <arpa/inet.h>

#include "abi/linux/capability.h"
#include "sentry/socket/inet/inet_socket.h"

namespace sentry {
namespace {

constexpr size_t kSmallestIn6 = 24;  // SIN6_LEN_RFC2133: without sin6_scope_id.

netstack::SocketAddr FromIn(const abi::SockAddrIn& in) {
  return {netstack::IpAddress::V4Bytes(&in.sin_addr), ntohs(in.sin_port), 0};
}

netstack::SocketAddr FromIn6(const abi::SockAddrIn6& in6) {
  netstack::SocketAddr out{netstack::IpAddress::V6Bytes(in6.sin6_addr), ntohs(in6.sin6_port), 0};
  if (out.addr.NeedsScope()) out.scope = in6.sin6_scope_id;
  return out;
}

}  // namespace

// inet_bind() and inet6_bind() of Linux, in their order.
Result<netstack::SocketAddr> InetSocket::AddressToBind(OpContext& ctx,
                                                       const SocketAddress& address) {
  netstack::SocketAddr out;
  const netstack::Endpoint& own = endpoint();
  if (!IsV6()) {
    if (address.size() < sizeof(abi::SockAddrIn)) return Errno(EINVAL);
    const auto in = address.As<abi::SockAddrIn>();
    // "Compatibility games: accept AF_UNSPEC (mapped to AF_INET) only if s_addr is INADDR_ANY."
    const bool compatible = in.sin_family == abi::kAfUnspec && in.sin_addr == 0;
    if (in.sin_family != abi::kAfInet && !compatible) return Errno(EAFNOSUPPORT);
    out = FromIn(in);
  } else {
    if (address.size() < kSmallestIn6) return Errno(EINVAL);
    const auto in6 = address.As<abi::SockAddrIn6>();
    if (in6.sin6_family != abi::kAfInet6) return Errno(EAFNOSUPPORT);
    out = FromIn6(in6);
    if (out.addr.IsMulticast() && IsStream()) return Errno(EINVAL);
    if (out.addr.IsV4() && own.ip6.v6only) return Errno(EINVAL);
    if (out.addr.IsV6() && out.addr.IsLinkLocal() && out.scope == 0 &&
        own.options.bound_ifindex == 0) {
      return Errno(EINVAL);
    }
  }
  const netstack::Sysctl& sysctl = stack().stack().sysctl();
  const bool free = sysctl.ip_nonlocal_bind || own.ip4.freebind || own.ip4.transparent ||
                    own.ip6.freebind || own.ip6.transparent;
  const uint32_t device = out.scope != 0 ? out.scope : own.options.bound_ifindex;
  if (!free && !stack().stack().CanBind(out.addr, device)) return Errno(EADDRNOTAVAIL);
  if (type_ != abi::kSockRaw && out.port != 0 && out.port < sysctl.ip_unprivileged_port_start &&
      protocol_ != abi::kIpprotoIcmp && protocol_ != abi::kIpprotoIcmpv6 &&
      !network().Allows(ctx, abi::kCapNetBindService)) {
    return Errno(EACCES);
  }
  return out;
}

Result<netstack::SocketAddr> InetSocket::AddressToReach(const SocketAddress& address) {
  const netstack::Endpoint& own = endpoint();
  netstack::SocketAddr out;
  const uint16_t family = address.family();
  if (IsV6() && family != abi::kAfInet) {
    if (address.size() < kSmallestIn6) return Errno(EINVAL);
    if (family != abi::kAfInet6) return Errno(EAFNOSUPPORT);
    out = FromIn6(address.As<abi::SockAddrIn6>());
    if (out.addr.IsV4() && own.ip6.v6only) return Errno(ENETUNREACH);
  } else {
    if (address.size() < sizeof(abi::SockAddrIn)) return Errno(EINVAL);
    // A datagram socket of IPv6 takes an address of IPv4 as if it were mapped.
    if (IsV6() && (IsStream() || own.ip6.v6only)) return Errno(EAFNOSUPPORT);
    const bool unspecified = family == abi::kAfUnspec && !IsStream();
    if (family != abi::kAfInet && !unspecified) return Errno(EAFNOSUPPORT);
    out = FromIn(address.As<abi::SockAddrIn>());
  }
  if (!out.addr.IsAny()) return out;
  const Result<netstack::SocketAddr> local = own.LocalAddress();
  const bool bound = local.ok() && !local->addr.IsAny();
  if (out.addr.IsV4()) {
    out.addr = bound && local->addr.IsV4() ? local->addr : netstack::IpAddress::LoopbackV4();
  } else {
    const bool mapped = local.ok() && local->addr.IsV4();
    out.addr = mapped ? netstack::IpAddress::LoopbackV4() : netstack::IpAddress::LoopbackV6();
  }
  return out;
}

SocketAddress InetSocket::ToGuest(const netstack::SocketAddr& address) const {
  if (!IsV6()) {
    abi::SockAddrIn in{};
    in.sin_family = abi::kAfInet;
    in.sin_port = htons(address.port);
    std::memcpy(&in.sin_addr, address.addr.bytes().data() + 12, sizeof(in.sin_addr));
    return SocketAddress::Of(in);
  }
  abi::SockAddrIn6 in6{};
  in6.sin6_family = abi::kAfInet6;
  in6.sin6_port = htons(address.port);
  std::memcpy(in6.sin6_addr, address.addr.bytes().data(), sizeof(in6.sin6_addr));
  if (address.addr.NeedsScope()) in6.sin6_scope_id = address.scope;
  return SocketAddress::Of(in6);
}

}  // namespace sentry
