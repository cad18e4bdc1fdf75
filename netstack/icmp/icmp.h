// Icmp: RFC 792 and RFC 4443: echo, errors out and in, rate limits; neighbour discovery's messages.
#pragma once

#include <unordered_map>

#include "netstack/stack/path_mtu.h"
#include "netstack/stack/stack.h"
#include "netstack/wire/icmp.h"

namespace netstack {

// Ping sockets get the echo replies.
class EchoReceiver {
 public:
  // The packet starts with its ICMP header.
  virtual void OnEchoReply(PacketPtr packet, const IpReceived& ip, uint16_t id) = 0;
  // `error.transport` starts with the ICMP header of the echo request.
  virtual void OnEchoError(const IpError& error, uint16_t id) = 0;

 protected:
  ~EchoReceiver() = default;
};

class Icmp final : public IcmpSender, private TransportProtocol {
 public:
  explicit Icmp(Stack& stack);
  void SetEchoReceiver(EchoReceiver* receiver) { echo_ = receiver; }

  void SendUnreachable(Packet& packet, const IpReceived& ip, Unreachable why) override;
  void SendTooBig(Packet& packet, const IpReceived& ip, uint32_t mtu) override;
  void SendTimeExceeded(Packet& packet, const IpReceived& ip, uint8_t code) override;
  void SendParameterProblem(Packet& packet, const IpReceived& ip, uint8_t code,
                            uint32_t pointer) override;

 private:
  void Receive(PacketPtr packet, const IpReceived& ip) override;
  void OnError(const IpError& error) override;

  void Receive4(PacketPtr packet, const IpReceived& ip, const IcmpHeader& header);
  void Receive6(PacketPtr packet, const IpReceived& ip, const IcmpHeader& header);
  void Reply(PacketPtr packet, const IpReceived& ip, uint8_t type);
  void ReceiveError4(Packet& packet, const IpReceived& ip, const IcmpHeader& header);
  void ReceiveError6(Packet& packet, const IpReceived& ip, const IcmpHeader& header);
  void Route(const IpError& error, uint8_t protocol);
  void ReceiveSolicitation(Packet& packet, const IpReceived& ip);
  void ReceiveAdvertisement(Packet& packet, const IpReceived& ip);

  // Whether an error about the packet may be sent at all.
  bool MayAnswer(const Packet& packet, const IpReceived& ip, bool parameter_or_big) const;
  bool WithinRate(const IpAddress& to, uint8_t type, bool v4);
  void SendError(Packet& packet, const IpReceived& ip, uint8_t type, uint8_t code, uint32_t rest);
  Result<void> Transmit(PacketPtr packet, const IpAddress& source, const IpAddress& destination,
                        uint32_t ifindex, uint8_t tos, int hop_limit);

  Stack& stack_;
  EchoReceiver* echo_ = nullptr;
  // Token buckets: one for all, one per target (Linux's icmp_msgs_per_sec, icmp_ratelimit).
  int64_t global_credit_ = 0;
  Time global_refilled_ = 0;
  std::unordered_map<IpAddress, Time, IpAddressHash> next_allowed_;
};

}  // namespace netstack
