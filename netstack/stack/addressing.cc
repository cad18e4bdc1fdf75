// Stack: addresses of interfaces, and the routes that follow from them.
#include <algorithm>

#include "netstack/stack/autoconf.h"
#include "netstack/stack/neighbour.h"
#include "netstack/stack/path_mtu.h"
#include "netstack/stack/stack.h"

namespace netstack {

Result<void> Stack::AddAddress(Interface& interface, InterfaceAddress address) {
  Scope scope(*this);
  const IpAddress& addr = address.addr;
  if (address.prefix < 0 || address.prefix > addr.family_bits()) return Errno(EINVAL);
  if (addr.IsMulticast() || addr.IsAny()) return Errno(addr.IsV4() ? EINVAL : EADDRNOTAVAIL);
  for (const InterfaceAddress& other : interface.addresses_) {
    if (other.addr == addr && (addr.IsV6() || other.prefix == address.prefix)) {
      return Errno(EEXIST);
    }
    // A further address of one subnet is secondary (rtnetlink(7) IFA_F_SECONDARY).
    if (addr.IsV4() && other.prefix == address.prefix && addr.InPrefix(other.addr, other.prefix)) {
      address.flags |= kAddrSecondary;
    }
  }
  if (address.peer.IsAny()) address.peer = addr;
  address.created = address.updated = now();
  interface.addresses_.push_back(address);
  if (addr.IsV6() && interface.IsEthernet()) interface.JoinGroup(addr.SolicitedNode());
  if (interface.IsUp()) AddAddressRoutes(interface, address);
  if (addr.IsV6() && autoconf_ != nullptr) autoconf_->OnAddress(interface, address, false);
  NotifyConfig([&](ConfigObserver& o) { o.OnAddress(interface, address, false); });
  return {};
}

Result<void> Stack::ChangeAddress(Interface& interface, const InterfaceAddress& address) {
  Scope scope(*this);
  for (InterfaceAddress& own : interface.addresses_) {
    if (own.addr != address.addr || own.prefix != address.prefix) continue;
    own.flags = address.flags;
    own.preferred_lft = address.preferred_lft;
    own.valid_lft = address.valid_lft;
    own.updated = now();
    const InterfaceAddress changed = own;
    NotifyConfig([&](ConfigObserver& o) { o.OnAddress(interface, changed, false); });
    return {};
  }
  return Errno(EADDRNOTAVAIL);
}

bool Stack::DetectsDuplicates(const Interface& interface) const {
  return interface.IsEthernet() && (interface.flags() & abi::kIffNoarp) == 0 && !takes_all_ &&
         sysctl_.ipv6_accept_dad > 0 && sysctl_.ipv6_dad_transmits > 0;
}

Result<void> Stack::RemoveAddress(Interface& interface, const IpAddress& addr, int prefix) {
  Scope scope(*this);
  auto& list = interface.addresses_;
  auto found = std::find_if(list.begin(), list.end(), [&](const InterfaceAddress& a) {
    return a.addr == addr && (prefix < 0 || a.prefix == prefix);
  });
  if (found == list.end()) return Errno(EADDRNOTAVAIL);
  const InterfaceAddress address = *found;
  list.erase(found);
  if (addr.IsV6() && interface.IsEthernet()) interface.LeaveGroup(addr.SolicitedNode());
  RemoveRoutesOf(interface.index(), &address);
  if (addr.IsV6() && autoconf_ != nullptr) autoconf_->OnAddress(interface, address, true);
  NotifyConfig([&](ConfigObserver& o) { o.OnAddress(interface, address, true); });
  return {};
}

void Stack::AddAddressRoutes(Interface& interface, const InterfaceAddress& address) {
  const IpAddress& addr = address.addr;
  if ((address.flags & (kAddrNoPrefixRoute | kAddrSecondary)) != 0) return;
  // Of loopback and of single hosts the local table says all there is to say.
  if (interface.IsLoopback() && addr.IsV4()) return;
  if (addr.IsV4() && address.prefix == 32 && address.peer == addr) return;
  Route route;
  route.dst = address.peer.Masked(address.prefix);
  route.prefix = address.prefix;
  route.gateway = IpAddress::AnyFor(addr.IsV4());
  route.source = addr.IsV4() ? addr : IpAddress::AnyV6();
  route.ifindex = interface.index();
  route.protocol = kProtoKernel;
  route.scope = addr.IsV4() ? kScopeLink : kScopeUniverse;
  route.metric = addr.IsV4() ? 0 : 256;
  for (const Route& other : routes_) {
    if (other.SameKey(route) && other.ifindex == route.ifindex) return;
  }
  InsertRoute(route, false);
}

void Stack::RemoveRoutesOf(uint32_t ifindex, const InterfaceAddress* address) {
  std::vector<Route> removed;
  std::erase_if(routes_, [&](const Route& route) {
    if (route.ifindex != ifindex) return false;
    if (address != nullptr) {
      const bool connected = route.protocol == kProtoKernel && !route.advertised &&
                             route.prefix == address->prefix &&
                             route.dst == address->peer.Masked(address->prefix);
      if (!connected && route.source != address->addr) return false;
    }
    removed.push_back(route);
    return true;
  });
  for (const Route& route : removed) {
    NotifyConfig([&](ConfigObserver& o) { o.OnRoute(route, true); });
  }
}

namespace {

// Of every interface that is up (RFC 1112 section 4, RFC 4291 section 2.8).
const IpAddress kAllNodes[] = {IpAddress::V4(0xe0000001),
                               IpAddress::V6({0xff, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}),
                               IpAddress::V6({0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1})};

}  // namespace

void Stack::BringUp(Interface& interface) {
  // Those who joined while it was down were not heard of.
  for (const auto& [group, members] : interface.groups_) {
    if (group_listener_ == nullptr) break;
    group_listener_->OnGroup(interface, group, std::nullopt, members.Merged());
  }
  for (const IpAddress& group : kAllNodes) interface.JoinGroup(group);
  if (interface.IsEthernet() && makes_link_local_) AddLinkLocal(interface);
  for (const InterfaceAddress& address : interface.addresses_) {
    AddAddressRoutes(interface, address);
  }
}

void Stack::BringDown(Interface& interface) {
  for (const IpAddress& group : kAllNodes) interface.LeaveGroup(group);
  if (group_listener_ != nullptr) group_listener_->OnDown(interface);
  if (autoconf_ != nullptr) autoconf_->OnDown(interface);
  RemoveRoutesOf(interface.index(), nullptr);
  neighbours_->Flush(interface.index());
  // IPv6 addresses do not outlive it (keep_addr_on_down is off), but for those of loopback.
  if (interface.IsLoopback()) return;
  std::vector<InterfaceAddress> gone;
  for (const InterfaceAddress& address : interface.addresses_) {
    if (address.addr.IsV6()) gone.push_back(address);
  }
  for (const InterfaceAddress& address : gone) {
    (void)RemoveAddress(interface, address.addr, address.prefix).ok();
  }
}

// RFC 4291 appendix A: the interface identifier from the link address.
void Stack::AddLinkLocal(Interface& interface) {
  const auto& m = interface.mac().bytes;
  InterfaceAddress address;
  address.addr = IpAddress::V6({0xfe, 0x80, 0, 0, 0, 0, 0, 0, static_cast<uint8_t>(m[0] ^ 2), m[1],
                                m[2], 0xff, 0xfe, m[3], m[4], m[5]});
  address.prefix = 64;
  address.scope = kScopeLink;
  if (DetectsDuplicates(interface)) address.flags |= kAddrTentative;
  if (interface.FindAddress(address.addr) == nullptr) (void)AddAddress(interface, address).ok();
}

bool Stack::IsLocal(const IpAddress& addr, uint32_t ifindex) const {
  for (const auto& [index, interface] : interfaces_) {
    if (!interface->IsUp() || (ifindex != 0 && index != ifindex)) continue;
    for (const InterfaceAddress& own : interface->addresses()) {
      if (own.addr == addr) return true;
      // Every address of the network on loopback is ours (ip(7): 127/8).
      if (interface->IsLoopback() && addr.IsV4() && addr.InPrefix(own.addr, own.prefix))
        return true;
    }
  }
  return false;
}

bool Stack::IsBroadcast(const IpAddress& addr, uint32_t ifindex) const {
  if (!addr.IsV4()) return false;
  if (addr.IsBroadcast()) return true;
  for (const auto& [index, interface] : interfaces_) {
    if (!interface->IsUp() || (ifindex != 0 && index != ifindex)) continue;
    for (const InterfaceAddress& own : interface->addresses()) {
      if (!own.addr.IsV4() || own.prefix >= 31) continue;
      const uint32_t host = 0xffffffffu >> own.prefix;
      const bool all_ones = addr.v4() == (own.addr.v4() | host);
      if (all_ones || (!own.broadcast.IsAny() && addr == own.broadcast)) return true;
    }
  }
  return false;
}

bool Stack::CanBind(const IpAddress& addr, uint32_t ifindex) const {
  if (addr.IsAny() || addr.IsMulticast() || IsBroadcast(addr)) return true;
  if (takes_all_ || (addr.IsV4() && sysctl_.ip_nonlocal_bind)) return true;
  if (!IsLocal(addr, addr.NeedsScope() ? ifindex : 0)) return false;
  if (addr.IsV4()) return true;
  // Not before it is known to be ours alone.
  for (const auto& [index, interface] : interfaces_) {
    const InterfaceAddress* own = interface->IsUp() ? interface->FindAddress(addr) : nullptr;
    if (own != nullptr && (own->flags & kAddrTentative) == 0) return true;
  }
  return false;
}

}  // namespace netstack
