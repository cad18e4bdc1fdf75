// Udp: what a gateway tells a sender whose datagrams go nowhere (netstack/stack/forwarder.h).
#include "netstack/udp/udp.h"
#include "netstack/wire/ipv4.h"
#include "netstack/wire/ipv6.h"
#include "netstack/wire/udp.h"

namespace netstack {

void Udp::Refuse(const UdpEndpoint& endpoint, Unreachable why) {
  Stack::Scope scope(stack_);
  const SocketAddr& from = endpoint.peer_;
  const SocketAddr& to = endpoint.local_;
  Result<RouteResult> route = stack_.FindRoute(from.addr, to.addr, 0);
  if (!route.ok()) return;
  IpReceived ip;
  ip.source = from.addr;
  ip.destination = to.addr;
  ip.in = route->out;
  ip.protocol = kProtoUdp;
  // The datagram itself is long gone: an error quotes the headers, which are known.
  const bool v4 = from.addr.IsV4();
  const size_t size = v4 ? Ipv4Header::kSize : Ipv6Header::kSize;
  std::vector<std::byte> bytes(size + UdpHeader::kSize);
  if (v4) {
    Ipv4Header header;
    header.source = ip.source;
    header.destination = ip.destination;
    header.protocol = kProtoUdp;
    header.total_length = static_cast<uint16_t>(bytes.size());
    header.Write(bytes.data());
  } else {
    Ipv6Header header;
    header.source = ip.source;
    header.destination = ip.destination;
    header.next_header = kProtoUdp;
    header.payload_length = UdpHeader::kSize;
    header.Write(bytes.data());
  }
  UdpHeader{from.port, to.port, UdpHeader::kSize, 0}.Write(&bytes[size]);
  PacketPtr packet = Packet::FromBytes(stack_.pool(), bytes);
  if (packet == nullptr) return;
  packet->network_header = {packet->Pull(size), size};
  packet->Consume(size);
  stack_.icmp().SendUnreachable(*packet, ip, why);
}

}  // namespace netstack
