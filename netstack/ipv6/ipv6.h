// Ipv6: RFC 8200: packets in, out, through; extension headers, fragments.
#pragma once

#include "netstack/stack/reassembly.h"
#include "netstack/stack/stack.h"
#include "netstack/wire/ipv6.h"

namespace netstack {

class Ipv6 final : public NetworkProtocol {
 public:
  explicit Ipv6(Stack& stack);

  Result<void> Send(PacketPtr packet, const RouteResult& route, const IpSend& send) override;
  void Receive(Interface& in, PacketPtr packet) override;
  void OnUnresolved(Interface& out, PacketPtr packet) override;
  uint32_t PayloadRoom(const RouteResult& route, const IpSend& send) const override;

 private:
  Result<void> SendIncluded(PacketPtr packet, const RouteResult& route, const IpSend& send);
  Result<void> SendFragments(PacketPtr packet, const RouteResult& route, Ipv6Header header,
                             const IpSend& send);
  // Null: no memory.
  PacketPtr PutExtensions(PacketPtr packet, const IpSend& send);
  void Transmit(PacketPtr packet, const RouteResult& route, const IpSend& send);
  bool AddressesAreSane(Interface& in, const Ipv6Header& header) const;
  // Consumes the extension headers; false: the packet is not for a transport (yet).
  bool TakeExtensions(PacketPtr& packet, const Ipv6Header& header, IpReceived& ip);
  bool TakeFragment(PacketPtr& packet, const Ipv6Extensions& walk, IpReceived& ip);
  void Deliver(PacketPtr packet, const IpReceived& ip);
  void Forward(PacketPtr packet, const Ipv6Header& header, const IpReceived& ip);
  // The same ways with a packet filter on them (filter.cc); false: it is gone.
  bool PreRoute(Interface& in, PacketPtr& packet, Ipv6Header& header);
  bool Defragment(Interface& in, PacketPtr& packet, const Ipv6Header& header);
  bool FilterInput(PacketPtr& packet, IpReceived& ip);
  void FilterForward(PacketPtr packet, const IpReceived& ip, RouteResult route);
  Result<void> FilterOutput(PacketPtr packet, RouteResult route, IpSend send);
  Result<void> SendFiltered(PacketPtr packet, const RouteResult& route, const IpSend& send);

  Stack& stack_;
  Reassembler reassembler_;
  uint32_t next_id_;
};

}  // namespace netstack
