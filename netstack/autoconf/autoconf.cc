// Autoconf: probing for addresses, asking for routers, lifetimes.
#include "netstack/autoconf/autoconf.h"

#include <algorithm>

#include "netstack/wire/checksum.h"
#include "netstack/wire/icmp.h"
#include "netstack/wire/ipv4.h"

namespace netstack {
namespace {

constexpr Duration kRetransmit = kSecond;  // RetransTimer of RFC 4861 section 10.
constexpr Duration kSolicitInterval = 4 * kSecond, kSolicitMost = 3600 * kSecond;
constexpr uint8_t kNonceOption = 14;  // RFC 3971 section 5.3.2
const IpAddress kAllRouters = IpAddress::V6({0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2});

}  // namespace

Autoconf::Autoconf(Stack& stack) : stack_(stack), timer_(stack.timers(), [this] { OnTimer(); }) {
  stack.SetAutoconf(this);
}

Autoconf::~Autoconf() {
  stack_.SetAutoconf(nullptr);
}

// --- the stack as what keeps addresses and routes ---

void Autoconf::Put(Interface& interface, const InterfaceAddress& address) {
  if (!stack_.ChangeAddress(interface, address).ok()) {
    (void)stack_.AddAddress(interface, address).ok();
  }
}
void Autoconf::Drop(Interface& interface, const InterfaceAddress& address) {
  (void)stack_.RemoveAddress(interface, address.addr, address.prefix).ok();
}
void Autoconf::Put(const Route& route) {
  (void)stack_.AddRoute(route, true, true).ok();
}
void Autoconf::Drop(const Route& route) {
  (void)stack_.RemoveRoute(route).ok();
}

// --- what happens ---

Autoconf::Link* Autoconf::Find(const Interface& interface) {
  auto found = links_.find(interface.index());
  return found == links_.end() ? nullptr : &found->second;
}

// Routers do not listen to others, unless they are told to (accept_ra is 2).
bool Autoconf::AcceptsAdvertisements() const {
  const Sysctl& sysctl = stack_.sysctl();
  if (stack_.takes_all()) return false;
  return sysctl.ipv6_forwarding ? sysctl.ipv6_accept_ra == 2 : sysctl.ipv6_accept_ra != 0;
}

void Autoconf::OnAddress(Interface& interface, const InterfaceAddress& address, bool removed) {
  if (interface.IsLoopback()) return;
  if (removed) {
    if (Link* link = Find(interface)) {
      std::erase_if(link->probes, [&](const Probe& p) { return p.addr == address.addr; });
      std::erase_if(link->addresses, [&](const Own& o) { return o.address.addr == address.addr; });
    }
    return;
  }
  if (!interface.IsEthernet() || (address.flags & kAddrDadFailed) != 0) return;
  if ((address.flags & kAddrTentative) == 0) {
    if (address.addr.IsLinkLocal()) StartSoliciting(links_[interface.index()]);
    return;
  }
  Probe probe;
  probe.addr = address.addr;
  // RFC 4862 section 5.4.2: not everybody at once.
  probe.at = stack_.now() + static_cast<Duration>(stack_.Random32() % 1000) * kMillisecond;
  links_[interface.index()].probes.push_back(probe);
  timer_.ArmBy(probe.at);
}

void Autoconf::OnDown(Interface& interface) {
  stack_.SetMtu6(interface, 0);
  links_.erase(interface.index());
  Rearm();
}

void Autoconf::OnContention(Interface& interface, const IpAddress& addr,
                            std::span<const std::byte> options) {
  Link* link = Find(interface);
  if (link == nullptr) return;
  auto probe = std::find_if(link->probes.begin(), link->probes.end(),
                            [&](const Probe& p) { return p.addr == addr; });
  if (probe == link->probes.end()) return;
  // RFC 7527: a link that brings our own probe back proves nothing.
  bool ours = false;
  (void)WalkNdpOptions(options, [&](uint8_t type, std::span<const std::byte> option) {
    if (type != kNonceOption || option.size() != 2 + probe->nonce.size()) return;
    ours |= std::equal(probe->nonce.begin(), probe->nonce.end(), option.begin() + 2);
  });
  if (ours) return;
  link->probes.erase(probe);
  const InterfaceAddress* own = interface.FindAddress(addr);
  if (own == nullptr) return;
  InterfaceAddress address = *own;
  if ((address.flags & kAddrPermanent) == 0) {
    target_->Drop(interface, address);
    return;
  }
  address.flags |= kAddrDadFailed;
  target_->Put(interface, address);
}

void Autoconf::OnTimer() {
  std::vector<uint32_t> indices;
  for (const auto& [index, link] : links_) indices.push_back(index);
  for (uint32_t index : indices) {
    Interface* interface = stack_.FindInterface(index);
    auto found = links_.find(index);
    if (interface != nullptr && found != links_.end()) RunLink(*interface, found->second);
  }
  Rearm();
}

void Autoconf::Rearm() {
  Time first = 0;
  auto look = [&first](Time at) {
    if (at != 0 && (first == 0 || at < first)) first = at;
  };
  for (const auto& [index, link] : links_) {
    look(link.solicit_at);
    for (const Probe& probe : link.probes) look(probe.at);
    for (const Router& router : link.routers) look(router.until);
    for (const Prefix& prefix : link.prefixes) look(prefix.until);
    for (const Own& own : link.addresses) {
      look(own.preferred_until);
      look(own.valid_until);
    }
  }
  if (first == 0) {
    timer_.Disarm();
  } else {
    timer_.Arm(first);
  }
}

void Autoconf::RunLink(Interface& interface, Link& link) {
  RunProbes(interface, link);
  RunLifetimes(interface, link);
  if (link.solicit_at != 0 && link.solicit_at <= stack_.now()) SendSolicitation(interface, link);
}

void Autoconf::RunProbes(Interface& interface, Link& link) {
  const Time now = stack_.now();
  std::vector<IpAddress> done;
  for (Probe& probe : link.probes) {
    if (probe.at > now) continue;
    if (probe.sent < stack_.sysctl().ipv6_dad_transmits) {
      SendProbe(interface, probe);
      probe.sent++;
      probe.at = now + kRetransmit;
    } else {
      done.push_back(probe.addr);
    }
  }
  for (const IpAddress& addr : done) Finish(interface, addr);
}

// Nobody else has it.
void Autoconf::Finish(Interface& interface, const IpAddress& addr) {
  Link& link = links_[interface.index()];
  std::erase_if(link.probes, [&](const Probe& probe) { return probe.addr == addr; });
  const InterfaceAddress* own = interface.FindAddress(addr);
  if (own == nullptr) return;
  InterfaceAddress address = *own;
  address.flags &= ~kAddrTentative;
  for (Own& kept : link.addresses) {
    if (kept.address.addr != addr) continue;
    kept.address.flags &= ~kAddrTentative;
    address.preferred_lft = SecondsUntil(kept.preferred_until);
    address.valid_lft = SecondsUntil(kept.valid_until);
  }
  target_->Put(interface, address);
  if (addr.IsLinkLocal()) StartSoliciting(link);
}

void Autoconf::RunLifetimes(Interface& interface, Link& link) {
  const Time now = stack_.now();
  auto over = [now](Time at) { return at != 0 && at <= now; };
  std::vector<Route> routes;
  std::erase_if(link.routers, [&](const Router& router) {
    if (!over(router.until)) return false;
    routes.push_back(RouteOf(interface, link, router));
    return true;
  });
  std::erase_if(link.prefixes, [&](const Prefix& prefix) {
    if (!over(prefix.until)) return false;
    routes.push_back(RouteOf(interface, prefix));
    return true;
  });
  for (const Route& route : routes) target_->Drop(route);
  std::vector<InterfaceAddress> gone;
  for (Own& own : link.addresses) {
    if (over(own.valid_until)) {
      gone.push_back(own.address);
    } else if (over(own.preferred_until)) {
      own.preferred_until = 0;
      own.address.flags |= kAddrDeprecated;
      own.address.preferred_lft = 0;
      own.address.valid_lft = SecondsUntil(own.valid_until);
      target_->Put(interface, own.address);
    }
  }
  for (const InterfaceAddress& address : gone) target_->Drop(interface, address);
}

// --- asking ---

void Autoconf::StartSoliciting(Link& link) {
  if (link.heard || link.solicit_at != 0 || link.solicits != 0) return;
  link.solicit_at = stack_.now();
  link.solicit_interval = kSolicitInterval;
  timer_.ArmBy(link.solicit_at);
}

// RFC 7559: for ever, but ever more rarely.
void Autoconf::SendSolicitation(Interface& interface, Link& link) {
  link.solicit_at = 0;
  const int most = stack_.sysctl().ipv6_router_solicitations;
  if (!AcceptsAdvertisements() || (most >= 0 && link.solicits >= most)) return;
  link.solicits++;
  const auto tenths = static_cast<Duration>(900 + stack_.Random32() % 200);
  link.solicit_at = stack_.now() + link.solicit_interval / 1000 * tenths;
  link.solicit_interval = std::min(2 * link.solicit_interval, kSolicitMost);
  std::vector<std::byte> message(8 + 8);
  Store8(&message[0], kIcmp6RouterSolicit);
  Store8(&message[8], NeighbourMessage::kSourceOption);
  Store8(&message[9], 1);
  std::memcpy(&message[10], interface.mac().bytes.data(), 6);
  const InterfaceAddress* own = interface.SourceFor(kAllRouters);
  if (own == nullptr || !own->addr.IsLinkLocal()) return;
  Send(interface, own->addr, kAllRouters, std::move(message));
}

void Autoconf::SendProbe(Interface& interface, Probe& probe) {
  stack_.environment().Random(probe.nonce);
  std::vector<std::byte> message(NeighbourMessage::kTargetSize + 8);
  Store8(&message[0], kIcmp6NeighbourSolicit);
  std::memcpy(&message[8], probe.addr.bytes().data(), 16);
  Store8(&message[24], kNonceOption);
  Store8(&message[25], 1);
  std::copy(probe.nonce.begin(), probe.nonce.end(), &message[26]);
  Send(interface, IpAddress::AnyV6(), probe.addr.SolicitedNode(), std::move(message));
}

void Autoconf::Send(Interface& interface, const IpAddress& from, const IpAddress& to,
                    std::vector<std::byte> message) {
  Checksum sum;
  sum.AddPseudoHeader(from, to, kProtoIcmp6, message.size());
  sum.Add(message);
  Store16(&message[2], sum.Finish());
  PacketPtr packet = Packet::FromBytes(stack_.pool(), message);
  if (packet == nullptr) return;
  packet->checksum = ChecksumState::kVerified;
  IpSend ip;
  ip.source = from;
  ip.destination = to;
  ip.protocol = kProtoIcmp6;
  ip.hop_limit = 255;
  ip.multicast_loop = false;
  RouteResult route;
  route.out = &interface;
  route.source = from;
  route.next_hop = to;
  route.type = RouteType::kMulticast;
  route.mtu = interface.mtu();
  stack_.stats().icmp6.out_msgs++;
  stack_.stats().icmp6.out_type[Load8(message.data())]++;
  (void)stack_.network(false).Send(std::move(packet), route, ip).ok();
}

}  // namespace netstack
