// Stack: interfaces, addresses, routes and neighbours of one network namespace, and the place where
// protocols and links meet.  netstack/netstack.h makes one with all protocols.
//
// Threading: none of its own.  The caller holds one lock around every call of the library, and so
// do links when they deliver.  No call waits: EAGAIN, and the endpoint's observer is told when it
// is worth asking again.
//
// Re-entry: a packet for this machine is queued and delivered when the outermost call into the
// stack returns (Scope), never from within the call that sent it.  Observers are told in between;
// they may note and queue, not call back.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string_view>

#include "netstack/packet/packet.h"
#include "netstack/stack/environment.h"
#include "netstack/stack/hooks.h"
#include "netstack/stack/interface.h"
#include "netstack/stack/protocol.h"
#include "netstack/stack/route.h"
#include "netstack/stack/stats.h"
#include "netstack/stack/sysctl.h"
#include "netstack/stack/timer.h"
#include "platform/base/result.h"

namespace netstack {

using base::Errno;
using base::Result;

class AutoconfListener;
class NeighbourTable;
class PathMtuCache;

// Told of changes, for rtnetlink's groups.  Must not call back into the stack.
class ConfigObserver {
 public:
  virtual void OnLink(const Interface&, bool /*removed*/) {}
  virtual void OnAddress(const Interface&, const InterfaceAddress&, bool /*removed*/) {}
  virtual void OnRoute(const Route&, bool /*removed*/) {}
  virtual void OnNeighbour(const NeighbourEntry&, bool /*removed*/) {}

 protected:
  ~ConfigObserver() = default;
};

class Stack final : private BufferPool::Account {
 public:
  // `environment` outlives the stack.
  explicit Stack(Environment& environment);
  ~Stack();
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  // --- time ---
  // Runs what is due; the owner calls it when Environment::WakeAt() asked for.
  void RunTimers();
  Time now() const;
  Environment& environment() { return environment_; }
  TimerHeap& timers() { return timers_; }
  uint32_t Random32();
  uint64_t Random64();
  // Of the seed made at birth: for hash tables and sequence numbers.
  uint64_t Hash(std::span<const std::byte> bytes) const;

  // One call into the stack.  Every entry from outside opens one; the outermost delivers what is
  // queued when it closes.
  class Scope {
   public:
    explicit Scope(Stack& stack);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Stack& stack_;
  };
  // Runs `work` before the outermost Scope closes.
  void Defer(base::UniqueFunction<void()> work);

  // --- interfaces ---
  // Down and without addresses.  `index` 0: the next one.  EEXIST: name or index is taken; EINVAL:
  // not a name for an interface.
  Result<Interface*> AddInterface(std::string name, std::unique_ptr<Link> link, uint32_t index = 0);
  Result<void> RemoveInterface(uint32_t index);  // ENODEV
  // Removes it but for its link, which can become an interface of another stack.
  Result<std::unique_ptr<Link>> TakeInterface(uint32_t index);  // ENODEV
  Interface* FindInterface(uint32_t index) const;
  Interface* FindInterface(std::string_view name) const;
  Interface* loopback() const;                 // Null: there is none.
  std::vector<Interface*> interfaces() const;  // By index.
  // IFF_UP, IFF_PROMISC, ... among `mask`.  Coming up adds what Linux adds by itself: on loopback
  // nothing, on others the IPv6 link-local address.
  Result<void> SetFlags(Interface& interface, uint32_t flags, uint32_t mask);
  Result<void> SetMtu(Interface& interface, uint32_t mtu);           // EINVAL
  void SetMtu6(Interface& interface, uint32_t mtu);                  // 0: that of the device.
  Result<void> SetMac(Interface& interface, const MacAddress& mac);  // EOPNOTSUPP
  Result<void> Rename(Interface& interface, std::string name);       // EEXIST, EINVAL, EBUSY
  void SetTxQueueLength(Interface& interface, uint32_t length);

  // --- addresses ---
  // Adds the connected route and the local one too.  EEXIST; EINVAL: prefix.
  Result<void> AddAddress(Interface& interface, InterfaceAddress address);
  Result<void> RemoveAddress(Interface& interface, const IpAddress& addr,
                             int prefix);  // EADDRNOTAVAIL
  // Its flags and lifetimes are those of `address` from now on.  EADDRNOTAVAIL.
  Result<void> ChangeAddress(Interface& interface, const InterfaceAddress& address);
  // Whether new addresses are probed for before they count (RFC 4862 section 5.4).
  bool DetectsDuplicates(const Interface& interface) const;
  // Whether interfaces that come up get a link-local address from the stack itself.
  void MakeLinkLocal(bool on) { makes_link_local_ = on; }
  // Whether it is one of ours (127/8 included), on `ifindex` if that is not 0.
  bool IsLocal(const IpAddress& addr, uint32_t ifindex = 0) const;
  bool IsBroadcast(const IpAddress& addr, uint32_t ifindex = 0) const;
  // From now on every unicast address that comes in is taken as ours, and packets may go out from
  // any: the stack is a gateway that stands for the world behind it (netstack/stack/forwarder.h).
  void TakeAll() { takes_all_ = true; }
  bool takes_all() const { return takes_all_; }
  // What bind(2) accepts: one of ours, any, a multicast or broadcast address.
  bool CanBind(const IpAddress& addr, uint32_t ifindex = 0) const;

  // --- routes ---
  // EEXIST unless `replace` or `append`; ENETUNREACH: gateway not on link; ENODEV; EINVAL.
  Result<void> AddRoute(Route route, bool replace = false, bool append = false);
  // The first that matches in all that is given: ESRCH.
  Result<void> RemoveRoute(const Route& route);
  // Main table in order of preference, then those that addresses imply (table local).
  std::vector<Route> routes() const;
  // Where to send; `source` any: chosen; `ifindex` 0: any.  ENETUNREACH, EHOSTUNREACH, EACCES
  // (prohibit), EINVAL (blackhole, or `source` is not ours).
  Result<RouteResult> FindRoute(const IpAddress& dst, const IpAddress& source,
                                uint32_t ifindex) const;
  // Path MTU of RFC 1191 and RFC 8201; forgotten after ten minutes.
  void LearnPathMtu(const IpAddress& dst, uint32_t mtu);

  // Changes with everything that may change where packets go.
  uint64_t generation() const { return generation_; }

  // --- neighbours ---
  std::vector<NeighbourEntry> neighbours() const;
  Result<void> SetNeighbour(const NeighbourEntry& entry);                 // ENODEV, EINVAL
  Result<void> RemoveNeighbour(uint32_t ifindex, const IpAddress& addr);  // ENOENT
  NeighbourTable& neighbour_table() { return *neighbours_; }

  void AddConfigObserver(ConfigObserver& observer) { observers_.push_back(&observer); }
  void RemoveConfigObserver(ConfigObserver& observer) { std::erase(observers_, &observer); }

  const std::vector<ConfigObserver*>& config_observers() const { return observers_; }

  Sysctl& sysctl() { return sysctl_; }
  const Sysctl& sysctl() const { return sysctl_; }
  Stats& stats() { return stats_; }
  BufferPool& pool() { return *pool_; }
  // Sees every packet of every interface.
  void AddTap(PacketTap& tap) { taps_.push_back(tap); }
  bool Observed(const Interface& interface) const { return tapped() || interface.Observed(); }
  // Sockets that want arrival times, counted.
  void WantTimestamps(int by) { timestamp_users_ += by; }
  bool wants_timestamps() const { return timestamp_users_ > 0; }
  bool tapped() const { return !const_cast<Stack*>(this)->taps_.empty(); }

  // --- for protocols ---
  void SetNetwork(bool v4, NetworkProtocol* protocol) { (v4 ? ip4_ : ip6_) = protocol; }
  NetworkProtocol& network(bool v4) { return v4 ? *ip4_ : *ip6_; }
  NetworkProtocol& network(const IpAddress& dst) { return network(dst.IsV4()); }
  void SetIcmp(IcmpSender* icmp) { icmp_ = icmp; }
  IcmpSender& icmp() { return *icmp_; }
  void SetTransport(uint8_t protocol, TransportProtocol* transport) {
    transports_[protocol] = transport;
  }
  TransportProtocol* transport(uint8_t protocol) const { return transports_[protocol]; }
  // A copy of an IP packet that was sent to a group or to all, for members here.
  void LoopBack(Interface& interface, PacketPtr packet);
  void SetGroupListener(GroupListener* listener) { group_listener_ = listener; }
  GroupListener* group_listener() { return group_listener_; }
  void SetAutoconf(AutoconfListener* autoconf) { autoconf_ = autoconf; }
  AutoconfListener* autoconf() { return autoconf_; }
  // Null: nothing is filtered.
  void SetHooks(PacketHooks* hooks) { hooks_ = hooks; }
  PacketHooks* hooks() const { return hooks_; }
  void SetRaw(RawDelivery* raw) { raw_ = raw; }
  RawDelivery* raw() { return raw_; }

 private:
  friend class Interface;
  bool Charge(size_t bytes) override { return environment_.Charge(bytes); }
  void Uncharge(size_t bytes) override { environment_.Uncharge(bytes); }
  void Drain();
  // Frames for this machine wait here until the outermost Scope closes; beyond kMaxInput they are
  // dropped (net.core.netdev_max_backlog).
  void QueueInput(Interface& interface, PacketPtr frame);
  // Drains before it returns, unless that is left to a call that is running: this stack's, or that
  // of another stack which has come here through too many others.
  void DrainSoon();
  void Dispatch(Interface& interface, PacketPtr packet);
  const Route* Lookup(const IpAddress& dst, uint32_t ifindex) const;
  void InsertRoute(Route route, bool before_equals);
  void AddAddressRoutes(Interface& interface, const InterfaceAddress& address);
  void RemoveRoutesOf(uint32_t ifindex, const InterfaceAddress* address);
  void BringUp(Interface& interface);
  void BringDown(Interface& interface);
  void AddLinkLocal(Interface& interface);
  template <typename F>
  void NotifyConfig(F f) {
    generation_++;
    for (ConfigObserver* observer : observers_) f(*observer);
  }

  Environment& environment_;
  BufferPool* const pool_;
  TimerHeap timers_;
  Sysctl sysctl_;
  Stats stats_;
  uint64_t seed_[2] = {};
  int depth_ = 0, timestamp_users_ = 0;
  bool takes_all_ = false, makes_link_local_ = true;
  mutable std::optional<Time> now_;  // Of the running call.
  struct QueuedInput {
    uint32_t ifindex;
    PacketPtr frame;
    bool looped = false;  // An IP packet without link header.
  };
  std::deque<QueuedInput> input_;
  std::vector<base::UniqueFunction<void()>> deferred_;
  std::map<uint32_t, std::unique_ptr<Interface>> interfaces_;
  uint32_t next_index_ = 1;
  uint64_t generation_ = 1;
  std::vector<Route> routes_;  // Longest prefix first, then metric, then age.
  std::unique_ptr<NeighbourTable> neighbours_;
  std::unique_ptr<PathMtuCache> path_mtu_;
  std::vector<ConfigObserver*> observers_;
  base::IntrusiveList<PacketTap> taps_;
  NetworkProtocol *ip4_ = nullptr, *ip6_ = nullptr;
  IcmpSender* icmp_ = nullptr;
  RawDelivery* raw_ = nullptr;
  GroupListener* group_listener_ = nullptr;
  AutoconfListener* autoconf_ = nullptr;
  PacketHooks* hooks_ = nullptr;
  std::array<TransportProtocol*, 256> transports_{};
  StackTimer drain_timer_;
};

}  // namespace netstack
