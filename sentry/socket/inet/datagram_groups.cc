// Multicast groups (ip(7) IP_ADD_MEMBERSHIP and its kin, ipv6(7), RFC 3678).
#include "sentry/socket/inet/datagram_socket.h"

namespace sentry {
namespace {

struct IpMreqSource {  // struct ip_mreq_source
  uint32_t group, interface, source;
};
struct GroupReq {  // struct group_req
  uint32_t interface, pad;
  abi::SockAddrStorage group;
};
struct GroupSourceReq {  // struct group_source_req
  uint32_t interface, pad;
  abi::SockAddrStorage group, source;
};

netstack::IpAddress AddressOf(const abi::SockAddrStorage& storage) {
  if (storage.ss_family == abi::kAfInet) {
    abi::SockAddrIn in;
    std::memcpy(&in, &storage, sizeof(in));
    return netstack::IpAddress::V4Bytes(&in.sin_addr);
  }
  abi::SockAddrIn6 in6;
  std::memcpy(&in6, &storage, sizeof(in6));
  return netstack::IpAddress::V6Bytes(in6.sin6_addr);
}

// Index of the interface with the address; 0: by route.  ENODEV.
Result<uint32_t> InterfaceWith(const InetStack& stack, uint32_t address) {
  if (address == 0) return uint32_t{0};
  const auto wanted = netstack::IpAddress::V4Bytes(&address);
  for (const netstack::Interface* device : const_cast<InetStack&>(stack).stack().interfaces()) {
    if (device->FindAddress(wanted) != nullptr) return device->index();
  }
  return Errno(ENODEV);
}

struct Change {
  netstack::IpAddress group, source;
  uint32_t ifindex = 0;
};

Result<Change> ReadIpv4(const InetStack& stack, std::span<const std::byte> value) {
  abi::IpMreqn request{};
  if (value.size() < 2 * sizeof(uint32_t)) return Errno(EINVAL);
  if (value.size() >= sizeof(request)) {
    request = TRY(OptionAs<abi::IpMreqn>(value));
  } else {
    std::memcpy(&request, value.data(), 2 * sizeof(uint32_t));
  }
  Change out;
  out.group = netstack::IpAddress::V4Bytes(&request.imr_multiaddr);
  out.ifindex = request.imr_ifindex != 0 ? static_cast<uint32_t>(request.imr_ifindex)
                                         : TRY(InterfaceWith(stack, request.imr_address));
  return out;
}

Result<Change> ReadSource(const InetStack& stack, std::span<const std::byte> value) {
  if (value.size() != sizeof(IpMreqSource)) return Errno(EINVAL);
  const auto request = TRY(OptionAs<IpMreqSource>(value));
  Change out;
  out.group = netstack::IpAddress::V4Bytes(&request.group);
  out.source = netstack::IpAddress::V4Bytes(&request.source);
  out.ifindex = TRY(InterfaceWith(stack, request.interface));
  return out;
}

Result<Change> ReadGroupReq(int family, bool with_source, std::span<const std::byte> value) {
  Change out;
  abi::SockAddrStorage group;
  if (with_source) {
    const auto request = TRY(OptionAs<GroupSourceReq>(value));
    group = request.group;
    if (request.source.ss_family != family) return Errno(EADDRNOTAVAIL);
    out.source = AddressOf(request.source);
    out.ifindex = request.interface;
  } else {
    const auto request = TRY(OptionAs<GroupReq>(value));
    group = request.group;
    out.ifindex = request.interface;
  }
  if (group.ss_family != family) return Errno(with_source ? EADDRNOTAVAIL : EINVAL);
  out.group = AddressOf(group);
  return out;
}

}  // namespace

Result<void> DatagramSocket::Membership(int32_t level, int32_t name,
                                        std::span<const std::byte> value) {
  netstack::DatagramEndpoint& own = *datagram_;
  const bool v4 = level == abi::kSolIp;
  constexpr int32_t kMcastBlock = abi::kMcastJoinGroup + 1, kMcastUnblock = kMcastBlock + 1;
  constexpr int32_t kMcastJoinSource = abi::kMcastLeaveGroup + 1;
  constexpr int32_t kMcastLeaveSource = kMcastJoinSource + 1;
  Change change;
  if (v4 && (name == abi::kIpAddMembership || name == abi::kIpDropMembership)) {
    change = TRY(ReadIpv4(stack(), value));
  } else if (v4 && name >= abi::kIpUnblockSource && name <= abi::kIpDropSourceMembership) {
    change = TRY(ReadSource(stack(), value));
  } else if (!v4 && (name == abi::kIpv6AddMembership || name == abi::kIpv6DropMembership)) {
    const auto request = TRY(OptionAs<abi::Ipv6Mreq>(value));
    change.group = netstack::IpAddress::V6Bytes(request.ipv6mr_multiaddr);
    change.ifindex = static_cast<uint32_t>(request.ipv6mr_ifindex);
  } else if (name >= abi::kMcastJoinGroup && name <= kMcastLeaveSource) {
    const bool group_only = name == abi::kMcastJoinGroup || name == abi::kMcastLeaveGroup;
    change = TRY(ReadGroupReq(v4 ? abi::kAfInet : abi::kAfInet6, !group_only, value));
  } else {
    return Errno(ENOPROTOOPT);
  }
  if (!change.group.IsMulticast() || change.group.IsV4() != v4) return Errno(EINVAL);
  switch (name) {
    case abi::kIpAddMembership:
    case abi::kIpAddSourceMembership:
    case abi::kMcastJoinGroup:
    case kMcastJoinSource:
      return own.JoinGroup(change.group, change.ifindex, change.source);
    case abi::kIpBlockSource:
    case kMcastBlock:
      return own.BlockSource(change.group, change.ifindex, change.source);
    case abi::kIpUnblockSource:
    case kMcastUnblock:
      return own.UnblockSource(change.group, change.ifindex, change.source);
    case abi::kIpv6AddMembership:
      return own.JoinGroup(change.group, change.ifindex);
    default:
      return own.LeaveGroup(change.group, change.ifindex, change.source);
  }
}

}  // namespace sentry
