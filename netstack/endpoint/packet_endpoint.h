// PacketEndpoint: a socket of packet(7), which sees frames as interfaces send and receive them.
#pragma once

#include <deque>

#include "netstack/endpoint/endpoint.h"

namespace netstack {

// sockaddr_ll
struct LinkAddr {
  uint32_t ifindex = 0;
  uint16_t protocol = 0;  // EtherType, host order.
  uint16_t hardware_type = 0;
  PacketType type = PacketType::kHost;
  MacAddress mac;
  uint8_t mac_length = 0;
};

struct LinkPacketInfo {
  LinkAddr from;
  size_t full_length = 0;
  size_t network_offset = 0;  // tp_net of PACKET_AUXDATA, from where the socket sees it.
  int64_t wall_time = 0;
  bool checksum_valid = false, checksum_partial = false;
};

class PacketEndpoint final : public Endpoint, private PacketTap {
 public:
  // `raw`: SOCK_RAW, with link headers; otherwise SOCK_DGRAM.  `ethertype` 0: nothing is received
  // until Bind(); 3: all.
  PacketEndpoint(Stack& stack, bool raw, uint16_t ethertype, uint32_t uid);
  ~PacketEndpoint() override;

  // ENODEV; ENETDOWN is reported as the pending error.  `ethertype` 0: unchanged.
  Result<void> Bind(uint32_t ifindex, uint16_t ethertype);
  LinkAddr BoundTo() const;
  // ENXIO, ENETDOWN, EMSGSIZE, EINVAL.
  Result<size_t> Send(ByteSource& data, const std::optional<LinkAddr>& to);
  Result<size_t> Receive(ByteSink& to, bool peek, LinkPacketInfo* info);
  // PACKET_STATISTICS, reset by reading.
  struct Statistics {
    uint32_t packets = 0, drops = 0;
  };
  Statistics TakeStatistics();
  // PACKET_ADD_MEMBERSHIP, PACKET_DROP_MEMBERSHIP: PACKET_MR_PROMISC or PACKET_MR_ALLMULTI.
  Result<void> SetPromiscuous(uint32_t ifindex, bool on);
  Result<void> SetAllMulticast(uint32_t ifindex, bool on);
  bool ignore_outgoing = false;  // PACKET_IGNORE_OUTGOING

  uint32_t Readiness() const override;
  void Close() override;
  Result<SocketAddr> LocalAddress() const override { return Errno(EOPNOTSUPP); }
  Result<SocketAddr> PeerAddress() const override { return Errno(EOPNOTSUPP); }
  size_t NextLength() const { return queue_.empty() ? 0 : queue_.front().packet->size(); }

 private:
  void Tap(Interface& interface, const Packet& packet, size_t link_header_size) override;
  Result<void> SetMembership(uint32_t ifindex, bool promiscuous, bool on);
  void Hook();
  void Unhook();

  struct Queued {
    PacketPtr packet;
    LinkPacketInfo info;
    size_t cost = 0;
  };
  const bool raw_;
  uint16_t ethertype_;
  uint32_t ifindex_ = 0;
  bool closed_ = false, hooked_ = false;
  std::deque<Queued> queue_;
  size_t queued_cost_ = 0;
  Statistics statistics_;
  std::vector<std::pair<uint32_t, bool>> memberships_;  // ifindex, promiscuous (or all-multicast)
};

}  // namespace netstack
