// Options of level SOL_IP (ip(7)); the order of checks is do_ip_setsockopt()'s.
#include <arpa/inet.h>

#include "abi/linux/capability.h"
#include "sentry/socket/inet/inet_socket.h"

namespace sentry {
namespace {

// An int, or one byte where that is all that was given; 0 when there was nothing.
int32_t NumberOrByte(std::span<const std::byte> value) {
  if (value.size() >= sizeof(int32_t)) {
    int32_t number;
    std::memcpy(&number, value.data(), sizeof(number));
    return number;
  }
  return value.empty() ? 0 : static_cast<int32_t>(value.front());
}

// Options that ask for a control message with each datagram.
bool AsksForControl(int32_t name) {
  return name == abi::kIpPktinfo || name == abi::kIpRecvttl || name == abi::kIpRecvtos ||
         name == abi::kIpRecvopts || name == abi::kIpRetopts || name == abi::kIpRecvorigdstaddr ||
         name == abi::kIpRecvfragsize;
}

bool* FlagOf(netstack::Endpoint& own, int32_t name) {
  switch (name) {
    case abi::kIpRecverr:
      return &own.ip4.recverr;
    case abi::kIpRecverrRfc4884:
      return &own.ip4.recverr_rfc4884;
    case abi::kIpFreebind:
      return &own.ip4.freebind;
    case abi::kIpTransparent:
      return &own.ip4.transparent;
    case abi::kIpBindAddressNoPort:
      return &own.ip4.bind_address_no_port;
    case abi::kIpMulticastLoop:
      return &own.ip4.multicast_loop;
    case abi::kIpMulticastAll:
      return &own.ip4.multicast_all;
    case abi::kIpHdrincl:
      return &own.ip4.header_included;
    default:
      return nullptr;
  }
}

Result<void> SetMulticastInterface(InetStack& stack, netstack::Endpoint& own,
                                   std::span<const std::byte> value) {
  abi::IpMreqn request{};
  if (value.size() < sizeof(uint32_t)) return Errno(EINVAL);
  if (value.size() >= sizeof(request)) {
    request = TRY(OptionAs<abi::IpMreqn>(value));
  } else if (value.size() >= 2 * sizeof(uint32_t)) {
    std::memcpy(&request, value.data(), 2 * sizeof(uint32_t));
  } else {
    request.imr_address = TRY(OptionAs<uint32_t>(value));
  }
  uint32_t index = static_cast<uint32_t>(request.imr_ifindex);
  const auto address = netstack::IpAddress::V4Bytes(&request.imr_address);
  if (index == 0 && !address.IsAny()) {
    for (const netstack::Interface* device : stack.stack().interfaces()) {
      if (device->FindAddress(address) != nullptr) index = device->index();
    }
    if (index == 0) return Errno(EADDRNOTAVAIL);
  }
  if (index != 0 && stack.stack().FindInterface(index) == nullptr) return Errno(EADDRNOTAVAIL);
  own.ip4.multicast_ifindex = index;
  own.ip4.multicast_source = address;
  return {};
}

}  // namespace

Result<void> InetSocket::SetIpOption(OpContext& ctx, int32_t name,
                                     std::span<const std::byte> value) {
  netstack::Stack::Scope scope(stack().stack());
  netstack::Endpoint& own = endpoint();
  const int32_t number = NumberOrByte(value);
  if (AsksForControl(name)) {
    wants_ip_.set(static_cast<size_t>(name), number != 0);
    return {};
  }
  if (bool* flag = FlagOf(own, name)) {
    if (name == abi::kIpHdrincl && type_ != abi::kSockRaw) return Errno(ENOPROTOOPT);
    if (value.empty() && name != abi::kIpRecverr && name != abi::kIpHdrincl) return Errno(EINVAL);
    if (name == abi::kIpTransparent && number != 0 && !network().Allows(ctx, abi::kCapNetRaw) &&
        !network().Allows(ctx, abi::kCapNetAdmin)) {
      return Errno(EPERM);
    }
    if (name == abi::kIpMulticastAll && number != 0 && number != 1) return Errno(EINVAL);
    *flag = number != 0;
    if (name == abi::kIpRecverr && number == 0) {
      while (own.TakeQueuedError()) {
      }
    }
    return {};
  }
  switch (name) {
    case abi::kIpTos: {
      // A stream keeps the two bits that say ECN.
      constexpr int32_t kEcn = 3;
      own.ip4.tos =
          static_cast<uint8_t>(IsStream() ? (number & ~kEcn) | (own.ip4.tos & kEcn) : number);
      return {};
    }
    case abi::kIpTtl:
      if (value.empty()) return Errno(EINVAL);
      if (number != -1 && (number < 1 || number > 255)) return Errno(EINVAL);
      own.ip4.ttl = number;
      return {};
    case abi::kIpMinttl:
      if (value.empty() || number < 0 || number > 255) return Errno(EINVAL);
      own.ip4.min_ttl = static_cast<uint8_t>(number);
      return {};
    case abi::kIpMtuDiscover:
      if (number < abi::kIpPmtudiscDont || number > abi::kIpPmtudiscOmit) return Errno(EINVAL);
      own.ip4.pmtu = static_cast<netstack::PmtuDiscovery>(number);
      return {};
    case abi::kIpMulticastTtl:
      if (IsStream() || value.empty()) return Errno(EINVAL);
      if (number < -1 || number > 255) return Errno(EINVAL);
      own.ip4.multicast_ttl = static_cast<uint8_t>(number == -1 ? 1 : number);
      return {};
    case abi::kIpMulticastIf:
      if (IsStream()) return Errno(EINVAL);
      return SetMulticastInterface(stack(), own, value);
    case abi::kIpUnicastIf: {
      if (value.size() != sizeof(int32_t)) return Errno(EINVAL);
      const uint32_t index = ntohl(static_cast<uint32_t>(number));
      if (index != 0 && stack().stack().FindInterface(index) == nullptr) {
        return Errno(EADDRNOTAVAIL);
      }
      own.ip4.unicast_ifindex = index;
      return {};
    }
    case abi::kIpLocalPortRange: {
      if (value.size() != sizeof(uint32_t)) return Errno(EINVAL);
      const uint32_t range = static_cast<uint32_t>(number);
      const uint16_t low = static_cast<uint16_t>(range), high = static_cast<uint16_t>(range >> 16);
      if (low != 0 && high != 0 && low > high) return Errno(EINVAL);
      own.ip4.port_range_low = low;
      own.ip4.port_range_high = high;
      return {};
    }
    case abi::kIpOptions:
      if (value.size() > 40) return Errno(EINVAL);
      own.ip4.options.assign(value.begin(), value.end());
      own.ip4.options.resize((value.size() + 3) & ~size_t{3});
      own.OnIpOptions();
      return {};
    default:
      break;
  }
  if (name >= abi::kIpAddMembership && name <= abi::kIpMsfilter) {
    return Membership(abi::kSolIp, name, value);
  }
  if (name >= abi::kMcastJoinGroup && name <= abi::kMcastLeaveGroup + 3) {
    return Membership(abi::kSolIp, name, value);
  }
  return Errno(ENOPROTOOPT);
}

Result<OptionBytes> InetSocket::GetIpOption(int32_t name) {
  netstack::Endpoint& own = endpoint();
  if (AsksForControl(name)) {
    return OptionValue(int32_t{wants_ip_.test(static_cast<size_t>(name)) ? 1 : 0});
  }
  if (bool* flag = FlagOf(own, name)) {
    if (name == abi::kIpHdrincl && type_ != abi::kSockRaw) return Errno(ENOPROTOOPT);
    return OptionValue(int32_t{*flag ? 1 : 0});
  }
  switch (name) {
    case abi::kIpTos:
      return OptionValue(int32_t{own.ip4.tos});
    case abi::kIpTtl:
      return OptionValue(own.ip4.ttl == -1 ? int32_t{stack().stack().sysctl().ip_default_ttl}
                                           : int32_t{own.ip4.ttl});
    case abi::kIpMinttl:
      return OptionValue(int32_t{own.ip4.min_ttl});
    case abi::kIpMtuDiscover:
      return OptionValue(static_cast<int32_t>(own.ip4.pmtu));
    case abi::kIpMulticastTtl:
      return OptionValue(int32_t{own.ip4.multicast_ttl});
    case abi::kIpMulticastIf: {
      const auto wire =
          own.ip4.multicast_source.IsV4() ? own.ip4.multicast_source : netstack::IpAddress::AnyV4();
      return OptionValue(htonl(wire.v4()));
    }
    case abi::kIpUnicastIf:
      return OptionValue(htonl(own.ip4.unicast_ifindex));
    case abi::kIpMtu: {
      const netstack::SocketAddr peer = TRY(endpoint().PeerAddress());
      const auto route = TRY(stack().stack().FindRoute(peer.addr, {}, own.options.bound_ifindex));
      return OptionValue(static_cast<int32_t>(route.mtu));
    }
    case abi::kIpLocalPortRange:
      return OptionValue(uint32_t{own.ip4.port_range_high} << 16 | own.ip4.port_range_low);
    case abi::kIpProtocol:
      return OptionValue(int32_t{protocol_});
    case abi::kIpOptions:
      return own.ip4.options;
    default:
      return Errno(ENOPROTOOPT);
  }
}

}  // namespace sentry
