// SOCK_DGRAM and SOCK_RAW of AF_INET and AF_INET6: udp(7), raw(7), and ICMP echo sockets (icmp(7)).
#pragma once

#include "netstack/raw/raw_endpoint.h"
#include "netstack/udp/udp_endpoint.h"
#include "sentry/socket/inet/inet_socket.h"

namespace sentry {

class DatagramSocket final : public InetSocket {
 public:
  DatagramSocket(InetStack& stack, Network& network, Path path, uint32_t flags, int family,
                 int type, int protocol, netstack::Ref<netstack::DatagramEndpoint> endpoint);

  netstack::Endpoint& endpoint() const override { return *datagram_; }
  netstack::DatagramEndpoint& datagram() const { return *datagram_; }
  // Null: it is of another kind.
  netstack::UdpEndpoint* udp() const;
  netstack::RawEndpoint* raw() const;

  Result<void> Bind(OpContext& ctx, const SocketAddress& address) override;
  Result<void> Connect(OpContext& ctx, const SocketAddress& address, bool nonblocking) override;
  Result<size_t> Send(OpContext& ctx, IoSource& data, SendArgs& args) override;
  Result<size_t> Receive(OpContext& ctx, IoSink& data, uint32_t flags, Received& out) override;
  Result<void> Shutdown(OpContext& ctx, int how) override;
  Result<uint64_t> FamilyIoctl(OpContext& ctx, UserMemory& memory, uint64_t request,
                               uint64_t arg) override;
  InetSocketInfo Describe() override;

 private:
  ~DatagramSocket() override;
  template <typename T, typename... Args>
  friend base::Ref<T> base::MakeRef(Args&&...);

  // --- control messages (datagram_control.cc) ---
  Result<void> ReadControl(OpContext& ctx, const ControlData& control,
                           netstack::DatagramSend& send);
  Result<void> ReadIpControl(const RawControl& raw, netstack::DatagramSend& send);
  Result<void> ReadIpv6Control(OpContext& ctx, const RawControl& raw, netstack::DatagramSend& send);
  void WriteControl(const netstack::DatagramInfo& info, ControlData& control) const;
  void WriteIpControl(const netstack::DatagramInfo& info, ControlData& control) const;
  void WriteExtensions(const netstack::DatagramInfo& info, ControlData& control) const;
  void WriteIpv6Control(const netstack::DatagramInfo& info, ControlData& control) const;
  // --- options (datagram_options.cc) ---
  Result<OptionBytes> GetTransportOption(int32_t level, int32_t name) override;
  Result<void> SetTransportOption(OpContext& ctx, int32_t level, int32_t name,
                                  std::span<const std::byte> value) override;
  Result<void> SetUdpOption(int32_t name, int32_t number);
  // --- groups (datagram_groups.cc) ---
  Result<void> Membership(int32_t level, int32_t name, std::span<const std::byte> value) override;

  const netstack::Ref<netstack::DatagramEndpoint> datagram_;
};

}  // namespace sentry
