// Gateway: the world outside as the guest's stack sees it (--net=user).  A second stack at the
// other end of eth0 that takes every address for its own; each connection that comes to it is
// joined to a socket of the host, which the net broker opens and passes if the policy allows.
#pragma once

#include <map>

#include "netstack/netstack.h"
#include "netstack/stack/forwarder.h"
#include "sentry/socket/inet/kernel_environment.h"
#include "sentry/socket/metadata/server.h"
#include "sentry/socket/outside/broker_client.h"
#include "sentry/socket/outside/flow.h"

namespace sentry {

class InetStack;
class Network;

class Gateway final : public RefCounted,
                      public netstack::EndpointObserver,
                      private netstack::TcpForwarder,
                      private netstack::UdpForwarder,
                      private BrokerListener {
 public:
  // Adds eth0 with its addresses and routes to `network`.
  Gateway(Kernel& kernel, Network& network, base::Fd channel);
  ~Gateway() override;

  Kernel& kernel() { return kernel_; }
  netstack::Stack& stack() { return net_->stack(); }
  netstack::Udp& udp() { return net_->udp(); }
  // --net=host: the broker is to publish what the guest listens on.
  void FollowListeners(Network& network);
  void ServeMetadata(MetadataOptions options);
  // When the guest is gone: carries what it has sent to the host, until then.
  void Finish(MonoTime deadline);
  void Tell(gofer::BrokerOp op, uint64_t id, int error = 0);
  void Forget(uint64_t id) { flows_.erase(id); }

 private:
  void OnReady(uint32_t events) override;  // Of the listener: a connection of the guest is there.
  void OnConnectionRequest(const netstack::TcpTuple& tuple) override;
  netstack::UdpEndpoint* OnFlow(const netstack::IpReceived& ip, uint16_t port,
                                uint16_t source_port) override;
  void OnBroker(const gofer::BrokerMessage& message, base::Fd descriptor) override;
  void OnBrokerLost() override;

  void RefuseAll();
  void AddDevice(Network& network, std::unique_ptr<netstack::Link> link);
  void SetUpStack(std::unique_ptr<netstack::Link> link);
  void AcceptAll();
  void AskFor(uint64_t id, uint8_t protocol, const netstack::IpAddress& address, uint16_t port);
  void OnConnected(uint64_t id, base::Fd descriptor);
  void OnFailed(uint64_t id, int error);
  void OnIncoming(const gofer::BrokerMessage& message, base::Fd descriptor);
  void ExpireAccepting();

  static constexpr size_t kMostFlows = 4000;
  Kernel& kernel_;
  KernelEnvironment environment_;
  std::unique_ptr<netstack::NetStack> net_;
  netstack::Ref<netstack::TcpEndpoint> listener_;
  std::map<uint64_t, Ref<OutsideFlow>> flows_;
  struct Accepting {
    MonoTime since;
    Ref<TcpOutsideFlow> flow;
  };
  std::vector<Accepting> accepting_;  // The host is connected, the guest's handshake goes on.
  Timer expiry_;
  InetStack* followed_ = nullptr;      // Borrowed: FollowListeners() was called.
  std::map<uint16_t, int> listening_;  // How many sockets on each port.
  Ref<MetadataServer> metadata_;       // Null: none.
  uint64_t next_id_ = 1;
  BrokerClient broker_;
};

}  // namespace sentry
