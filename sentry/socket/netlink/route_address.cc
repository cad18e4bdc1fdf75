// rtnetlink(7): RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR.
#include <algorithm>

#include "sentry/socket/netlink/route_messages.h"
#include "sentry/time/time.h"

namespace sentry {
namespace {

struct CacheInfo {  // struct ifa_cacheinfo
  uint32_t preferred, valid, created, updated;
};

// Of `seconds` from `since` on; all ones are for ever.
uint32_t Remaining(uint32_t seconds, uint32_t since) {
  if (seconds == ~0u) return seconds;
  const auto now = static_cast<uint32_t>(MonotonicNow().ns / 10'000'000);
  const uint32_t passed = (now - since) / 100;
  return seconds > passed ? seconds - passed : 0;
}

uint8_t ScopeOf6(const IpAddress& address) {
  constexpr uint8_t kSite = 200;
  if (address == IpAddress::Loopback6()) return abi::kRtScopeHost;
  if (address.IsLinkLocal6()) return abi::kRtScopeLink;
  if (address.bytes[0] == 0xfe && (address.bytes[1] & 0xc0) == 0xc0) return kSite;
  return abi::kRtScopeUniverse;
}

// What a request says, for both adding and removing.
Result<InterfaceAddress> ReadAddress(NetlinkRequest& request, Network& network) {
  if (!request.Holds<abi::Ifaddrmsg>()) return Errno(EINVAL);
  const auto head = request.Fixed<abi::Ifaddrmsg>();
  if (head.ifa_family != abi::kAfInet && head.ifa_family != abi::kAfInet6) {
    return Errno(EAFNOSUPPORT);
  }
  const NetlinkAttributes attributes = TRY(request.Attributes(sizeof(abi::Ifaddrmsg)));
  InterfaceAddress out;
  out.device = static_cast<int32_t>(head.ifa_index);
  out.prefix_length = head.ifa_prefixlen;
  out.local = TRY(attributes.Address(abi::kIfaLocal, head.ifa_family));
  out.peer = TRY(attributes.Address(abi::kIfaAddress, head.ifa_family));
  if (out.local.Empty() && head.ifa_family == abi::kAfInet6) out.local = out.peer;
  const bool removing = request.header.nlmsg_type == abi::kRtmDeladdr;
  if (out.local.Empty() && removing) out.local = out.peer;
  if (out.local.Empty()) return request.Refuse(EINVAL, "ipv4: Local address is not supplied");
  if (out.peer.Empty()) out.peer = out.local;
  if (out.prefix_length > out.local.bits()) return request.Refuse(EINVAL, "Invalid prefix length");
  const NetDevice* device = network.Find(out.device);
  if (device == nullptr) return request.Refuse(ENODEV, "Device not found");
  out.flags = head.ifa_flags;
  if (auto flags = TRY(attributes.Get<uint32_t>(abi::kIfaFlags))) out.flags = *flags;
  out.flags |= abi::kIfaFPermanent;
  out.broadcast = TRY(attributes.Address(abi::kIfaBroadcast, head.ifa_family));
  if (auto protocol = TRY(attributes.Get<uint8_t>(abi::kIfaProto))) out.protocol = *protocol;
  if (auto times = TRY(attributes.Get<CacheInfo>(abi::kIfaCacheinfo))) {
    if (times->valid == 0 || times->preferred > times->valid) return Errno(EINVAL);
    out.valid_seconds = times->valid;
    out.preferred_seconds = times->preferred;
    if (times->valid != ~0u) out.flags &= ~uint32_t{abi::kIfaFPermanent};
  }
  if (head.ifa_family == abi::kAfInet) {
    out.scope = head.ifa_scope;
    out.label = attributes.Has(abi::kIfaLabel) ? attributes.Text(abi::kIfaLabel) : device->name;
  } else {
    out.scope = ScopeOf6(out.local);
  }
  return out;
}

// Those of a device as Linux keeps them: of IPv6 the wide scopes first, then the latest
// (ipv6_link_dev_addr()).
std::vector<const InterfaceAddress*> InOrder(const Network& network, int32_t device,
                                             uint16_t family) {
  std::vector<const InterfaceAddress*> all;
  for (const InterfaceAddress& address : network.addresses()) {
    if (address.device == device && address.local.family == family) all.push_back(&address);
  }
  if (family != abi::kAfInet6) return all;
  std::reverse(all.begin(), all.end());
  std::stable_sort(
      all.begin(), all.end(),
      [](const InterfaceAddress* a, const InterfaceAddress* b) { return a->scope < b->scope; });
  return all;
}

void SendAddress(NetlinkRequest& request, const InterfaceAddress& address) {
  NetlinkMessage reply = request.Reply(abi::kRtmNewaddr);
  WriteAddress(reply, address);
  request.Send(std::move(reply));
}

}  // namespace

void WriteAddress(NetlinkMessage& message, const InterfaceAddress& address) {
  abi::Ifaddrmsg head{};
  head.ifa_family = static_cast<uint8_t>(address.local.family);
  head.ifa_prefixlen = address.prefix_length;
  head.ifa_flags = static_cast<uint8_t>(address.flags);
  head.ifa_scope = address.scope;
  head.ifa_index = static_cast<uint32_t>(address.device);
  message.Fixed(head);
  const bool v4 = address.local.family == abi::kAfInet;
  message.Put(abi::kIfaAddress, address.peer);
  if (v4 || address.peer != address.local) message.Put(abi::kIfaLocal, address.local);
  if (!address.broadcast.Empty()) message.Put(abi::kIfaBroadcast, address.broadcast);
  if (!address.label.empty()) message.PutText(abi::kIfaLabel, address.label);
  if (address.protocol != 0) message.Put(abi::kIfaProto, address.protocol);
  message.Put(abi::kIfaFlags, address.flags);
  message.Put(abi::kIfaCacheinfo, CacheInfo{Remaining(address.preferred_seconds, address.updated),
                                            Remaining(address.valid_seconds, address.updated),
                                            address.created, address.updated});
}

// Linux has the request for IPv6 alone.
Result<void> GetAddress(NetlinkRequest& request, Network& network) {
  if (request.Fixed<abi::Ifaddrmsg>().ifa_family != abi::kAfInet6) return Errno(EOPNOTSUPP);
  if (!request.Holds<abi::Ifaddrmsg>()) return Errno(EINVAL);
  const NetlinkAttributes attributes = TRY(request.Attributes(sizeof(abi::Ifaddrmsg)));
  const IpAddress wanted = TRY(attributes.Address(abi::kIfaAddress, abi::kAfInet6));
  if (wanted.Empty()) return Errno(EINVAL);
  const auto index = static_cast<int32_t>(request.Fixed<abi::Ifaddrmsg>().ifa_index);
  for (const InterfaceAddress& address : network.addresses()) {
    if (address.local != wanted || (index != 0 && address.device != index)) continue;
    SendAddress(request, address);
    return {};
  }
  return Errno(EADDRNOTAVAIL);
}

Result<void> DumpAddresses(NetlinkRequest& request, Network& network) {
  const auto head = request.Fixed<abi::Ifaddrmsg>();
  int32_t only = 0;
  if (request.strict()) {
    if (!request.Holds<abi::Ifaddrmsg>()) {
      return request.Refuse(EINVAL, "Invalid header for address dump request");
    }
    only = static_cast<int32_t>(head.ifa_index);
    if (only != 0 && network.Find(only) == nullptr) return Errno(ENODEV);
  }
  for (uint16_t family : {abi::kAfInet, abi::kAfInet6}) {
    if (head.ifa_family != abi::kAfUnspec && head.ifa_family != family) continue;
    for (const auto& [index, device] : network.devices()) {
      if (only != 0 && index != only) continue;
      for (const InterfaceAddress* address : InOrder(network, index, family)) {
        SendAddress(request, *address);
      }
    }
  }
  return {};
}

Result<void> NewAddress(NetlinkRequest& request, Network& network) {
  InterfaceAddress address = TRY(ReadAddress(request, network));
  if (address.local.family == abi::kAfInet6) {
    if (address.local.IsMulticast() || address.local.IsAny()) return Errno(EADDRNOTAVAIL);
    if (!network.Find(address.device)->IsUp()) {
      // Linux takes it and makes it tentative; it counts from when the device is up.
      address.flags |= abi::kIfaFNodad;
    }
  }
  const bool replace = request.Has(abi::kNlmFReplace) && !request.Has(abi::kNlmFExcl);
  Result<void> added = network.Add(std::move(address), replace);
  if (added.Is(EEXIST)) request.explanation = "Address already assigned";
  return added;
}

Result<void> DeleteAddress(NetlinkRequest& request, Network& network) {
  const InterfaceAddress like = TRY(ReadAddress(request, network));
  Result<void> removed = network.Remove(like);
  if (removed.Is(EADDRNOTAVAIL)) request.explanation = "ipv4: Address not found";
  return removed;
}

}  // namespace sentry
