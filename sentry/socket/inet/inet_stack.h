// InetStack: the TCP/IP stack of one network namespace, following the namespace's configuration and
// driven by the kernel's clock, timers and memory budget.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "netstack/netstack.h"
#include "netstack/stack/autoconf.h"
#include "netstack/stack/bridge.h"
#include "sentry/kernel/kernel.h"
#include "sentry/socket/inet/kernel_environment.h"
#include "sentry/socket/network.h"
#include "sentry/socket/socket_diag.h"

namespace sentry {

class InetSocket;

class InetStack final : public RefCounted, public NetworkPlane, private netstack::AutoconfTarget {
 public:
  InetStack(Kernel& kernel, Network& network);
  ~InetStack() override;
  // That of `network`, made on first use.
  static InetStack& Of(Kernel& kernel, Network& network);
  // Null: none was made.
  static InetStack* Existing(const Network& network) {
    return static_cast<InetStack*>(network.plane);
  }

  netstack::NetStack& net() { return *net_; }
  netstack::Stack& stack() { return net_->stack(); }
  Kernel& kernel() { return kernel_; }
  std::set<InetSocket*>& sockets() { return sockets_; }
  // Told when a socket begins and ends to listen for TCP; empty: nobody is.  Must not call back.
  std::function<void(const netstack::SocketAddr&, bool listens)> on_listening;
  // What the device of that name, which is about to be added to the network, is made of.
  void PrepareLink(const std::string& name, std::unique_ptr<netstack::Link> link) {
    links_[name] = std::move(link);
  }

  void OnLink(const NetDevice& device, bool gone) override;
  void OnAddress(const InterfaceAddress& address, bool gone) override;
  void OnRoute(const Route& route, bool gone) override;
  LinkStats Stats(const NetDevice& device) override;
  std::vector<Neighbour> Neighbours() override;
  Result<void> SetNeighbour(const Neighbour& neighbour) override;
  Result<void> RemoveNeighbour(const Neighbour& neighbour) override;
  std::string Counters(std::string_view file) override;  // inet_counters.cc
  std::string Groups(std::string_view file) override;    // inet_groups.cc
  int32_t BufferLimit(bool send) override {
    return send ? stack().sysctl().wmem_max : stack().sysctl().rmem_max;
  }
  bool DetectsDuplicates(const NetDevice& device) override;
  bool Supports(std::string_view kind) override;
  void PreparePair(const NetDevice& mine, NetworkPlane& other, const NetDevice& theirs) override;
  void HandOver(const NetDevice& device, NetworkPlane& to, const std::string& name) override;
  std::vector<BridgeNeighbour> BridgeNeighbours() override;
  Result<void> SetBridgeNeighbour(const BridgeNeighbour& neighbour) override;
  Result<void> RemoveBridgeNeighbour(const BridgeNeighbour& neighbour) override;
  NetfilterPlane* Netfilter() override;  // inet_filter.cc; made on first use.

 private:
  // What comes of autoconfiguration is kept in the network, which tells the stack
  // (inet_autoconf.cc).
  void Put(netstack::Interface& interface, const netstack::InterfaceAddress& address) override;
  void Drop(netstack::Interface& interface, const netstack::InterfaceAddress& address) override;
  void Put(const netstack::Route& route) override;
  void Drop(const netstack::Route& route) override;
  // inet_links.cc
  std::unique_ptr<netstack::Link> MakeLink(const NetDevice& device);
  void FollowBridge(netstack::Interface& interface, const NetDevice& device);
  void ForgetBridge(int32_t index);

  Kernel& kernel_;
  Network& network_;
  KernelEnvironment environment_;
  std::set<InetSocket*> sockets_;
  std::map<std::string, std::unique_ptr<netstack::Link>> links_;
  std::map<int32_t, netstack::BridgeLink*> bridges_;  // By index; their interfaces own them.
  std::map<int32_t, int32_t> masters_;  // Of ports: the bridge that each is a port of.
  std::unique_ptr<netstack::NetStack> net_;
  std::unique_ptr<NetfilterPlane> filter_;  // Of that stack.
};

// Between the two ways to hold an address; an empty one is :: there.
netstack::IpAddress ToStack(const IpAddress& address);
IpAddress FromStack(const netstack::IpAddress& address);

}  // namespace sentry
