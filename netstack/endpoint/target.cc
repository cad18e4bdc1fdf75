// DatagramEndpoint: where a message goes, and with what in its IP header.
#include "netstack/endpoint/datagram_endpoint.h"

namespace netstack {
namespace {

Fragmentation FragmentationOf(PmtuDiscovery pmtu) {
  switch (pmtu) {
    case PmtuDiscovery::kWant:
      return Fragmentation::kHereOnly;
    case PmtuDiscovery::kDo:
      return Fragmentation::kForbidden;
    case PmtuDiscovery::kProbe:
      return Fragmentation::kProbe;
    default:
      return Fragmentation::kAllowed;
  }
}

}  // namespace

Result<DatagramEndpoint::Target> DatagramEndpoint::Resolve(const DatagramSend& send) const {
  Target target;
  if (!send.to && !connected_) return Errno(EDESTADDRREQ);
  target.to = send.to ? *send.to : peer_;
  IpAddress& dst = target.to.addr;
  if (!IsV4() && ip6.v6only && dst.IsV4()) return Errno(ENETUNREACH);
  // To "any" means to this machine (Linux: ip_route_output(), udpv6_sendmsg()).
  if (dst == IpAddress::AnyV4()) {
    dst = local_.addr.IsV4() && !local_.addr.IsAny() ? local_.addr : IpAddress::LoopbackV4();
  }
  if (dst == IpAddress::AnyV6()) dst = IpAddress::LoopbackV6();
  const bool v4 = dst.IsV4();
  uint32_t ifindex = options.bound_ifindex;
  if (ifindex == 0) ifindex = send.ifindex;
  if (dst.NeedsScope() && target.to.scope != 0) {
    if (ifindex != 0 && ifindex != target.to.scope) return Errno(EINVAL);
    ifindex = target.to.scope;
  }
  IpAddress source = local_.addr;
  if (!send.source.IsAny()) {
    source = send.source;
    const bool free = v4 ? ip4.freebind || ip4.transparent : ip6.freebind || ip6.transparent;
    if (!free && !stack_.CanBind(source, ifindex)) return Errno(EINVAL);
  }
  if (source.IsMulticast() || source.IsBroadcast()) source = IpAddress::AnyFor(v4);
  if (dst.IsMulticast()) {
    if (ifindex == 0) ifindex = v4 ? ip4.multicast_ifindex : ip6.multicast_ifindex;
    if (v4 && source.IsAny() && !ip4.multicast_source.IsAny()) source = ip4.multicast_source;
  } else if (ifindex == 0) {
    ifindex = v4 ? ip4.unicast_ifindex : ip6.unicast_ifindex;
  }
  if (source.IsAny()) source = IpAddress::AnyFor(v4);
  if (source.IsV4() != v4) return Errno(ENETUNREACH);
  target.route = TRY(stack_.FindRoute(dst, source, ifindex));
  if (target.route.type == RouteType::kBroadcast && !options.broadcast) return Errno(EACCES);
  if ((options.dont_route || send.dont_route) && target.route.gateway) return Errno(ENETUNREACH);
  IpSend& ip = target.ip;
  ip.source = target.route.source;
  ip.destination = dst;
  ip.protocol = protocol_;
  const bool group = target.route.type == RouteType::kMulticast;
  if (v4) {
    ip.hop_limit = send.hop_limit >= 0 ? send.hop_limit : (group ? ip4.multicast_ttl : ip4.ttl);
    ip.tos = static_cast<uint8_t>(send.tos >= 0 ? send.tos : ip4.tos);
    ip.fragmentation = FragmentationOf(ip4.pmtu);
    ip.multicast_loop = ip4.multicast_loop;
    ip.options = send.options ? *send.options : ip4.options;
  } else {
    ip.hop_limit =
        send.hop_limit >= 0 ? send.hop_limit : (group ? ip6.multicast_hops : ip6.unicast_hops);
    ip.tos = static_cast<uint8_t>(send.tos >= 0 ? send.tos : std::max(0, ip6.traffic_class));
    ip.flow_label = send.flow_label;
    ip.fragmentation = FragmentationOf(ip6.pmtu);
    ip.multicast_loop = ip6.multicast_loop;
    const bool whole = send.dont_fragment >= 0 ? send.dont_fragment != 0 : ip6.dont_fragment;
    if (whole) ip.fragmentation = Fragmentation::kForbidden;
    if (send.hop_options || send.dst_options) {
      target.extensions =
          JoinExtensions(send.hop_options ? *send.hop_options : ip6.hop_options,
                         send.dst_options ? *send.dst_options : ip6.dst_options, protocol_);
      ip.options = target.extensions.bytes;
      ip.options_protocol = target.extensions.protocol;
    } else {
      ip.options = ip6.extensions.bytes;
      ip.options_protocol = ip6.extensions.protocol;
    }
    if (ip6.mtu != 0) target.route.mtu = std::min(target.route.mtu, ip6.mtu);
  }
  if (target.to.addr.NeedsScope()) target.to.scope = target.route.out->index();
  return target;
}

}  // namespace netstack
