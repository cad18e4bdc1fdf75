// SOCK_STREAM of AF_INET and AF_INET6 (tcp(7)).
#pragma once

#include "netstack/tcp/tcp_endpoint.h"
#include "sentry/socket/inet/inet_socket.h"

namespace sentry {

class TcpSocket final : public InetSocket {
 public:
  TcpSocket(InetStack& stack, Network& network, Path path, uint32_t flags, int family,
            netstack::Ref<netstack::TcpEndpoint> endpoint);

  netstack::Endpoint& endpoint() const override { return *tcp_; }
  netstack::TcpEndpoint& tcp() const { return *tcp_; }

  Result<void> Bind(OpContext& ctx, const SocketAddress& address) override;
  Result<void> Connect(OpContext& ctx, const SocketAddress& address, bool nonblocking) override;
  Result<void> Listen(OpContext& ctx, int backlog) override;
  Result<Ref<Socket>> Accept(OpContext& ctx) override;
  Result<size_t> Send(OpContext& ctx, IoSource& data, SendArgs& args) override;
  Result<size_t> Receive(OpContext& ctx, IoSink& data, uint32_t flags, Received& out) override;
  Result<void> Shutdown(OpContext& ctx, int how) override;
  Result<void> SetFamilyOption(OpContext& ctx, int32_t level, int32_t name,
                               std::span<const std::byte> value) override;
  Result<uint64_t> FamilyIoctl(OpContext& ctx, UserMemory& memory, uint64_t request,
                               uint64_t arg) override;
  bool Listening() const override { return tcp_->state() == netstack::TcpState::kListen; }
  InetSocketInfo Describe() override;
  std::optional<int64_t> BeginClose() override;
  bool Lingering() const override { return tcp_->Lingering(); }

 private:
  ~TcpSocket() override;
  template <typename T, typename... Args>
  friend base::Ref<T> base::MakeRef(Args&&...);

  Result<size_t> ReceiveStream(IoSink& data, uint32_t flags, Received& out);
  bool EnoughToRead(const IoSink& data, uint32_t flags) const;
  void TellListening();
  Result<size_t> ConnectToSend(OpContext& ctx, IoSource& data, const SendArgs& args);
  // tcp_options.cc
  Result<OptionBytes> GetTransportOption(int32_t level, int32_t name) override;
  Result<void> SetTransportOption(OpContext& ctx, int32_t level, int32_t name,
                                  std::span<const std::byte> value) override;
  Result<void> SetNumber(OpContext& ctx, int32_t name, int32_t number);
  Result<void> Membership(int32_t level, int32_t name, std::span<const std::byte>) override;

  const netstack::Ref<netstack::TcpEndpoint> tcp_;
  bool tell_inq_ = false;  // TCP_INQ
  bool closing_ = false;   // BeginClose() was called.
  bool told_ = false;      // That it listens (InetStack::on_listening).
};

// The bytes of struct tcp_info.
OptionBytes TcpInfoBytes(const netstack::TcpInfo& info);
// TCP_CC_INFO; empty where the algorithm has nothing to tell.
OptionBytes CongestionBytes(const netstack::TcpEndpoint& endpoint);

}  // namespace sentry
