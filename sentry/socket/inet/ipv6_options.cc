// Options of level SOL_IPV6 (ipv6(7), RFC 3542); the order of checks is do_ipv6_setsockopt()'s.
#include "abi/linux/capability.h"
#include "abi/linux/ipv6.h"
#include "sentry/socket/inet/inet_socket.h"

namespace sentry {
namespace {

bool AsksForControl6(int32_t name) {
  switch (name) {
    case abi::kIpv6Recvpktinfo:
    case abi::kIpv62292pktinfo:
    case abi::kIpv6Recvhoplimit:
    case abi::kIpv62292hoplimit:
    case abi::kIpv6Recvtclass:
    case abi::kIpv6Flowinfo:
    case abi::kIpv6Recvhopopts:
    case abi::kIpv6Recvdstopts:
    case abi::kIpv6Recvrthdr:
    case abi::kIpv6Recvfragsize:
    case abi::kIpv6Recvpathmtu:
    case abi::kIpv6Recvorigdstaddr:
      return true;
    default:
      return false;
  }
}

// ipv6_set_opt_hdr() of Linux: a header says its length in units of 8 bytes, the first not counted;
// what follows it is passed over.
Result<std::span<const std::byte>> ExtensionHeader(std::span<const std::byte> value) {
  constexpr size_t kUnit = 8, kMost = 8 * 255;
  if (value.empty()) return value;
  if (value.size() < 2 || value.size() % kUnit != 0 || value.size() > kMost) return Errno(EINVAL);
  const size_t size = (static_cast<size_t>(value[1]) + 1) * kUnit;
  if (size > value.size()) return Errno(EINVAL);
  return value.first(size);
}

bool* FlagOf6(netstack::Endpoint& own, int32_t name) {
  switch (name) {
    case abi::kIpv6Recverr:
      return &own.ip6.recverr;
    case abi::kIpv6RecverrRfc4884:
      return &own.ip6.recverr_rfc4884;
    case abi::kIpv6MulticastLoop:
      return &own.ip6.multicast_loop;
    case abi::kIpv6MulticastAll:
      return &own.ip6.multicast_all;
    case abi::kIpv6FlowinfoSend:
      return &own.ip6.flowinfo_send;
    case abi::kIpv6Autoflowlabel:
      return &own.ip6.auto_flowlabel;
    case abi::kIpv6Dontfrag:
      return &own.ip6.dont_fragment;
    case abi::kIpv6Freebind:
      return &own.ip6.freebind;
    case abi::kIpv6Transparent:
      return &own.ip6.transparent;
    default:
      return nullptr;
  }
}

}  // namespace

Result<void> InetSocket::SetIpv6Option(OpContext& ctx, int32_t name,
                                       std::span<const std::byte> value) {
  netstack::Stack::Scope scope(stack().stack());
  netstack::Endpoint& own = endpoint();
  switch (name) {
    case abi::kIpv6AddMembership:
    case abi::kIpv6DropMembership:
    case abi::kIpv6JoinAnycast:
    case abi::kIpv6LeaveAnycast:
    case abi::kMcastJoinGroup:
    case abi::kMcastJoinGroup + 1:
    case abi::kMcastJoinGroup + 2:
    case abi::kMcastLeaveGroup:
    case abi::kMcastLeaveGroup + 1:
    case abi::kMcastLeaveGroup + 2:
      return Membership(abi::kSolIpv6, name, value);
    case abi::kIpv6Hopopts:
    case abi::kIpv6Dstopts:
    case abi::kIpv6Rthdr: {
      if (name != abi::kIpv6Rthdr && !network().Allows(ctx, abi::kCapNetRaw)) {
        return Errno(EPERM);
      }
      const std::span<const std::byte> header = TRY(ExtensionHeader(value));
      if (name == abi::kIpv6Hopopts) {
        own.SetHopOptions(header);
      } else if (name == abi::kIpv6Dstopts) {
        own.SetDestinationOptions(header);
      } else if (!header.empty()) {
        return Errno(EINVAL);  // No type of it is known, as without mobility and segment routing.
      }
      return {};
    }
    default:
      break;
  }
  const int32_t number =
      value.size() >= sizeof(int32_t) ? TRY(OptionAs<int32_t>(value)) : int32_t{0};
  const bool whole = value.size() >= sizeof(int32_t);
  if (AsksForControl6(name)) {
    if (!whole) return Errno(EINVAL);
    wants_ipv6_.set(static_cast<size_t>(name), number != 0);
    return {};
  }
  if (bool* flag = FlagOf6(own, name)) {
    if (!whole) return Errno(EINVAL);
    if (name == abi::kIpv6Transparent && number != 0 && !network().Allows(ctx, abi::kCapNetRaw) &&
        !network().Allows(ctx, abi::kCapNetAdmin)) {
      return Errno(EPERM);
    }
    if (name == abi::kIpv6MulticastLoop && number != 0 && number != 1) return Errno(EINVAL);
    *flag = number != 0;
    if (name == abi::kIpv6Recverr && number == 0) {
      while (own.TakeQueuedError()) {
      }
    }
    return {};
  }
  switch (name) {
    case abi::kIpv6V6only: {
      const Result<netstack::SocketAddr> local = own.LocalAddress();
      if (!whole || (local.ok() && local->port != 0)) return Errno(EINVAL);
      own.ip6.v6only = number != 0;
      return {};
    }
    case abi::kIpv6UnicastHops:
      if (!whole || number < -1 || number > 255) return Errno(EINVAL);
      own.ip6.unicast_hops = number;
      return {};
    case abi::kIpv6MulticastHops:
      if (IsStream()) return Errno(ENOPROTOOPT);
      if (!whole || number < -1 || number > 255) return Errno(EINVAL);
      own.ip6.multicast_hops = number;
      return {};
    case abi::kIpv6MulticastIf:
      if (IsStream()) return Errno(ENOPROTOOPT);
      if (!whole || number < 0) return Errno(EINVAL);
      if (number != 0 && stack().stack().FindInterface(static_cast<uint32_t>(number)) == nullptr) {
        return Errno(ENODEV);
      }
      own.ip6.multicast_ifindex = static_cast<uint32_t>(number);
      return {};
    case abi::kIpv6Tclass:
      if (!whole || number < -1 || number > 255) return Errno(EINVAL);
      own.ip6.traffic_class = number;
      return {};
    case abi::kIpv6MtuDiscover:
      if (!whole || number < 0 || number > abi::kIpPmtudiscOmit) return Errno(EINVAL);
      own.ip6.pmtu = static_cast<netstack::PmtuDiscovery>(number);
      return {};
    case abi::kIpv6Mtu:
      if (!whole || (number != 0 && number < 1280)) return Errno(EINVAL);
      own.ip6.mtu = static_cast<uint32_t>(number);
      return {};
    case abi::kIpv6Minhopcount:
      if (!whole || number < 0 || number > 255) return Errno(EINVAL);
      own.ip6.min_hopcount = static_cast<uint8_t>(number);
      return {};
    case abi::kIpv6Checksum:
      if (type_ != abi::kSockRaw || protocol_ == abi::kIpprotoIcmpv6) return Errno(EINVAL);
      if (!whole || (number > 0 && number % 2 != 0)) return Errno(EINVAL);
      own.ip6.checksum_offset = number < 0 ? -1 : number;
      return {};
    default:
      return Errno(ENOPROTOOPT);
  }
}

Result<OptionBytes> InetSocket::GetIpv6Option(int32_t name) {
  netstack::Endpoint& own = endpoint();
  if (AsksForControl6(name)) {
    return OptionValue(int32_t{wants_ipv6_.test(static_cast<size_t>(name)) ? 1 : 0});
  }
  if (bool* flag = FlagOf6(own, name)) return OptionValue(int32_t{*flag ? 1 : 0});
  const netstack::Sysctl& sysctl = stack().stack().sysctl();
  switch (name) {
    case abi::kIpv6V6only:
      return OptionValue(int32_t{own.ip6.v6only ? 1 : 0});
    case abi::kIpv6UnicastHops:
      return OptionValue(own.ip6.unicast_hops < 0 ? int32_t{sysctl.ipv6_hop_limit}
                                                  : int32_t{own.ip6.unicast_hops});
    case abi::kIpv6MulticastHops:
      return OptionValue(own.ip6.multicast_hops < 0 ? int32_t{1} : int32_t{own.ip6.multicast_hops});
    case abi::kIpv6MulticastIf:
      return OptionValue(own.ip6.multicast_ifindex);
    case abi::kIpv6Tclass:
      return OptionValue(own.ip6.traffic_class < 0 ? int32_t{0} : int32_t{own.ip6.traffic_class});
    case abi::kIpv6MtuDiscover:
      return OptionValue(static_cast<int32_t>(own.ip6.pmtu));
    case abi::kIpv6Mtu: {
      const netstack::SocketAddr peer = TRY(own.PeerAddress());
      const auto route = TRY(stack().stack().FindRoute(peer.addr, {}, own.options.bound_ifindex));
      return OptionValue(static_cast<int32_t>(route.mtu));
    }
    case abi::kIpv6Minhopcount:
      return OptionValue(int32_t{own.ip6.min_hopcount});
    case abi::kIpv6Checksum:
      if (type_ != abi::kSockRaw) return Errno(ENOPROTOOPT);
      return OptionValue(int32_t{own.ip6.checksum_offset});
    case abi::kIpv6Hopopts:
      return own.ip6.hop_options;
    case abi::kIpv6Dstopts:
      return own.ip6.dst_options;
    case abi::kIpv6Rthdr:
      return OptionBytes();
    default:
      return Errno(ENOPROTOOPT);
  }
}

}  // namespace sentry
