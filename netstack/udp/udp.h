// Udp: RFC 768, or UDP-Lite (RFC 3828), for both versions of IP: who gets a datagram, which ports
// are taken.
#pragma once

#include <unordered_map>
#include <vector>

#include "netstack/stack/forwarder.h"
#include "netstack/stack/ports.h"
#include "netstack/udp/udp_endpoint.h"
#include "netstack/wire/ipv4.h"
#include "netstack/wire/udp.h"

namespace netstack {

class Udp final : public TransportProtocol {
 public:
  // `protocol`: kProtoUdp or kProtoUdpLite.
  Udp(Stack& stack, uint8_t protocol);
  Ref<UdpEndpoint> CreateEndpoint(int family, uint32_t uid);
  std::vector<Ref<UdpEndpoint>> List() const;

  void Receive(PacketPtr packet, const IpReceived& ip) override;
  void OnError(const IpError& error) override;
  Stack& stack() { return stack_; }
  uint8_t protocol() const { return protocol_; }
  bool lite() const { return protocol_ == kProtoUdpLite; }
  UdpStats& stats(bool v4);
  // Datagrams for nobody are `forwarder`'s to place.
  void SetForwarder(UdpForwarder* forwarder) { forwarder_ = forwarder; }
  // Tells the peer of a connected endpoint that what it sends to there goes nowhere (forward.cc).
  void Refuse(const UdpEndpoint& endpoint, Unreachable why);

 private:
  friend class UdpEndpoint;
  Result<void> Register(UdpEndpoint& endpoint, uint16_t port);
  void Unregister(UdpEndpoint& endpoint);
  bool Conflicts(const UdpEndpoint& endpoint, uint16_t port) const;
  Result<uint16_t> PickPort(const UdpEndpoint& endpoint);
  UdpEndpoint* Find(const IpReceived& ip, uint16_t port, uint16_t source_port) const;
  // What of a datagram its checksum covers; nothing: it is malformed or wrong.
  std::optional<size_t> Check(Packet& packet, const IpReceived& ip, const UdpHeader& header);
  void DeliverToGroup(PacketPtr packet, const IpReceived& ip, const UdpHeader& header,
                      size_t covered);

  Stack& stack_;
  const uint8_t protocol_;
  UdpForwarder* forwarder_ = nullptr;
  std::unordered_map<uint16_t, std::vector<Ref<UdpEndpoint>>> ports_;
};

}  // namespace netstack
