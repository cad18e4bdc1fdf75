#include "sentry/socket/inet/inet_stack.h"

#include <algorithm>

#include "abi/linux/netdevice.h"
#include "abi/linux/netlink.h"
#include "netstack/autoconf/autoconf.h"

namespace sentry {
namespace {

netstack::Route ToStack(const Route& route) {
  netstack::Route out;
  out.dst = ToStack(route.destination);
  out.prefix = route.prefix_length;
  out.gateway = route.gateway.Empty() ? netstack::IpAddress() : ToStack(route.gateway);
  out.ifindex = static_cast<uint32_t>(route.device);
  out.source = route.source.Empty() ? netstack::IpAddress() : ToStack(route.source);
  out.metric = route.metric;
  out.table = route.table;
  out.type = static_cast<netstack::RouteType>(route.type);
  out.protocol = route.protocol;
  out.scope = route.scope;
  out.tos = route.tos;
  out.mtu = route.mtu;
  out.advertised = route.advertised;
  return out;
}

}  // namespace

netstack::IpAddress ToStack(const IpAddress& address) {
  if (address.family == abi::kAfInet) return netstack::IpAddress::V4Bytes(address.bytes.data());
  return netstack::IpAddress::V6Bytes(address.bytes.data());
}

IpAddress FromStack(const netstack::IpAddress& address) {
  IpAddress out = IpAddress::Any(address.IsV4() ? abi::kAfInet : abi::kAfInet6);
  std::memcpy(out.bytes.data(), address.wire().data(), address.wire().size());
  return out;
}

InetStack::InetStack(Kernel& kernel, Network& network)
    : kernel_(kernel),
      network_(network),
      environment_(kernel, [this] { stack().RunTimers(); }),
      net_(std::make_unique<netstack::NetStack>(environment_)) {
  net_->AddLoopback(false);
  net_->autoconf().SetTarget(this);
  stack().MakeLinkLocal(false);  // The network does, when there is a carrier.
  network_.plane = this;
  network_.Observe(this);
  for (const auto& [index, device] : network_.devices()) OnLink(device, false);
  for (const InterfaceAddress& address : network_.addresses()) OnAddress(address, false);
  for (const Route& route : network_.routes()) OnRoute(route, false);
}

InetStack::~InetStack() {
  network_.Forget(this);
  network_.plane = nullptr;
}

InetStack& InetStack::Of(Kernel& kernel, Network& network) {
  if (network.plane == nullptr) network.plane_owner = MakeRef<InetStack>(kernel, network);
  return *Existing(network);
}

void InetStack::OnLink(const NetDevice& device, bool gone) {
  netstack::Stack::Scope scope(stack());
  const uint32_t index = static_cast<uint32_t>(device.index);
  if (gone) {
    ForgetBridge(device.index);
    (void)stack().RemoveInterface(index);
    return;
  }
  netstack::Interface* interface = stack().FindInterface(index);
  if (interface == nullptr) {
    auto made = stack().AddInterface(device.name, MakeLink(device), index);
    if (!made.ok()) return;
    interface = *made;
  }
  if (interface->name() != device.name) (void)stack().Rename(*interface, device.name);
  if (interface->mtu() != static_cast<uint32_t>(device.mtu)) {
    (void)stack().SetMtu(*interface, static_cast<uint32_t>(device.mtu));
  }
  if (interface->IsEthernet()) {
    netstack::MacAddress mac;
    mac.bytes = device.address;
    if (interface->mac() != mac) (void)stack().SetMac(*interface, mac);
  }
  constexpr uint32_t kMask = abi::kIffUp | abi::kIffNoarp | abi::kIffMulticast;
  (void)stack().SetFlags(*interface, device.flags & kMask, kMask);
  FollowBridge(*interface, device);
}

// What is there already has changed.
void InetStack::OnAddress(const InterfaceAddress& address, bool gone) {
  netstack::Stack::Scope scope(stack());
  netstack::Interface* interface = stack().FindInterface(static_cast<uint32_t>(address.device));
  if (interface == nullptr) return;
  const netstack::IpAddress local = ToStack(address.local);
  if (gone) {
    (void)stack().RemoveAddress(*interface, local, address.prefix_length);
    return;
  }
  netstack::InterfaceAddress out;
  out.addr = local;
  out.prefix = address.prefix_length;
  out.peer = ToStack(address.peer);
  if (!address.broadcast.Empty()) out.broadcast = ToStack(address.broadcast);
  out.scope = address.scope;
  out.flags = address.flags;
  out.label = address.label;
  out.preferred_lft = address.preferred_seconds;
  out.valid_lft = address.valid_seconds;
  // Its prefix has a route of its own, or none.
  if (address.protocol == kAddressFromRouter) out.flags |= netstack::kAddrNoPrefixRoute;
  if (!stack().ChangeAddress(*interface, out).ok()) (void)stack().AddAddress(*interface, out);
}

// The stack makes the routes that addresses bring by itself.
void InetStack::OnRoute(const Route& route, bool gone) {
  if (route.protocol == abi::kRtprotKernel && !route.advertised) return;
  netstack::Stack::Scope scope(stack());
  if (gone) {
    (void)stack().RemoveRoute(ToStack(route));
  } else {
    (void)stack().AddRoute(ToStack(route), route.advertised, true);
  }
}

LinkStats InetStack::Stats(const NetDevice& device) {
  const netstack::Interface* interface = stack().FindInterface(static_cast<uint32_t>(device.index));
  if (interface == nullptr) return {};
  const netstack::LinkStats& s = interface->stats();
  return {s.rx_packets, s.tx_packets, s.rx_bytes,   s.tx_bytes, s.rx_errors,
          s.tx_errors,  s.rx_dropped, s.tx_dropped, s.multicast};
}

std::vector<Neighbour> InetStack::Neighbours() {
  std::vector<Neighbour> out;
  for (const netstack::NeighbourEntry& entry : stack().neighbours()) {
    out.push_back({static_cast<int32_t>(entry.ifindex), FromStack(entry.addr), entry.mac.bytes,
                   static_cast<uint16_t>(entry.state)});
  }
  return out;
}

Result<void> InetStack::SetNeighbour(const Neighbour& neighbour) {
  netstack::Stack::Scope scope(stack());
  netstack::NeighbourEntry entry;
  entry.addr = ToStack(neighbour.address);
  entry.ifindex = static_cast<uint32_t>(neighbour.device);
  entry.mac.bytes = neighbour.link_address;
  entry.state = static_cast<netstack::NeighbourState>(neighbour.state);
  return stack().SetNeighbour(entry);
}

Result<void> InetStack::RemoveNeighbour(const Neighbour& neighbour) {
  netstack::Stack::Scope scope(stack());
  return stack().RemoveNeighbour(static_cast<uint32_t>(neighbour.device),
                                 ToStack(neighbour.address));
}

}  // namespace sentry
