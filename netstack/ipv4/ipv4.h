// Ipv4: RFC 791 with RFC 1122: packets in, out, through; options, fragments.
#pragma once

#include "netstack/stack/reassembly.h"
#include "netstack/stack/stack.h"
#include "netstack/wire/ipv4.h"

namespace netstack {

class Ipv4 final : public NetworkProtocol {
 public:
  explicit Ipv4(Stack& stack);

  Result<void> Send(PacketPtr packet, const RouteResult& route, const IpSend& send) override;
  void Receive(Interface& in, PacketPtr packet) override;
  void OnUnresolved(Interface& out, PacketPtr packet) override;
  uint32_t PayloadRoom(const RouteResult& route, const IpSend& send) const override;

 private:
  Result<void> SendIncluded(PacketPtr packet, const RouteResult& route, const IpSend& send);
  Result<void> SendFragments(PacketPtr packet, const RouteResult& route, Ipv4Header header,
                             std::span<const std::byte> options);
  void Transmit(PacketPtr packet, const RouteResult& route, const IpSend& send);
  bool SourceIsSane(Interface& in, const Ipv4Header& header) const;
  bool CheckOptions(Packet& packet, const IpReceived& ip);
  void Deliver(PacketPtr packet, const IpReceived& ip);
  void Forward(PacketPtr packet, const Ipv4Header& header, const IpReceived& ip);
  uint16_t NextId();
  // The same ways with a packet filter on them (filter.cc); false: it is gone.
  bool PreRoute(Interface& in, PacketPtr& packet, Ipv4Header& header);
  bool Defragment(Interface& in, PacketPtr& packet, Ipv4Header& header);
  bool FilterInput(PacketPtr& packet, IpReceived& ip);
  void FilterForward(PacketPtr packet, const IpReceived& ip, RouteResult route);
  Result<void> FilterOutput(PacketPtr packet, RouteResult route, IpSend send);
  Result<void> SendFiltered(PacketPtr packet, const RouteResult& route, const IpSend& send);

  Stack& stack_;
  Reassembler reassembler_;
  uint16_t next_id_;
};

}  // namespace netstack
