// UdpEndpoint: a socket of udp(7).  Created by Udp::CreateEndpoint().
#pragma once

#include "netstack/endpoint/datagram_endpoint.h"

namespace netstack {

class Udp;

class UdpEndpoint final : public DatagramEndpoint {
 public:
  UdpEndpoint(Udp& udp, int family, uint32_t uid);

  Result<void> Bind(const SocketAddr& local) override;
  Result<void> Connect(const SocketAddr& peer) override;
  Result<void> Disconnect() override;
  Result<size_t> Send(ByteSource& data, const DatagramSend& send) override;
  Result<void> SetBoundInterface(uint32_t ifindex) override;
  size_t PendingOutput() const override { return corked_ ? corked_->data.size() : 0; }

  // udp(7)
  bool cork = false;          // UDP_CORK; clearing it wants FlushCork().
  uint16_t segment_size = 0;  // UDP_SEGMENT
  bool gro = false;           // UDP_GRO
  bool no_check6_tx = false, no_check6_rx = false;
  // udplite(7): how much of a datagram is covered, header included; 0: all.  Of what comes, the
  // least that will do; not set: anything.
  std::optional<uint16_t> send_coverage, receive_coverage;
  bool lite() const;
  Result<void> FlushCork();

 private:
  friend class Udp;
  struct Corked {
    DatagramSend send;
    std::vector<std::byte> data;
  };
  Result<void> AutoBind() override;
  void Unbind() override;
  void Rehash() override;
  Result<size_t> SendCorked(ByteSource& data, const DatagramSend& send);
  Result<void> Transmit(PacketPtr payload, const Target& target, uint16_t gso_size);
  Result<void> TransmitOne(PacketPtr payload, const Target& target);
  // `header`: the UDP header that stood in front, for filters.  The checksum covered
  // the first `covered` bytes of both.
  void Deliver(PacketPtr packet, const IpReceived& ip, uint16_t source_port,
               std::span<const std::byte> header, size_t covered);

  Udp& udp_;
  std::unique_ptr<Corked> corked_;
};

}  // namespace netstack
