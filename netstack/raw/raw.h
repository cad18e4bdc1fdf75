// Raw: copies of packets for raw sockets.  Ping: echo replies for ICMP datagram sockets.
#pragma once

#include <map>

#include "netstack/icmp/icmp.h"
#include "netstack/raw/raw_endpoint.h"

namespace netstack {

class Raw final : public RawDelivery {
 public:
  explicit Raw(Stack& stack) : stack_(stack) { stack.SetRaw(this); }
  ~Raw() { stack_.SetRaw(nullptr); }
  Ref<RawEndpoint> CreateEndpoint(int family, uint8_t protocol, uint32_t uid);
  std::vector<Ref<RawEndpoint>> List() const { return endpoints_; }
  Stack& stack() { return stack_; }

  bool Deliver(Packet& packet, const IpReceived& ip) override;
  void OnError(const IpError& error, uint8_t protocol) override;

 private:
  friend class RawEndpoint;
  Stack& stack_;
  std::vector<Ref<RawEndpoint>> endpoints_;
};

class Ping final : public EchoReceiver {
 public:
  Ping(Stack& stack, Icmp& icmp) : stack_(stack) { icmp.SetEchoReceiver(this); }
  Ref<PingEndpoint> CreateEndpoint(int family, uint32_t uid);
  std::vector<Ref<PingEndpoint>> List() const;
  Stack& stack() { return stack_; }

  void OnEchoReply(PacketPtr packet, const IpReceived& ip, uint16_t id) override;
  void OnEchoError(const IpError& error, uint16_t id) override;

 private:
  friend class PingEndpoint;
  // Identifiers are one space for each version of IP.
  using Key = std::pair<bool, uint16_t>;
  Result<void> Register(PingEndpoint& endpoint, uint16_t id);
  void Unregister(PingEndpoint& endpoint);

  Stack& stack_;
  std::map<Key, Ref<PingEndpoint>> ids_;
};

}  // namespace netstack
