// InetSocket: what all sockets of AF_INET and AF_INET6 share: addresses, options of the levels
// SOL_SOCKET, SOL_IP and SOL_IPV6, the error queue, readiness (ip(7), ipv6(7)).
#pragma once

#include <bitset>

#include "netstack/endpoint/datagram_endpoint.h"
#include "sentry/socket/inet/inet_stack.h"
#include "sentry/socket/socket.h"

namespace sentry {

class InetSocket : public Socket, public netstack::EndpointObserver {
 public:
  InetStack& stack() const { return *stack_; }
  Network& network() const override { return *network_; }
  virtual netstack::Endpoint& endpoint() const = 0;
  bool IsV6() const { return family_ == abi::kAfInet6; }

  Result<SocketAddress> LocalAddress() override;
  Result<SocketAddress> PeerAddress() override;
  Result<OptionBytes> GetFamilyOption(OpContext& ctx, int32_t level, int32_t name) override;
  Result<void> SetFamilyOption(OpContext& ctx, int32_t level, int32_t name,
                               std::span<const std::byte> value) override;
  uint32_t Poll() override { return endpoint().Readiness(); }
  // For sock_diag(7) and /proc/net.
  virtual InetSocketInfo Describe();

  void OnReady(uint32_t events) override { queue_.Notify(events); }

 protected:
  InetSocket(InetStack& stack, Network& network, Path path, uint32_t flags, int family, int type,
             int protocol);
  ~InetSocket() override;
  // The derived constructor and destructor call these, while endpoint() is there.
  void Attach();
  void Detach();

  // --- addresses (inet_address.cc) ---
  // As bind(2) takes them: EINVAL, EAFNOSUPPORT, EADDRNOTAVAIL, EACCES.
  Result<netstack::SocketAddr> AddressToBind(OpContext& ctx, const SocketAddress& address);
  // As connect(2) and sendto(2) take them.  The any address is the machine itself.
  Result<netstack::SocketAddr> AddressToReach(const SocketAddress& address);
  SocketAddress ToGuest(const netstack::SocketAddr& address) const;

  // --- options (inet_options.cc, ip_options.cc, ipv6_options.cc) ---
  Result<OptionBytes> GetSocketOption(int32_t name);
  Result<void> SetSocketOption(OpContext& ctx, int32_t name, std::span<const std::byte> value);
  Result<OptionBytes> GetIpOption(int32_t name);
  Result<void> SetIpOption(OpContext& ctx, int32_t name, std::span<const std::byte> value);
  Result<OptionBytes> GetIpv6Option(int32_t name);
  Result<void> SetIpv6Option(OpContext& ctx, int32_t name, std::span<const std::byte> value);
  Result<void> BindToDevice(OpContext& ctx, std::span<const std::byte> name);
  Result<void> AttachFilter(OpContext& ctx, std::span<const std::byte> value);
  // Options of the transport; ENOPROTOOPT: not known.
  virtual Result<OptionBytes> GetTransportOption(int32_t /*level*/, int32_t /*name*/) {
    return Errno(ENOPROTOOPT);
  }
  virtual Result<void> SetTransportOption(OpContext&, int32_t /*level*/, int32_t /*name*/,
                                          std::span<const std::byte>) {
    return Errno(ENOPROTOOPT);
  }
  virtual Result<void> Membership(int32_t /*level*/, int32_t /*name*/, std::span<const std::byte>) {
    return Errno(ENOPROTOOPT);
  }

  // Whether a send with these flags is to be told of when its data is no longer needed.
  bool ZeroCopy(uint32_t flags) const {
    return options_.zerocopy && (flags & abi::kMsgZerocopy) != 0;
  }

  // --- MSG_ERRQUEUE (inet_errors.cc) ---
  Result<size_t> ReceiveError(IoSink& data, Received& out);

  // Which control messages recvmsg(2) is to make: IP_PKTINFO and its kin by option number.
  std::bitset<64> wants_ip_;
  std::bitset<128> wants_ipv6_;
  bool rxq_overflow_ = false;

 private:
  const Ref<Network> network_;
  const Ref<InetStack> stack_;
  bool filter_locked_ = false;
};

}  // namespace sentry
