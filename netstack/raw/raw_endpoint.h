// RawEndpoint (raw(7), RFC 3542 for IPv6) and PingEndpoint (icmp(7): ICMP datagram sockets).
#pragma once

#include <array>

#include "netstack/endpoint/datagram_endpoint.h"

namespace netstack {

class Raw;
class Ping;

// IPv4: what is received starts with the IP header; IPv6: behind all headers.
class RawEndpoint final : public DatagramEndpoint {
 public:
  // `protocol` 255 (IPPROTO_RAW): sends only, with the header included.
  RawEndpoint(Raw& raw, int family, uint8_t protocol, uint32_t uid);
  ~RawEndpoint() override;

  Result<void> Bind(const SocketAddr& local) override;
  Result<size_t> Send(ByteSource& data, const DatagramSend& send) override;

  uint32_t icmp_filter = 0;                // ICMP_FILTER: bit N drops type N.
  std::array<uint32_t, 8> icmp6_filter{};  // ICMP6_FILTER: bit N drops type N.

 private:
  friend class Raw;
  bool Wants(const Packet& packet, const IpReceived& ip) const;
  void Deliver(const Packet& packet, const IpReceived& ip);
  void OnError(const IpError& error);
  void Unbind() override;

  Raw& raw_;
};

// The local port is the echo identifier.
class PingEndpoint final : public DatagramEndpoint {
 public:
  PingEndpoint(Ping& ping, int family, uint32_t uid);
  ~PingEndpoint() override;

  Result<void> Bind(const SocketAddr& local) override;
  // EINVAL: not an echo request.
  Result<size_t> Send(ByteSource& data, const DatagramSend& send) override;

 private:
  friend class Ping;
  Result<void> AutoBind() override;
  void Unbind() override;

  Ping& ping_;
};

}  // namespace netstack
