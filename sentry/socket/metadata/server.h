// MetadataServer: the metadata service at 169.254.169.254:80, on a stack that the guest reaches:
// the gateway's of --net=user, or one of its own behind the device meta0.  No socket of the host is
// behind it, and what the host's network has at that address cannot be reached by it.
#pragma once

#include <list>

#include "netstack/netstack.h"
#include "sentry/socket/inet/kernel_environment.h"
#include "sentry/socket/metadata/service.h"

namespace sentry {

class Network;
using base::Ref;
using base::RefCounted;

class MetadataServer final : public RefCounted, public netstack::EndpointObserver {
 public:
  // Listens on `net`, whose interface of that name gets the address.  Under the kernel lock, as all
  // of it; to be stopped while `net` is there.
  MetadataServer(netstack::NetStack& net, const char* interface, MetadataOptions options);
  void Stop();
  void OnReady(uint32_t events) override;

 private:
  class Connection;
  void AcceptAll();

  static constexpr size_t kMostConnections = 64;
  netstack::NetStack& net_;
  MetadataService service_;
  netstack::Ref<netstack::TcpEndpoint> listener_;
  std::list<Ref<Connection>> connections_;  // The oldest first.
};

// For a guest that has no gateway: meta0 with 169.254.169.253/30, and the server at its other end.
class MetadataDevice final : public RefCounted {
 public:
  MetadataDevice(Kernel& kernel, Network& network, MetadataOptions options);
  ~MetadataDevice() override;

 private:
  KernelEnvironment environment_;
  netstack::NetStack net_;
  Ref<MetadataServer> server_;
};

}  // namespace sentry
