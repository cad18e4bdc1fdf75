// Stack: routes, and where a packet goes.
#include <algorithm>

#include "netstack/stack/path_mtu.h"
#include "netstack/stack/stack.h"

namespace netstack {
namespace {

Result<void> CheckType(RouteType type) {
  if (type == RouteType::kProhibit) return Errno(EACCES);
  if (type == RouteType::kUnreachable) return Errno(EHOSTUNREACH);
  if (type == RouteType::kBlackhole) return Errno(EINVAL);
  return {};
}

}  // namespace

void Stack::InsertRoute(Route route, bool before_equals) {
  auto rank = [](const Route& r) { return std::pair(-r.prefix, r.metric); };
  auto at = std::find_if(routes_.begin(), routes_.end(), [&](const Route& other) {
    return before_equals ? rank(other) >= rank(route) : rank(other) > rank(route);
  });
  routes_.insert(at, route);
  NotifyConfig([&](ConfigObserver& o) { o.OnRoute(route, false); });
}

Result<void> Stack::AddRoute(Route route, bool replace, bool append) {
  Scope scope(*this);
  const bool v4 = route.dst.IsV4();
  if (route.prefix < 0 || route.prefix > route.dst.family_bits()) return Errno(EINVAL);
  if (route.dst.Masked(route.prefix) != route.dst) return Errno(EINVAL);
  const bool forwards = route.type == RouteType::kUnicast;
  if (!route.gateway.IsAny() && forwards) {
    if (route.gateway.IsV4() != v4) return Errno(EINVAL);
    if (IsLocal(route.gateway)) return Errno(EINVAL);
    if (!route.onlink && !route.gateway.IsLinkLocal()) {
      const Route* via = Lookup(route.gateway, route.ifindex);
      if (via == nullptr || !via->gateway.IsAny()) return Errno(v4 ? ENETUNREACH : EHOSTUNREACH);
      if (route.ifindex == 0) route.ifindex = via->ifindex;
    }
  }
  if (forwards) {
    Interface* out = FindInterface(route.ifindex);
    if (out == nullptr) return Errno(ENODEV);
    if (!out->IsUp()) return Errno(ENETDOWN);
  }
  if (route.gateway.IsAny()) route.gateway = IpAddress::AnyFor(v4);
  auto same = std::find_if(routes_.begin(), routes_.end(), [&](const Route& other) {
    return other.SameKey(route) && (v4 || other.gateway == route.gateway);
  });
  if (same != routes_.end()) {
    if (replace) {
      *same = route;
      NotifyConfig([&](ConfigObserver& o) { o.OnRoute(route, false); });
      return {};
    }
    const bool twice = same->gateway == route.gateway && same->ifindex == route.ifindex;
    if (!append || twice) return Errno(EEXIST);
  }
  InsertRoute(std::move(route), false);
  return {};
}

Result<void> Stack::RemoveRoute(const Route& route) {
  Scope scope(*this);
  auto found = std::find_if(routes_.begin(), routes_.end(), [&](const Route& other) {
    return other.dst == route.dst && other.prefix == route.prefix && other.table == route.table &&
           (route.metric == 0 || other.metric == route.metric) &&
           (route.ifindex == 0 || other.ifindex == route.ifindex) &&
           (route.gateway.IsAny() || other.gateway == route.gateway);
  });
  if (found == routes_.end()) return Errno(ESRCH);
  const Route removed = *found;
  routes_.erase(found);
  NotifyConfig([&](ConfigObserver& o) { o.OnRoute(removed, true); });
  return {};
}

std::vector<Route> Stack::routes() const {
  std::vector<Route> all = routes_;
  for (const auto& [index, interface] : interfaces_) {
    if (!interface->IsUp()) continue;
    for (const InterfaceAddress& own : interface->addresses()) {
      Route route;
      route.dst = own.addr;
      route.prefix = own.addr.family_bits();
      route.gateway = IpAddress::AnyFor(own.addr.IsV4());
      route.source = own.addr.IsV4() ? own.addr : IpAddress::AnyV6();
      route.ifindex = index;
      route.table = kTableLocal;
      route.type = RouteType::kLocal;
      route.protocol = kProtoKernel;
      route.scope = own.addr.IsV4() ? kScopeHost : kScopeUniverse;
      all.push_back(route);
      if (interface->IsLoopback() && own.addr.IsV4() && own.prefix < 32) {
        route.dst = own.addr.Masked(own.prefix);
        route.prefix = own.prefix;
        all.push_back(route);
      }
      if (own.addr.IsV4() && own.prefix < 31) {
        route.dst = IpAddress::V4(own.addr.v4() | (0xffffffffu >> own.prefix));
        route.prefix = 32;
        route.type = RouteType::kBroadcast;
        route.scope = kScopeLink;
        all.push_back(route);
      }
    }
  }
  return all;
}

const Route* Stack::Lookup(const IpAddress& dst, uint32_t ifindex) const {
  for (const Route& route : routes_) {
    if (route.dst.IsV4() != dst.IsV4() || !dst.InPrefix(route.dst, route.prefix)) continue;
    if (ifindex != 0 && route.ifindex != ifindex) continue;
    if (route.ifindex != 0) {
      Interface* out = FindInterface(route.ifindex);
      if (out == nullptr || !out->IsUp()) continue;
    }
    return &route;
  }
  return nullptr;
}

Result<RouteResult> Stack::FindRoute(const IpAddress& dst, const IpAddress& source,
                                     uint32_t ifindex) const {
  RouteResult out;
  out.next_hop = dst;
  const bool v4 = dst.IsV4();
  const Errno no_route(ENETUNREACH);
  if (!source.IsAny() && source.IsV4() != v4) return Errno(EINVAL);
  const Route* route = nullptr;
  if (IsLocal(dst)) {
    out.type = RouteType::kLocal;
    out.out = loopback();
    if (out.out == nullptr || !out.out->IsUp()) return no_route;
    out.source = source.IsAny() ? dst : source;
    out.mtu = out.out->mtu();
    return out;
  }
  route = Lookup(dst, ifindex);
  if (route != nullptr) {
    TRY(CheckType(route->type));
    out.out = FindInterface(route->ifindex);
    if (!route->gateway.IsAny()) {
      out.next_hop = route->gateway;
      out.gateway = true;
    }
  } else {
    // Without a route, an IPv4 destination is taken to be on the link that was named (ip(7));
    // a group of IPv6 needs nothing but the link.
    if (ifindex != 0 && (v4 || dst.IsMulticast() || dst.IsLinkLocal())) {
      out.out = FindInterface(ifindex);
    } else if (v4 && dst.IsMulticast() && !source.IsAny()) {
      for (const auto& [index, interface] : interfaces_) {
        if (interface->FindAddress(source) != nullptr) out.out = interface.get();
      }
    } else if (!v4 && dst.IsMulticast()) {
      for (const auto& [index, interface] : interfaces_) {
        if (interface->IsUp() && !interface->IsLoopback()) out.out = interface.get();
        if (out.out != nullptr) break;
      }
    }
  }
  if (out.out == nullptr || !out.out->IsUp()) return no_route;
  if (dst.IsMulticast()) {
    out.type = RouteType::kMulticast;
    out.next_hop = dst;
    out.gateway = false;
  } else if (IsBroadcast(dst)) {
    out.type = RouteType::kBroadcast;
    out.next_hop = dst;
    out.gateway = false;
  }
  out.source = source;
  if (source.IsAny()) {
    out.source = IpAddress::AnyFor(v4);
    if (route != nullptr && !route->source.IsAny()) {
      out.source = route->source;
    } else if (const InterfaceAddress* own = out.out->SourceFor(dst)) {
      out.source = own->addr;
    } else {
      // Any address of wide enough scope will do.
      for (const auto& [index, interface] : interfaces_) {
        const InterfaceAddress* other = interface->IsUp() ? interface->SourceFor(dst) : nullptr;
        if (other != nullptr && other->scope <= kScopeSite) out.source = other->addr;
      }
      if (out.source.IsAny() && !v4) return Errno(EADDRNOTAVAIL);
    }
  }
  out.mtu = v4 ? out.out->mtu() : out.out->mtu6();
  if (route != nullptr && route->mtu != 0) out.mtu = std::min(out.mtu, route->mtu);
  if (const uint32_t learnt = path_mtu_->Find(dst, now())) out.mtu = std::min(out.mtu, learnt);
  return out;
}

}  // namespace netstack
