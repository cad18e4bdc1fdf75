// What IPv6 autoconfiguration finds becomes addresses and routes of the network.
#include "abi/linux/netlink.h"
#include "sentry/socket/inet/inet_stack.h"

namespace sentry {
namespace {

InterfaceAddress AddressOf(const netstack::Interface& interface,
                           const netstack::InterfaceAddress& address) {
  InterfaceAddress out;
  out.device = static_cast<int32_t>(interface.index());
  out.local = out.peer = FromStack(address.addr);
  out.prefix_length = static_cast<uint8_t>(address.prefix);
  out.scope = address.addr.IsLinkLocal() ? abi::kRtScopeLink : abi::kRtScopeUniverse;
  out.flags = address.flags & ~netstack::kAddrNoPrefixRoute;
  out.valid_seconds = address.valid_lft;
  out.preferred_seconds = address.preferred_lft;
  out.protocol = kAddressFromRouter;
  return out;
}

Route RouteOf(const netstack::Route& route) {
  Route out;
  out.destination = FromStack(route.dst);
  out.prefix_length = static_cast<uint8_t>(route.prefix);
  out.protocol = route.protocol;
  out.scope = abi::kRtScopeUniverse;
  out.type = abi::kRtnUnicast;
  out.table = route.table;
  out.metric = route.metric;
  out.device = static_cast<int32_t>(route.ifindex);
  if (!route.gateway.IsAny()) out.gateway = FromStack(route.gateway);
  out.mtu = route.mtu;
  out.advertised = true;
  out.expires_ns = route.expires;
  out.preference = route.preference;
  return out;
}

}  // namespace

bool InetStack::DetectsDuplicates(const NetDevice& device) {
  const netstack::Interface* interface = stack().FindInterface(static_cast<uint32_t>(device.index));
  return interface != nullptr && stack().DetectsDuplicates(*interface);
}

void InetStack::Put(netstack::Interface& interface, const netstack::InterfaceAddress& address) {
  network_.Put(AddressOf(interface, address));
}

void InetStack::Drop(netstack::Interface& interface, const netstack::InterfaceAddress& address) {
  (void)network_.Remove(AddressOf(interface, address));
}

void InetStack::Put(const netstack::Route& route) {
  network_.Advertise(RouteOf(route));
}

void InetStack::Drop(const netstack::Route& route) {
  (void)network_.Remove(RouteOf(route));
}

}  // namespace sentry
