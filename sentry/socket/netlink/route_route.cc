// rtnetlink(7): RTM_NEWROUTE, RTM_DELROUTE, RTM_GETROUTE.
#include "sentry/socket/netlink/netlink_socket.h"
#include "sentry/socket/netlink/route_messages.h"
#include "sentry/time/time.h"

namespace sentry {
namespace {

constexpr uint32_t kDefaultMetric6 = 1024;  // IP6_RT_PRIO_USER

bool IsRefusal(uint8_t type) {
  return type == abi::kRtnBlackhole || type == abi::kRtnUnreachable || type == abi::kRtnProhibit;
}

Result<Route> ReadRoute(NetlinkRequest& request) {
  if (!request.Holds<abi::Rtmsg>()) return Errno(EINVAL);
  const auto head = request.Fixed<abi::Rtmsg>();
  if (head.rtm_family != abi::kAfInet && head.rtm_family != abi::kAfInet6) {
    return Errno(EAFNOSUPPORT);
  }
  const NetlinkAttributes attributes = TRY(request.Attributes(sizeof(abi::Rtmsg)));
  Route route;
  route.destination = TRY(attributes.Address(abi::kRtaDst, head.rtm_family));
  if (route.destination.Empty()) route.destination = IpAddress::Any(head.rtm_family);
  route.prefix_length = head.rtm_dst_len;
  if (route.prefix_length > route.destination.bits()) {
    return request.Refuse(EINVAL, "Invalid prefix length");
  }
  route.tos = head.rtm_tos;
  route.protocol = head.rtm_protocol;
  route.scope = head.rtm_scope;
  route.type = head.rtm_type;
  route.table = head.rtm_table;
  if (auto table = TRY(attributes.Get<uint32_t>(abi::kRtaTable))) route.table = *table;
  if (route.table == abi::kRtTableUnspec) route.table = abi::kRtTableMain;
  if (auto metric = TRY(attributes.Get<uint32_t>(abi::kRtaPriority))) route.metric = *metric;
  if (auto device = TRY(attributes.Get<int32_t>(abi::kRtaOif))) route.device = *device;
  route.gateway = TRY(attributes.Address(abi::kRtaGateway, head.rtm_family));
  route.source = TRY(attributes.Address(abi::kRtaPrefsrc, head.rtm_family));
  const NetlinkAttributes metrics = TRY(attributes.Nested(abi::kRtaMetrics));
  if (auto mtu = TRY(metrics.Get<uint32_t>(abi::kRtaxMtu))) route.mtu = *mtu;
  const IpAddress prefix = route.destination.Prefix(route.prefix_length);
  if (head.rtm_family == abi::kAfInet && prefix != route.destination) {
    return request.Refuse(EINVAL, "Invalid prefix for given prefix length");
  }
  route.destination = prefix;
  return route;
}

// The device and the gateway of a new route (fib_check_nh(), ip6_route_info_create()).
Result<void> CheckNextHop(NetlinkRequest& request, Network& network, Route& route) {
  const bool v4 = route.destination.family == abi::kAfInet;
  if (IsRefusal(route.type)) {
    if (v4) route.device = 0;
    if (!v4) route.device = 1;
    return {};
  }
  if (!route.gateway.Empty()) {
    const Route* way = network.Lookup(route.gateway, route.device);
    const bool good = way != nullptr && way->gateway.Empty() && way->type == abi::kRtnUnicast;
    if (!good) {
      return request.Refuse(v4 ? ENETUNREACH : EHOSTUNREACH, "Nexthop has invalid gateway");
    }
    if (route.device == 0) route.device = way->device;
  }
  const NetDevice* device = network.Find(route.device);
  if (device == nullptr) return Errno(ENODEV);
  if (!device->IsUp()) return request.Refuse(ENETDOWN, "Device for nexthop is not up");
  if (!route.source.Empty() && !network.IsLocal(route.source)) {
    return request.Refuse(EINVAL, "Invalid prefsrc address");
  }
  return {};
}

// RTM_GETROUTE with RTM_F_FIB_MATCH gives the entry itself, otherwise the way that a packet takes.
NetlinkMessage Resolved(NetlinkRequest& request, Network& network, const Route& route,
                        const IpAddress& destination) {
  NetlinkMessage reply = request.Reply(abi::kRtmNewroute);
  const auto asked = request.Fixed<abi::Rtmsg>();
  if ((asked.rtm_flags & abi::kRtmFFibMatch) != 0) {
    WriteRoute(reply, route);
    return reply;
  }
  Route way = route;
  way.destination = destination;
  way.prefix_length = destination.bits();
  if (way.source.Empty()) way.source = network.SourceFor(route, destination);
  const bool v4 = destination.family == abi::kAfInet;
  abi::Rtmsg head{};
  head.rtm_family = static_cast<uint8_t>(destination.family);
  head.rtm_dst_len = way.prefix_length;
  const bool tell_table = !v4 || (asked.rtm_flags & abi::kRtmFLookupTable) != 0;
  uint32_t table = tell_table ? way.table : uint32_t{abi::kRtTableMain};
  // Until somebody adds rules, IPv4's table `local` is a part of `main` (fib_unmerge()).
  if (v4 && table == abi::kRtTableLocal) table = abi::kRtTableMain;
  head.rtm_table = static_cast<uint8_t>(table < 256 ? table : 252);  // RT_TABLE_COMPAT
  head.rtm_protocol = v4 ? abi::kRtprotUnspec : way.protocol;
  head.rtm_scope = abi::kRtScopeUniverse;
  head.rtm_type = way.type;
  head.rtm_flags = v4 ? abi::kRtmFCloned : 0;
  reply.Fixed(head).Put(abi::kRtaTable, table).Put(abi::kRtaDst, way.destination);
  reply.Put(abi::kRtaOif, way.device);
  if (!way.source.Empty()) reply.Put(abi::kRtaPrefsrc, way.source);
  if (!way.gateway.Empty()) reply.Put(abi::kRtaGateway, way.gateway);
  if (!v4) reply.Put(abi::kRtaPriority, way.metric);
  if (v4) reply.Put(abi::kRtaUid, request.ctx.creds.uid);  // For whom it was looked up.
  reply.Put(abi::kRtaCacheinfo, std::array<std::byte, 32>{});
  return reply;
}

}  // namespace

void WriteRoute(NetlinkMessage& message, const Route& route) {
  const bool v4 = route.destination.family == abi::kAfInet;
  abi::Rtmsg head{};
  head.rtm_family = static_cast<uint8_t>(route.destination.family);
  head.rtm_dst_len = route.prefix_length;
  head.rtm_tos = route.tos;
  head.rtm_table = static_cast<uint8_t>(route.table < 256 ? route.table : 252);
  head.rtm_protocol = route.protocol;
  head.rtm_scope = route.scope;
  head.rtm_type = route.type;
  message.Fixed(head).Put(abi::kRtaTable, route.table);
  if (route.prefix_length != 0) message.Put(abi::kRtaDst, route.destination);
  if (route.metric != 0 || !v4) message.Put(abi::kRtaPriority, route.metric);
  if (route.mtu != 0) {
    const size_t metrics = message.BeginNested(abi::kRtaMetrics);
    message.Put(abi::kRtaxMtu, route.mtu);
    message.EndNested(metrics);
  }
  if (!route.source.Empty()) message.Put(abi::kRtaPrefsrc, route.source);
  if (!route.gateway.Empty()) message.Put(abi::kRtaGateway, route.gateway);
  if (route.device != 0) message.Put(abi::kRtaOif, route.device);
  if (v4) return;
  std::array<uint32_t, 8> cache{};  // struct rta_cacheinfo
  if (route.expires_ns != 0) {
    const int64_t left = (route.expires_ns - MonotonicNow().ns) / 10'000'000;
    cache[2] = static_cast<uint32_t>(static_cast<int32_t>(left));
  }
  message.Put(abi::kRtaCacheinfo, cache);
  message.Put(abi::kRtaPref, route.preference);
}

Result<void> GetRoute(NetlinkRequest& request, Network& network) {
  if (!request.Holds<abi::Rtmsg>()) return Errno(EINVAL);
  const auto head = request.Fixed<abi::Rtmsg>();
  if (head.rtm_family != abi::kAfInet && head.rtm_family != abi::kAfInet6) {
    return Errno(EOPNOTSUPP);
  }
  const NetlinkAttributes attributes = TRY(request.Attributes(sizeof(abi::Rtmsg)));
  IpAddress destination = TRY(attributes.Address(abi::kRtaDst, head.rtm_family));
  if (destination.Empty()) destination = IpAddress::Any(head.rtm_family);
  const int32_t device = TRY(attributes.Get<int32_t>(abi::kRtaOif)).value_or(0);
  if (device != 0 && network.Find(device) == nullptr) return Errno(ENODEV);
  const Route* route = network.Lookup(destination, device);
  // Linux sends to 0.0.0.0 as to itself.
  if (route == nullptr && destination == IpAddress::Any(abi::kAfInet)) {
    destination = IpAddress::V4(127, 0, 0, 1);
    route = network.Lookup(destination, device);
  }
  if (route == nullptr || route->type == abi::kRtnUnreachable) {
    return Errno(route == nullptr ? ENETUNREACH : EHOSTUNREACH);
  }
  if (route->type == abi::kRtnBlackhole) return Errno(EINVAL);
  if (route->type == abi::kRtnProhibit) return Errno(EACCES);
  request.Send(Resolved(request, network, *route, destination));
  return {};
}

Result<void> DumpRoutes(NetlinkRequest& request, Network& network) {
  const auto head = request.Fixed<abi::Rtmsg>();
  uint32_t table = 0;
  int32_t device = 0;
  const bool filters = request.strict();
  if (filters) {
    if (!request.Holds<abi::Rtmsg>()) {
      return request.Refuse(EINVAL, "Invalid header for FIB dump request");
    }
    const NetlinkAttributes attributes = TRY(request.Attributes(sizeof(abi::Rtmsg)));
    table = TRY(attributes.Get<uint32_t>(abi::kRtaTable)).value_or(head.rtm_table);
    device = TRY(attributes.Get<int32_t>(abi::kRtaOif)).value_or(0);
  }
  for (const Route& route : network.routes()) {
    if (head.rtm_family != abi::kAfUnspec && head.rtm_family != route.destination.family) continue;
    if (table != 0 && route.table != table) continue;
    if (device != 0 && route.device != device) continue;
    if (filters && head.rtm_type != 0 && head.rtm_type != route.type) continue;
    if (filters && head.rtm_protocol != 0 && head.rtm_protocol != route.protocol) continue;
    NetlinkMessage reply = request.Reply(abi::kRtmNewroute);
    WriteRoute(reply, route);
    request.Send(std::move(reply));
  }
  return {};
}

Result<void> NewRoute(NetlinkRequest& request, Network& network) {
  Route route = TRY(ReadRoute(request));
  if (route.type > abi::kRtnMax) return request.Refuse(EINVAL, "Invalid route type");
  if (route.scope > abi::kRtScopeHost) return request.Refuse(EINVAL, "Invalid scope");
  if (route.destination.family == abi::kAfInet6) {
    if (route.type == abi::kRtnUnspec) route.type = abi::kRtnUnicast;
    if (route.metric == 0) route.metric = kDefaultMetric6;
    route.scope = abi::kRtScopeUniverse;
  }
  TRY(CheckNextHop(request, network, route));
  return network.Add(std::move(route), {.create = request.Has(abi::kNlmFCreate),
                                        .exclusive = request.Has(abi::kNlmFExcl),
                                        .replace = request.Has(abi::kNlmFReplace),
                                        .append = request.Has(abi::kNlmFAppend)});
}

Result<void> DeleteRoute(NetlinkRequest& request, Network& network) {
  const Route like = TRY(ReadRoute(request));
  return network.Remove(like);
}

}  // namespace sentry
