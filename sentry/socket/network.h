// Network: the configuration of one network namespace as Linux tells it: devices, addresses,
// routes, rules.  It is the truth that netlink(7), netdevice(7) and /proc/net show and change; what
// moves packets (socket/inet) follows it as its NetworkPlane.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/ref.h"
#include "platform/base/result.h"
#include "sentry/socket/ip_address.h"
#include "sentry/socket/options.h"
#include "sentry/socket/socket_state.h"
#include "sentry/vfs/op_context.h"

namespace sentry {

using base::Errno;
using base::MakeRef;
using base::Ref;
using base::RefCounted;
using base::Result;

// struct rtnl_link_stats64, the part that is counted.
struct LinkStats {
  uint64_t rx_packets = 0, tx_packets = 0, rx_bytes = 0, tx_bytes = 0;
  uint64_t rx_errors = 0, tx_errors = 0, rx_dropped = 0, tx_dropped = 0, multicast = 0;
};

struct NetDevice {
  int32_t index = 0;
  std::string name;
  std::string kind;    // Of rtnetlink's IFLA_INFO_KIND: "veth", "dummy"; empty: hardware or lo.
  uint32_t flags = 0;  // IFF_*
  int32_t mtu = 1500;
  uint16_t type = 1;  // ARPHRD_*
  std::array<uint8_t, 6> address{}, broadcast{};
  int32_t tx_queue_length = 1000;
  int32_t peer = 0;  // Of a veth: the other end's index; 0: none here.
  uint32_t group = 0;

  bool IsLoopback() const;
  bool IsUp() const;
};

struct InterfaceAddress {
  int32_t device = 0;
  IpAddress local;
  IpAddress peer;       // The address behind a point-to-point link, else the same.
  IpAddress broadcast;  // Empty: none.
  uint8_t prefix_length = 0;
  uint8_t scope = 0;   // RT_SCOPE_*
  uint32_t flags = 0;  // IFA_F_*
  std::string label;
  uint32_t valid_seconds = ~0u, preferred_seconds = ~0u;
  uint8_t protocol = 0;
  uint32_t created = 0;  // Hundredths of a second since the sandbox began.
};

struct Route {
  IpAddress destination;  // Its family is the route's; zero bits behind the prefix.
  uint8_t prefix_length = 0;
  uint8_t tos = 0, protocol = 0, scope = 0, type = 0;  // RTPROT_*, RT_SCOPE_*, RTN_*
  uint32_t table = 0;
  uint32_t metric = 0;
  int32_t device = 0;
  IpAddress gateway, source;  // Empty: none.
  uint32_t mtu = 0;           // 0: the device's.

  bool SameKey(const Route& other) const;
};

struct Neighbour {
  int32_t device = 0;
  IpAddress address;
  std::array<uint8_t, 6> link_address{};
  uint16_t state = 0;  // NUD_*
};

struct Rule {
  uint16_t family;
  uint32_t priority, table;
};

// Told of every change after it was made; `gone`: it was removed.
class NetworkObserver {
 public:
  virtual ~NetworkObserver() = default;
  virtual void OnLink(const NetDevice&, bool /*gone*/) {}
  virtual void OnAddress(const InterfaceAddress&, bool /*gone*/) {}
  virtual void OnRoute(const Route&, bool /*gone*/) {}
};

// What moves the packets.
class NetworkPlane : public NetworkObserver {
 public:
  virtual LinkStats Stats(const NetDevice&) { return {}; }
  virtual std::vector<Neighbour> Neighbours() { return {}; }
  virtual Result<void> SetNeighbour(const Neighbour&) { return Errno(EOPNOTSUPP); }
  virtual Result<void> RemoveNeighbour(const Neighbour&) { return Errno(EOPNOTSUPP); }
  // All of "snmp", "snmp6", "netstat" of /proc/net; empty: nothing is counted.
  virtual std::string Counters(std::string_view /*file*/) { return {}; }
  // Up to what SO_SNDBUF and SO_RCVBUF may be set (net.core.wmem_max and rmem_max).
  virtual int32_t BufferLimit(bool /*send*/) { return SocketOptions::kDefaultBuffer; }
  // A device of `kind` is about to be made ("veth": both ends, one after the other).
  virtual bool Supports(std::string_view /*kind*/) { return false; }
};

class Network final : public RefCounted {
 public:
  // With a loopback device, down and without addresses, as unshare(2) makes one.
  Network();
  ~Network() override;

  // --- devices (network.cc) ---
  const std::map<int32_t, NetDevice>& devices() const { return devices_; }
  NetDevice* Find(int32_t index);
  NetDevice* Find(std::string_view name);
  // Takes the next index unless `device` names one.  EEXIST, EBUSY.
  Result<NetDevice*> Add(NetDevice device);
  void Remove(int32_t index);
  // IFF_UP and what user space may set besides it (netdevice(7), SIOCSIFFLAGS).
  void SetFlags(NetDevice& device, uint32_t flags);
  Result<void> Rename(NetDevice& device, std::string_view name);
  Result<void> SetMtu(NetDevice& device, int64_t mtu);
  void Changed(const NetDevice& device);  // Of what has no setter.

  // --- addresses (network_address.cc) ---
  const std::vector<InterfaceAddress>& addresses() const { return addresses_; }
  Result<void> Add(InterfaceAddress address, bool replace);
  Result<void> Remove(const InterfaceAddress& address);
  bool IsLocal(const IpAddress& address) const;
  const InterfaceAddress* FindAddress(const IpAddress& address) const;

  // --- routes (network_route.cc) ---
  const std::vector<Route>& routes() const { return routes_; }
  struct HowToAdd {
    bool create = true, exclusive = false, replace = false, append = false;
  };
  Result<void> Add(Route route, HowToAdd how);
  // Removes the first that fits what `like` says: zero fields fit everything.  ESRCH.
  Result<void> Remove(const Route& like);
  // By the rules: the table `local`, then `main`, then `default`.
  const Route* Lookup(const IpAddress& destination, int32_t device = 0) const;
  // What Linux would send from to get there; empty: none.
  IpAddress SourceFor(const Route& route, const IpAddress& destination) const;
  std::vector<Rule> Rules() const;

  void Observe(NetworkObserver* observer) { observers_.push_back(observer); }  // Borrowed.
  void Forget(NetworkObserver* observer) { std::erase(observers_, observer); }
  NetworkPlane* plane = nullptr;  // Borrowed, and one of the observers.
  uint64_t cookie = 0;
  Ref<UserNamespace> owner;  // Whose capabilities rule it; null: the initial one.
  // ns_capable() of Linux.
  bool Allows(const OpContext& ctx, int capability) const {
    return ctx.creds.HasCapabilityIn(owner.get(), capability);
  }
  // What moves the packets, kept alive with the namespace.
  Ref<RefCounted> plane_owner;
  // What is at the other end of eth0 (socket/outside), likewise.
  Ref<RefCounted> outside_owner;

 private:
  void BringUp(NetDevice& device);
  void TakeDown(NetDevice& device);
  void AddRoutesOf(const InterfaceAddress& address);
  void RemoveRoutesOf(const InterfaceAddress& address);
  void AddKernelRoute(Route route);
  void RemoveRoutesIf(const std::function<bool(const Route&)>& unwanted);
  template <typename F>
  void Tell(F f) {
    for (NetworkObserver* observer : std::vector(observers_)) f(*observer);
  }

  std::map<int32_t, NetDevice> devices_;
  std::vector<InterfaceAddress> addresses_;
  std::vector<Route> routes_;
  std::vector<NetworkObserver*> observers_;
};

// The namespaces of a sandbox.
class Networks final : public RefCounted {
 public:
  static constexpr SocketSlot kSlot = SocketSlot::kNetworks;
  explicit Networks(Kernel& kernel);
  Network& first() { return *first_; }
  uint64_t last_cookie = 1;
  // Of the task on whose behalf `ctx` runs.
  static Network& Of(Kernel& kernel, const OpContext& ctx);

 private:
  Ref<Network> first_;
};

}  // namespace sentry
