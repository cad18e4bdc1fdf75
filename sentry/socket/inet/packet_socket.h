// AF_PACKET (packet(7)): frames as interfaces send and receive them.  Without the memory-mapped
// rings.
#pragma once

#include "abi/linux/packet.h"
#include "netstack/endpoint/packet_endpoint.h"
#include "sentry/socket/family.h"
#include "sentry/socket/inet/inet_socket.h"

namespace sentry {

class PacketSocket final : public InetSocket {
 public:
  // `protocol`: as socket(2) was given it, in network byte order.
  PacketSocket(InetStack& stack, Network& network, Path path, uint32_t flags, int type,
               int protocol, netstack::Ref<netstack::PacketEndpoint> endpoint);

  netstack::Endpoint& endpoint() const override { return *packet_; }
  Result<void> Bind(OpContext& ctx, const SocketAddress& address) override;
  Result<SocketAddress> LocalAddress() override;
  Result<SocketAddress> PeerAddress() override { return Errno(EOPNOTSUPP); }
  Result<size_t> Send(OpContext& ctx, IoSource& data, SendArgs& args) override;
  Result<size_t> Receive(OpContext& ctx, IoSink& data, uint32_t flags, Received& out) override;
  Result<OptionBytes> GetFamilyOption(OpContext& ctx, int32_t level, int32_t name) override;
  Result<void> SetFamilyOption(OpContext& ctx, int32_t level, int32_t name,
                               std::span<const std::byte> value) override;
  Result<uint64_t> FamilyIoctl(OpContext& ctx, UserMemory& memory, uint64_t request,
                               uint64_t arg) override;
  InetSocketInfo Describe() override { return {}; }
  PacketSocketInfo DescribePacket() const;

 private:
  ~PacketSocket() override;
  template <typename T, typename... Args>
  friend base::Ref<T> base::MakeRef(Args&&...);

  Result<void> ChangeMembership(const abi::PacketMreq& request, bool join);

  const netstack::Ref<netstack::PacketEndpoint> packet_;
  bool auxiliary_ = false, original_device_ = false;
};

class PacketFamily final : public SocketFamily {
 public:
  explicit PacketFamily(Kernel& kernel);
  Result<Ref<Socket>> Create(OpContext& ctx, int type, int protocol, uint32_t flags) override;

 private:
  Kernel& kernel_;
};

}  // namespace sentry
