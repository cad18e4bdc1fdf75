#include "sentry/socket/proc_net.h"

#include <arpa/inet.h>

#include <cstdarg>
#include <cstdio>

#include "abi/linux/netlink.h"
#include "sentry/kernel/kernel.h"

namespace sentry {
namespace {

constexpr size_t kPadded = 127;
constexpr uint32_t kRouteUp = 1, kRouteGateway = 2, kRouteHost = 4, kRouteReject = 0x200;

std::string Hex6(const IpAddress& address) {
  std::string text;
  for (uint8_t byte : address.bytes) AppendText(text, "%02x", byte);
  return text;
}

std::string Presentation(const IpAddress& address) {
  char text[INET6_ADDRSTRLEN] = "";
  ::inet_ntop(address.family, address.bytes.data(), text, sizeof(text));
  return text;
}

// dev_seq_printf_stats() of Linux.
std::string Dev(Kernel&, Network& network) {
  std::string text =
      "Inter-|   Receive                                                |  Transmit\n"
      " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs "
      "drop fifo colls carrier compressed\n";
  for (const auto& [index, device] : network.devices()) {
    const LinkStats s = network.plane != nullptr ? network.plane->Stats(device) : LinkStats();
    AppendText(text,
               "%6s: %7lu %7lu %4lu %4lu %4lu %5lu %10lu %9lu %8lu %7lu %4lu %4lu %4lu %5lu %7lu "
               "%10lu\n",
               device.name.c_str(), s.rx_bytes, s.rx_packets, s.rx_errors, s.rx_dropped, 0ul, 0ul,
               0ul, s.multicast, s.tx_bytes, s.tx_packets, s.tx_errors, s.tx_dropped, 0ul, 0ul, 0ul,
               0ul);
  }
  return text;
}

std::string IfInet6(Kernel&, Network& network) {
  std::string text;
  for (const InterfaceAddress& address : network.addresses()) {
    if (address.local.family != abi::kAfInet6) continue;
    const NetDevice* device = network.Find(address.device);
    // IPV6_ADDR_LOOPBACK, IPV6_ADDR_LINKLOCAL.
    const unsigned scope = address.scope == abi::kRtScopeHost   ? 0x10
                           : address.scope == abi::kRtScopeLink ? 0x20
                                                                : 0;
    AppendText(text, "%s %02x %02x %02x %02x %8s\n", Hex6(address.local).c_str(), device->index,
               address.prefix_length, scope, address.flags & 0xff, device->name.c_str());
  }
  return text;
}

void Pad(std::string& text, size_t line_start) {
  const size_t length = text.size() - line_start;
  if (length < kPadded) text.append(kPadded - length, ' ');
  text += '\n';
}

// fib_route_seq_show() of Linux: table `main`, without the machine's own and broadcast addresses.
std::string RouteTable(Kernel&, Network& network) {
  std::string text =
      "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT";
  Pad(text, 0);
  for (const Route& route : network.routes()) {
    if (route.destination.family != abi::kAfInet || route.table != abi::kRtTableMain) continue;
    if (route.type == abi::kRtnBroadcast || route.type == abi::kRtnMulticast) continue;
    uint32_t flags =
        route.type == abi::kRtnUnreachable || route.type == abi::kRtnProhibit ? kRouteReject : 0;
    flags |= kRouteUp;
    if (!route.gateway.Empty()) flags |= kRouteGateway;
    if (route.prefix_length == 32) flags |= kRouteHost;
    const NetDevice* device = network.Find(route.device);
    const IpAddress mask = IpAddress::Any(abi::kAfInet).Prefix(0, true).Prefix(route.prefix_length);
    const size_t start = text.size();
    AppendText(text, "%s\t%08X\t%08X\t%04X\t%d\t%u\t%u\t%08X\t%d\t%u\t%u",
               device != nullptr ? device->name.c_str() : "*", route.destination.v4(),
               route.gateway.Empty() ? 0 : route.gateway.v4(), flags, 0, 0u, route.metric,
               mask.v4(), 0, 0u, 0u);
    Pad(text, start);
  }
  return text;
}

std::string Ipv6Routes(Kernel&, Network& network) {
  const IpAddress any = IpAddress::Any(abi::kAfInet6);
  constexpr uint32_t kLocal = 0x80200000, kNonexthop = 0x00200000;
  constexpr uint32_t kDefault = 0x10000, kAddrconf = 0x40000, kExpires = 0x400000;
  std::string text;
  for (const Route& route : network.routes()) {
    if (route.destination.family != abi::kAfInet6) continue;
    const NetDevice* device = network.Find(route.device);
    uint32_t flags = kRouteUp;
    if (!route.gateway.Empty()) flags |= kRouteGateway;
    if (route.advertised) flags |= kAddrconf | (route.prefix_length == 0 ? kDefault : 0);
    if (route.expires_ns != 0) flags |= kExpires;
    if (route.type == abi::kRtnLocal) flags |= kLocal;
    if (route.type == abi::kRtnUnreachable) flags |= kRouteReject | kNonexthop;
    AppendText(text, "%s %02x %s %02x %s %08x %08x %08x %08x %8s\n",
               Hex6(route.destination).c_str(), route.prefix_length, Hex6(any).c_str(), 0,
               Hex6(route.gateway.Empty() ? any : route.gateway).c_str(), route.metric, 1u, 0u,
               flags, device != nullptr ? device->name.c_str() : "lo");
  }
  return text;
}

// arp_format_neigh_entry() of Linux.
std::string Arp(Kernel&, Network& network) {
  std::string text =
      "IP address       HW type     Flags       HW address            Mask     Device\n";
  if (network.plane == nullptr) return text;
  constexpr uint16_t kValid = 0xde, kPermanent = 0x80;  // NUD_VALID, NUD_PERMANENT
  for (const Neighbour& n : network.plane->Neighbours()) {
    if (n.address.family != abi::kAfInet) continue;
    const NetDevice* device = network.Find(n.device);
    const unsigned flags =
        ((n.state & kValid) != 0 ? 2 : 0) | ((n.state & kPermanent) != 0 ? 4 : 0);
    char mac[18];
    std::snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", n.link_address[0],
                  n.link_address[1], n.link_address[2], n.link_address[3], n.link_address[4],
                  n.link_address[5]);
    AppendText(text, "%-16s 0x%-10x0x%-10x%-17s     *        %s\n", Presentation(n.address).c_str(),
               device != nullptr ? device->type : 1, flags, mac,
               device != nullptr ? device->name.c_str() : "?");
  }
  return text;
}

template <int kWhich>
std::string Counters(Kernel&, Network& network) {
  constexpr std::string_view kNames[] = {"snmp", "snmp6", "netstat"};
  return network.plane != nullptr ? network.plane->Counters(kNames[kWhich]) : std::string();
}

template <int kWhich>
std::string Groups(Kernel&, Network& network) {
  constexpr std::string_view kNames[] = {"igmp", "igmp6", "mcfilter", "mcfilter6"};
  return network.plane != nullptr ? network.plane->Groups(kNames[kWhich]) : std::string();
}

std::string NfConntrack(Kernel&, Network& network) {
  NetfilterPlane* filter = network.plane != nullptr ? network.plane->Netfilter() : nullptr;
  return filter != nullptr ? filter->Connections() : std::string();
}

constexpr ProcNetFile kFiles[] = {
    {"arp", Arp},
    {"dev", Dev},
    {"if_inet6", IfInet6},
    {"nf_conntrack", NfConntrack},
    {"route", RouteTable},
    {"ipv6_route", Ipv6Routes},
    {"snmp", Counters<0>},
    {"snmp6", Counters<1>},
    {"netstat", Counters<2>},
    {"igmp", Groups<0>},
    {"igmp6", Groups<1>},
    {"mcfilter", Groups<2>},
    {"mcfilter6", Groups<3>},
};

}  // namespace

void AppendText(std::string& text, const char* format, ...) {
  char line[512];
  va_list args;
  va_start(args, format);
  const int n = std::vsnprintf(line, sizeof(line), format, args);
  va_end(args);
  if (n > 0) text.append(line, std::min(static_cast<size_t>(n), sizeof(line) - 1));
}

std::span<const ProcNetFile> ProcNetConfigFiles() {
  return kFiles;
}

}  // namespace sentry
