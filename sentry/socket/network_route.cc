// The routes of a network: those that come with addresses, and those that are set.
#include <algorithm>

#include "abi/linux/netdevice.h"
#include "abi/linux/netlink.h"
#include "sentry/socket/network.h"

namespace sentry {
namespace {

constexpr size_t kMaxRoutes = 65536;
constexpr uint32_t kMetric6 = 256;  // IP6_RT_PRIO_ADDRCONF

// The order in which they are looked at: the longest prefix, then the smallest metric.
bool Before(const Route& a, const Route& b) {
  if (a.destination.family != b.destination.family) {
    return a.destination.family < b.destination.family;
  }
  if (a.prefix_length != b.prefix_length) return a.prefix_length > b.prefix_length;
  return a.metric < b.metric;
}

bool Fits(const Route& route, const Route& like) {
  return route.destination == like.destination && route.prefix_length == like.prefix_length &&
         route.table == like.table && route.tos == like.tos &&
         (like.metric == 0 || like.metric == route.metric) &&
         (like.device == 0 || like.device == route.device) &&
         (like.gateway.Empty() || like.gateway == route.gateway) &&
         (like.source.Empty() || like.source == route.source) &&
         (like.protocol == 0 || like.protocol == route.protocol) &&
         (like.type == 0 || like.type == route.type) &&
         (like.scope == abi::kRtScopeNowhere || like.destination.family == abi::kAfInet6 ||
          like.scope == route.scope);
}

}  // namespace

bool Route::SameKey(const Route& other) const {
  return destination == other.destination && prefix_length == other.prefix_length &&
         table == other.table && tos == other.tos && metric == other.metric;
}

Result<void> Network::Add(Route route, HowToAdd how) {
  auto same = std::find_if(routes_.begin(), routes_.end(),
                           [&route](const Route& kept) { return kept.SameKey(route); });
  if (same != routes_.end()) {
    if (how.exclusive) return Errno(EEXIST);
    if (how.replace) {
      const Route old = std::exchange(*same, route);
      Tell([&old](NetworkObserver& o) { o.OnRoute(old, true); });
      Tell([&route](NetworkObserver& o) { o.OnRoute(route, false); });
      return {};
    }
    for (const Route& kept : routes_) {
      if (kept.SameKey(route) && kept.device == route.device && kept.gateway == route.gateway &&
          kept.type == route.type) {
        return Errno(EEXIST);
      }
    }
  } else if (!how.create) {
    return Errno(ENOENT);
  }
  if (routes_.size() >= kMaxRoutes) return Errno(ENOBUFS);
  auto place = how.append ? std::upper_bound(routes_.begin(), routes_.end(), route, Before)
                          : std::lower_bound(routes_.begin(), routes_.end(), route, Before);
  routes_.insert(place, route);
  Tell([&route](NetworkObserver& o) { o.OnRoute(route, false); });
  return {};
}

void Network::Advertise(const Route& route) {
  for (Route& kept : routes_) {
    if (!kept.advertised || !kept.SameKey(route) || kept.device != route.device ||
        kept.gateway != route.gateway) {
      continue;
    }
    const bool differs = kept.mtu != route.mtu || kept.preference != route.preference;
    kept = route;
    if (differs) Tell([&route](NetworkObserver& o) { o.OnRoute(route, false); });
    return;
  }
  (void)Add(route, {.append = true});  // EEXIST: somebody has set it; his stays.
}

Result<void> Network::Remove(const Route& like) {
  auto found = std::find_if(routes_.begin(), routes_.end(),
                            [&like](const Route& route) { return Fits(route, like); });
  if (found == routes_.end()) return Errno(ESRCH);
  const Route gone = *found;
  routes_.erase(found);
  Tell([&gone](NetworkObserver& o) { o.OnRoute(gone, true); });
  return {};
}

void Network::RemoveRoutesIf(const std::function<bool(const Route&)>& unwanted) {
  std::vector<Route> kept, gone;
  for (const Route& route : routes_) (unwanted(route) ? gone : kept).push_back(route);
  routes_ = std::move(kept);
  for (const Route& route : gone) {
    Tell([&route](NetworkObserver& o) { o.OnRoute(route, true); });
  }
}

void Network::AddKernelRoute(Route route) {
  route.protocol = abi::kRtprotKernel;
  (void)Add(route, {.append = true});  // EEXIST: another address has brought it.
}

// fib_add_ifaddr() and addrconf's routes.
void Network::AddRoutesOf(const InterfaceAddress& address) {
  const NetDevice* device = Find(address.device);
  const bool v4 = address.local.family == abi::kAfInet;
  Route local;
  local.destination = address.local;
  local.prefix_length = address.local.bits();
  local.table = abi::kRtTableLocal;
  local.type = abi::kRtnLocal;
  local.device = address.device;
  if (v4) {
    local.scope = abi::kRtScopeHost;
    local.source = address.local;
  }
  AddKernelRoute(local);
  Route connected = local;
  connected.destination = address.peer.Prefix(address.prefix_length);
  connected.prefix_length = address.prefix_length;
  connected.metric = v4 ? 0 : kMetric6;
  if (!device->IsLoopback()) {
    connected.table = abi::kRtTableMain;
    connected.type = abi::kRtnUnicast;
    connected.scope = v4 ? abi::kRtScopeLink : abi::kRtScopeUniverse;
  }
  const bool whole = address.prefix_length == address.local.bits() && address.peer == address.local;
  // Routers say of a prefix itself whether it is on the link.
  const bool brings = address.protocol != kAddressFromRouter;
  if (!whole && brings && (address.flags & abi::kIfaFSecondary) == 0) AddKernelRoute(connected);
  if (v4 && address.prefix_length < 31) {
    Route broadcast = local;
    broadcast.type = abi::kRtnBroadcast;
    broadcast.scope = abi::kRtScopeLink;
    broadcast.destination = address.peer.Prefix(address.prefix_length, true);
    AddKernelRoute(broadcast);
    if (!address.broadcast.Empty() && address.broadcast != broadcast.destination) {
      broadcast.destination = address.broadcast;
      AddKernelRoute(broadcast);
    }
  }
  if (!v4 && !device->IsLoopback()) {
    Route multicast = local;
    multicast.destination = IpAddress::Any(abi::kAfInet6);
    multicast.destination.bytes[0] = 0xff;
    multicast.prefix_length = 8;
    multicast.metric = kMetric6;
    multicast.type = abi::kRtnMulticast;
    AddKernelRoute(multicast);
  }
}

// What no other address of the device brings is removed, and every route from the address.
void Network::RemoveRoutesOf(const InterfaceAddress& gone) {
  const bool v4 = gone.local.family == abi::kAfInet;
  RemoveRoutesIf([&gone, v4](const Route& route) {
    if (route.device != gone.device || route.destination.family != gone.local.family) return false;
    if (v4 && route.source == gone.local) return true;
    return route.protocol == abi::kRtprotKernel && !route.advertised &&
           (route.destination == gone.local ||
            (route.destination == gone.peer.Prefix(gone.prefix_length) &&
             route.prefix_length == gone.prefix_length));
  });
  const NetDevice* device = Find(gone.device);
  if (device == nullptr || !device->IsUp()) return;
  for (const InterfaceAddress& other : std::vector(addresses_)) {
    if (other.device == gone.device) AddRoutesOf(other);
  }
}

const Route* Network::Lookup(const IpAddress& destination, int32_t device) const {
  for (uint32_t table : {abi::kRtTableLocal, abi::kRtTableMain, abi::kRtTableDefault}) {
    for (const Route& route : routes_) {
      if (route.table != table || !destination.InPrefix(route.destination, route.prefix_length)) {
        continue;
      }
      if (device != 0 && route.device != device) continue;
      return &route;
    }
  }
  return nullptr;
}

IpAddress Network::SourceFor(const Route& route, const IpAddress& destination) const {
  if (!route.source.Empty()) return route.source;
  if (route.type == abi::kRtnLocal) return destination;
  const IpAddress& next = route.gateway.Empty() ? destination : route.gateway;
  const InterfaceAddress* best = nullptr;
  for (const InterfaceAddress& address : addresses_) {
    if (address.local.family != destination.family || address.device != route.device) continue;
    if (next.InPrefix(address.peer, address.prefix_length)) return address.local;
    if (best == nullptr || (address.scope < best->scope)) best = &address;
  }
  return best != nullptr ? best->local : IpAddress();
}

std::vector<Rule> Network::Rules() const {
  constexpr uint32_t kMain = 32766, kDefault = 32767;
  return {{abi::kAfInet, 0, abi::kRtTableLocal},
          {abi::kAfInet, kMain, abi::kRtTableMain},
          {abi::kAfInet, kDefault, abi::kRtTableDefault},
          {abi::kAfInet6, 0, abi::kRtTableLocal},
          {abi::kAfInet6, kMain, abi::kRtTableMain}};
}

}  // namespace sentry
