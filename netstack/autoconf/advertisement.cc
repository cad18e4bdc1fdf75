// Autoconf: what routers advertise (RFC 4861 sections 4.2 and 6.3.4, RFC 4862 section 5.5.3).
#include <algorithm>

#include "netstack/autoconf/autoconf.h"
#include "netstack/stack/neighbour.h"
#include "netstack/wire/icmp.h"

namespace netstack {
namespace {

constexpr uint8_t kPrefixOption = 3, kMtuOption = 5;
constexpr uint8_t kOnLink = 0x80, kAutonomous = 0x40;
constexpr size_t kMostRouters = 16, kMostPrefixes = 32, kMostAddresses = 16;
constexpr uint32_t kTwoHours = 7200, kMinMtu = 1280;
constexpr uint32_t kRouterMetric = 1024, kPrefixMetric = 256;
constexpr int kIdentifierBits = 64;
constexpr uint32_t kManageTemporary = 0x100;  // IFA_F_MANAGETEMPADDR

// RFC 4191 section 2.1; what is reserved is medium.
int Rank(uint8_t preference) {
  return preference == 1 ? 2 : (preference == 3 ? 0 : 1);
}

// RFC 4291 appendix A: the interface identifier of a link address, behind `prefix`.
IpAddress WithIdentifier(const IpAddress& prefix, const MacAddress& mac) {
  IpAddress::Bytes bytes = prefix.bytes();
  const auto& m = mac.bytes;
  const uint8_t id[8] = {static_cast<uint8_t>(m[0] ^ 2), m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]};
  std::copy(std::begin(id), std::end(id), bytes.begin() + 8);
  return IpAddress::V6(bytes);
}

}  // namespace

Time Autoconf::After(uint32_t seconds) const {
  return seconds == kForever ? 0 : stack_.now() + Duration{seconds} * kSecond;
}

uint32_t Autoconf::SecondsUntil(Time at) const {
  if (at == 0) return kForever;
  return static_cast<uint32_t>(std::max<Duration>(at - stack_.now(), 0) / kSecond);
}

void Autoconf::OnRouterAdvertisement(Packet& packet, const IpReceived& ip) {
  constexpr size_t kHead = 16, kMost = 8192;
  Interface& in = *ip.in;
  if (ip.hop_limit != 255 || !ip.source.IsLinkLocal() || !in.IsEthernet()) return;
  if (!AcceptsAdvertisements() || in.FindAddress(ip.source) != nullptr) return;
  const size_t size = packet.size();
  if (size < kHead || size > kMost) return;
  const std::byte* at = packet.Pull(size);
  if (at == nullptr || Load8(at + 1) != 0) return;
  const std::span<const std::byte> options(at + kHead, size - kHead);
  if (!WalkNdpOptions(options, [](uint8_t, std::span<const std::byte>) {})) return;
  Link& link = links_[in.index()];
  link.heard = true;
  link.solicit_at = 0;
  // What all routes take with them comes first.
  (void)WalkNdpOptions(options, [&](uint8_t type, std::span<const std::byte> option) {
    if (type == kMtuOption && option.size() == 8) HandleMtu(in, link, Load32(&option[4]));
  });
  (void)WalkNdpOptions(options, [&](uint8_t type, std::span<const std::byte> option) {
    if (type != NeighbourMessage::kSourceOption || option.size() != 8) return;
    MacAddress mac;
    std::memcpy(mac.bytes.data(), &option[2], 6);
    stack_.neighbour_table().OnSender(in, ip.source, mac);
  });
  stack_.neighbour_table().OnAdvertisement(in, {ip.source, std::nullopt, false, false, true});
  HandleRouter(in, link, ip.source, Load16(at + 6), static_cast<uint8_t>((Load8(at + 5) >> 3) & 3));
  (void)WalkNdpOptions(options, [&](uint8_t type, std::span<const std::byte> option) {
    if (type == kPrefixOption && option.size() == 32) HandlePrefix(in, link, option);
  });
  Rearm();
}

Route Autoconf::RouteOf(const Interface& in, const Link& link, const Router& router) const {
  Route route;
  route.dst = IpAddress::AnyV6();
  route.gateway = router.addr;
  route.ifindex = in.index();
  route.metric = kRouterMetric;
  route.protocol = kProtoRa;
  route.mtu = link.mtu;
  route.onlink = route.advertised = true;
  route.expires = router.until;
  route.preference = router.preference;
  return route;
}

Route Autoconf::RouteOf(const Interface& in, const Prefix& prefix) const {
  Route route;
  route.dst = prefix.prefix;
  route.prefix = prefix.length;
  route.gateway = IpAddress::AnyV6();
  route.ifindex = in.index();
  route.metric = kPrefixMetric;
  route.protocol = kProtoKernel;
  route.advertised = true;
  route.expires = prefix.until;
  return route;
}

void Autoconf::HandleRouter(Interface& in, Link& link, const IpAddress& addr, uint16_t lifetime,
                            uint8_t preference) {
  if (preference == 2) preference = 0;
  auto found = std::find_if(link.routers.begin(), link.routers.end(),
                            [&](const Router& router) { return router.addr == addr; });
  if (lifetime == 0) {
    if (found == link.routers.end()) return;
    const Route route = RouteOf(in, link, *found);
    link.routers.erase(found);
    target_->Drop(route);
    return;
  }
  const Router router{addr, After(lifetime), preference};
  if (found != link.routers.end() && found->preference == preference) {
    *found = router;
    target_->Put(RouteOf(in, link, router));
    return;
  }
  if (found == link.routers.end() && link.routers.size() >= kMostRouters) return;
  // Routes of one metric are used in the order in which they are put.
  if (found != link.routers.end()) link.routers.erase(found);
  link.routers.push_back(router);
  std::stable_sort(link.routers.begin(), link.routers.end(), [](const Router& a, const Router& b) {
    return Rank(a.preference) > Rank(b.preference);
  });
  bool behind = false;
  for (const Router& each : std::vector(link.routers)) {
    if (behind || each.addr == addr) target_->Drop(RouteOf(in, link, each));
    behind |= each.addr == addr;
    if (behind) target_->Put(RouteOf(in, link, each));
  }
}

void Autoconf::HandleMtu(Interface& in, Link& link, uint32_t mtu) {
  if (mtu < kMinMtu || mtu > in.mtu() || mtu == link.mtu) return;
  link.mtu = mtu;
  stack_.SetMtu6(in, mtu);
  for (const Router& router : link.routers) target_->Put(RouteOf(in, link, router));
}

void Autoconf::HandlePrefix(Interface& in, Link& link, std::span<const std::byte> option) {
  PrefixOption prefix;
  prefix.length = Load8(&option[2]);
  const uint8_t flags = Load8(&option[3]);
  prefix.valid = Load32(&option[4]);
  prefix.preferred = Load32(&option[8]);
  prefix.prefix = IpAddress::V6Bytes(&option[16]);
  if (prefix.length > 128 || prefix.preferred > prefix.valid) return;
  if (prefix.prefix.IsLinkLocal() || prefix.prefix.IsMulticast()) return;
  prefix.prefix = prefix.prefix.Masked(prefix.length);
  if ((flags & kOnLink) != 0) HandleOnLink(in, link, prefix);
  if ((flags & kAutonomous) != 0 && stack_.sysctl().ipv6_autoconf &&
      prefix.length == kIdentifierBits) {
    HandleAutonomous(in, link, prefix);
  }
}

void Autoconf::HandleOnLink(Interface& in, Link& link, const PrefixOption& option) {
  auto found = std::find_if(link.prefixes.begin(), link.prefixes.end(), [&](const Prefix& p) {
    return p.prefix == option.prefix && p.length == option.length;
  });
  if (option.valid == 0) {
    if (found == link.prefixes.end()) return;
    const Route route = RouteOf(in, *found);
    link.prefixes.erase(found);
    target_->Drop(route);
    return;
  }
  const Prefix prefix{option.prefix, option.length, After(option.valid)};
  if (found != link.prefixes.end()) {
    *found = prefix;
  } else {
    if (link.prefixes.size() >= kMostPrefixes) return;
    link.prefixes.push_back(prefix);
  }
  target_->Put(RouteOf(in, prefix));
}

void Autoconf::HandleAutonomous(Interface& in, Link& link, const PrefixOption& option) {
  const IpAddress addr = WithIdentifier(option.prefix, in.mac());
  auto found = std::find_if(link.addresses.begin(), link.addresses.end(),
                            [&](const Own& own) { return own.address.addr == addr; });
  if (found == link.addresses.end()) {
    // One that somebody has set stays as it is.
    if (option.valid == 0 || in.FindAddress(addr) != nullptr) return;
    if (link.addresses.size() >= kMostAddresses) return;
    Own own;
    own.address.addr = addr;
    own.address.prefix = option.length;
    // Its prefix has a route of its own, if at all.  Temporary addresses may be made of it, as
    // Linux says of all of these.
    own.address.flags = kAddrNoPrefixRoute | kManageTemporary;
    if (stack_.DetectsDuplicates(in)) own.address.flags |= kAddrTentative;
    own.valid_until = After(option.valid);
    link.addresses.push_back(own);
    found = link.addresses.end() - 1;
  } else {
    // RFC 4862 section 5.5.3 (e): nobody can take an address away at once.
    const uint32_t left = SecondsUntil(found->valid_until);
    found->valid_until = After(std::max(option.valid, std::min(left, kTwoHours)));
  }
  found->preferred_until = option.preferred == 0 ? 0 : After(option.preferred);
  found->address.flags &= ~kAddrDeprecated;
  if (option.preferred == 0) found->address.flags |= kAddrDeprecated;
  PutOwn(in, *found);
}

void Autoconf::PutOwn(Interface& in, Own& own) {
  const bool deprecated = (own.address.flags & kAddrDeprecated) != 0;
  own.address.preferred_lft = deprecated ? 0 : SecondsUntil(own.preferred_until);
  own.address.valid_lft = SecondsUntil(own.valid_until);
  target_->Put(in, InterfaceAddress(own.address));  // A copy: the address may be forgotten.
}

}  // namespace netstack
