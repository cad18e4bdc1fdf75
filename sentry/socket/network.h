// Network: the configuration of one network namespace as Linux tells it: devices, addresses,
// routes, rules.  It is the truth that netlink(7), netdevice(7) and /proc/net show and change; what
// moves packets (socket/inet) follows it as its NetworkPlane.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "abi/linux/netdevice.h"
#include "abi/linux/netlink.h"
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

constexpr uint32_t kCarrierFlags = abi::kIffRunning | abi::kIffLowerUp;

// struct rtnl_link_stats64, the part that is counted.
struct LinkStats {
  uint64_t rx_packets = 0, tx_packets = 0, rx_bytes = 0, tx_bytes = 0;
  uint64_t rx_errors = 0, tx_errors = 0, rx_dropped = 0, tx_dropped = 0, multicast = 0;
};

class Network;
class StateNamespace;

// What a bridge does with one of its ports (rtnetlink's IFLA_BRPORT_*).
struct BridgePort {
  bool learning = true, hairpin = false, isolated = false;
  bool flood = true, multicast_flood = true, broadcast_flood = true;
  uint32_t cost = 2;       // Of a path through a port of 10 Gbit/s.
  uint16_t priority = 32;  // 0 to 63
};

// What a bridge goes by (IFLA_BR_*), in hundredths of a second.  Without a spanning tree all but
// the first are only remembered, as Linux does while STP is off.
struct BridgeSettings {
  uint32_t ageing_time = 30000;
  uint32_t forward_delay = 1500, hello_time = 200, max_age = 2000;
  uint16_t priority = 0x8000;
};

// What stands behind a device that a program drives (socket/tun).
class DeviceBacking : public RefCounted {
 public:
  // The device is there, or in another network; null: it has gone.
  virtual void OnNetwork(Network* network, int32_t index) = 0;
  virtual bool Carrier() const = 0;
  // Attributes of /sys/class/net besides those of every device.
  virtual void Tell(std::vector<std::pair<std::string, std::string>>& attributes) const = 0;
  // What IFLA_INFO_DATA says of it: attributes of one byte or four.
  struct Info {
    uint16_t type;
    uint32_t value;
    bool byte;
  };
  virtual std::vector<Info> Infos() const = 0;
};

struct NetDevice {
  int32_t index = 0;
  std::string name;
  std::string kind;    // Of rtnetlink's IFLA_INFO_KIND: "veth", "dummy"; empty: hardware or lo.
  uint32_t flags = 0;  // IFF_*
  int32_t mtu = 1500;
  int32_t max_mtu = 65535;  // But for lo.
  uint16_t type = 1;        // ARPHRD_*
  std::array<uint8_t, 6> address{}, broadcast{};
  int32_t tx_queue_length = 1000;
  // Of a veth: the other end; of a VLAN: the device below.  0: none.
  int32_t link = 0;
  Network* link_network = nullptr;  // Where `link` counts.
  int32_t master = 0;               // The bridge that it is a port of.
  uint32_t group = 0;
  bool carrier = true;  // Something is at the other end, so that it can work when it is up.
  // By the user: a bridge no longer takes that of its ports.
  bool address_given = false, mtu_given = false;
  uint16_t vlan_id = 0;
  BridgePort port;
  BridgeSettings bridge;
  // Of one that is leaving: where it goes, and its index there.
  Network* next_network = nullptr;
  int32_t next_index = 0;

  Ref<DeviceBacking> backing;  // Null: none.

  bool IsLoopback() const;
  bool IsUp() const;
  bool HasAddress() const { return type != abi::kArphrdNone; }
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
  uint8_t protocol = 0;  // IFAPROT_*
  // Hundredths of a second since the sandbox began; `updated`: from then on the lifetimes count.
  uint32_t created = 0, updated = 0;
};
constexpr uint8_t kAddressFromRouter = 2;  // IFAPROT_KERNEL_RA

struct Route {
  IpAddress destination;  // Its family is the route's; zero bits behind the prefix.
  uint8_t prefix_length = 0;
  uint8_t tos = 0, protocol = 0, scope = 0, type = 0;  // RTPROT_*, RT_SCOPE_*, RTN_*
  uint32_t table = 0;
  uint32_t metric = 0;
  int32_t device = 0;
  IpAddress gateway, source;  // Empty: none.
  uint32_t mtu = 0;           // 0: the device's.
  // By a router of IPv6, until then (0: for ever), and how much it is preferred (RFC 4191).
  bool advertised = false;
  int64_t expires_ns = 0;  // Monotonic.
  uint8_t preference = 0;

  bool SameKey(const Route& other) const;
};

struct Neighbour {
  int32_t device = 0;
  IpAddress address;
  std::array<uint8_t, 6> link_address{};
  uint16_t state = 0;  // NUD_*
};

// One entry of a bridge's forwarding table.
struct BridgeNeighbour {
  int32_t bridge = 0, port = 0;  // `port` may be the bridge itself.
  std::array<uint8_t, 6> link_address{};
  bool local = false, fixed = false;
  uint32_t used = 0, updated = 0;  // Hundredths of a second ago.
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
  // Another network has a number here (network_namespaces(7)).
  virtual void OnNetworkId(int32_t /*id*/, bool /*gone*/) {}
};

// What nfnetlink asks of a network's packet filter.  Answers are whole messages.
class NetfilterPlane {
 public:
  using Answers = std::vector<std::vector<std::byte>>;
  virtual ~NetfilterPlane() = default;
  virtual Result<void> Handle(const abi::Nlmsghdr& header, std::span<const std::byte> payload,
                              uint32_t port, Answers& answers) = 0;
  // A datagram that is one transaction: all or nothing (nft(8)).  What is told of the message at
  // `at`; 0: acknowledged.
  struct Outcome {
    size_t at;
    int error;
    uint32_t bad_attribute;  // From the message's start; 0: none.
  };
  virtual std::vector<Outcome> HandleBatch(std::span<const std::byte> datagram, uint32_t port,
                                           const std::string& process, uint32_t pid,
                                           Answers& answers) = 0;
  virtual size_t Count() = 0;  // Of connections.
  // All of /proc/net/nf_conntrack.
  virtual std::string Connections() = 0;
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
  // All of "igmp", "igmp6", "mcfilter", "mcfilter6" of /proc/net.
  virtual std::string Groups(std::string_view /*file*/) { return {}; }
  // Up to what SO_SNDBUF and SO_RCVBUF may be set (net.core.wmem_max and rmem_max).
  virtual int32_t BufferLimit(bool /*send*/) { return SocketOptions::kDefaultBuffer; }
  // Whether devices of `kind` can be made.
  virtual bool Supports(std::string_view /*kind*/) { return false; }
  // Whether an IPv6 address is probed for before it counts (RFC 4862).
  virtual bool DetectsDuplicates(const NetDevice&) { return false; }
  // A veth of which `mine` is about to be added here and `theirs` to the network of `other`.
  virtual void PreparePair(const NetDevice& /*mine*/, NetworkPlane& /*other*/,
                           const NetDevice& /*theirs*/) {}
  // `device` is about to leave for the network of `to`, under that name: what it is made of goes
  // ahead.
  virtual void HandOver(const NetDevice& /*device*/, NetworkPlane& /*to*/,
                        const std::string& /*name*/) {}
  virtual std::vector<BridgeNeighbour> BridgeNeighbours() { return {}; }
  virtual Result<void> SetBridgeNeighbour(const BridgeNeighbour&) { return Errno(EOPNOTSUPP); }
  virtual Result<void> RemoveBridgeNeighbour(const BridgeNeighbour&) { return Errno(EOPNOTSUPP); }
  // Null: packets cannot be filtered.
  virtual NetfilterPlane* Netfilter() { return nullptr; }
};

class Network final : public RefCounted {
 public:
  // With a loopback device, down and without addresses, as unshare(2) makes one.
  Network();
  ~Network() override;

  // --- devices (network.cc, network_device.cc) ---
  const std::map<int32_t, NetDevice>& devices() const { return devices_; }
  NetDevice* Find(int32_t index);
  NetDevice* Find(std::string_view name);
  // Whether Add() would take it.
  Result<void> CheckNew(const NetDevice& device);
  // Takes the next index unless `device` names one.  EEXIST, EBUSY.
  Result<NetDevice*> Add(NetDevice device);
  // And what cannot be without it: the other end of a veth, VLANs on it.
  void Remove(int32_t index);
  // "veth%d" with the first free number; other names as they are (dev_alloc_name()).
  std::string FreeName(std::string_view pattern);
  // What Add() gave becomes one end of a veth.
  static void Join(Network& network, int32_t index, Network& other, int32_t other_index);
  // To another network, under another name and index if they are given.  EINVAL: it stays where it
  // was born; EEXIST, EBUSY.  Nothing when it is there already.
  Result<NetDevice*> MoveTo(Network& target, int32_t index, std::string_view name,
                            int32_t new_index);
  // A port of that bridge from now on; 0: of none.  EINVAL, EOPNOTSUPP, ELOOP.
  Result<void> SetMaster(NetDevice& device, int32_t master);
  // IFF_UP and what user space may set besides it (netdevice(7), SIOCSIFFLAGS).
  void SetFlags(NetDevice& device, uint32_t flags);
  Result<void> Rename(NetDevice& device, std::string_view name);
  Result<void> SetMtu(NetDevice& device, int64_t mtu);
  void Changed(const NetDevice& device);  // Of what has no setter.
  // Something has come to its other end, or gone.
  void UpdateCarrier(NetDevice& device);

  // --- numbers of other networks (network_ids.cc) ---
  const std::map<int32_t, Network*>& ids() const { return ids_; }
  std::optional<int32_t> FindId(const Network& other) const;
  // Gives the next free one if there is none.
  int32_t IdOf(Network& other);
  Result<void> SetId(Network& other, int32_t id);  // EEXIST: either has one.
  Network* ById(int32_t id) const;                 // Null: nobody's.

  // --- addresses (network_address.cc) ---
  const std::vector<InterfaceAddress>& addresses() const { return addresses_; }
  Result<void> Add(InterfaceAddress address, bool replace);
  Result<void> Remove(const InterfaceAddress& address);
  // Adds it; one that is there gets its flags and lifetimes.
  void Put(const InterfaceAddress& address);
  bool IsLocal(const IpAddress& address) const;
  const InterfaceAddress* FindAddress(const IpAddress& address) const;

  // --- routes (network_route.cc) ---
  const std::vector<Route>& routes() const { return routes_; }
  struct HowToAdd {
    bool create = true, exclusive = false, replace = false, append = false;
  };
  Result<void> Add(Route route, HowToAdd how);
  // Adds it; one that was advertised before is that from now on.
  void Advertise(const Route& route);
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
  // Where devices go that are not made by users when this one ends; null: this is it.
  Ref<Network> home;

 private:
  void BringUp(NetDevice& device);
  void TakeDown(NetDevice& device);
  void AddLinkLocal(const NetDevice& device);
  bool HasCarrier(const NetDevice& device);
  // What depends on whether `device` is up: the other end, the VLANs on it, its bridge.
  void UpdateDependents(const NetDevice& device);
  void UpdateBridge(NetDevice& bridge);
  std::vector<int32_t> Above(const NetDevice& device) const;
  void LeaveAll();
  void Extract(int32_t index, Network* target, const NetDevice* arriving);
  void ForgetIds();
  void AddRoutesOf(const InterfaceAddress& address);
  void RemoveRoutesOf(const InterfaceAddress& address);
  void AddKernelRoute(Route route);
  void RemoveRoutesIf(const std::function<bool(const Route&)>& unwanted);
  template <typename F>
  void Tell(F f) {
    for (NetworkObserver* observer : std::vector(observers_)) f(*observer);
  }

  std::map<int32_t, NetDevice> devices_;
  int32_t last_index_ = 0;
  std::vector<InterfaceAddress> addresses_;
  std::vector<Route> routes_;
  std::vector<NetworkObserver*> observers_;
  std::map<int32_t, Network*> ids_;
  std::set<Network*> known_by_;  // Have a number for this one.
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
  static Network& Of(Kernel& kernel, const Ref<StateNamespace>& ns);
  // That of the task whose call is handled now.
  static Network& Current(Kernel& kernel);
  // What moves the packets of a network is made by whoever knows how.
  std::function<void(Network&)> make_plane;

 private:
  Ref<Network> first_;
};

}  // namespace sentry
