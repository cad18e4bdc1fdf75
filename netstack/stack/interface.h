// Interface: one network device of a stack with its addresses (netdevice(7), rtnetlink(7)).
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "abi/linux/netdevice.h"
#include "netstack/link/link.h"
#include "netstack/stack/environment.h"
#include "netstack/stack/group.h"
#include "netstack/stack/stats.h"
#include "netstack/wire/address.h"
#include "platform/base/intrusive_list.h"

namespace netstack {

class Stack;

// The numbers of rtnetlink(7).
inline constexpr uint8_t kScopeUniverse = 0, kScopeSite = 200, kScopeLink = 253, kScopeHost = 254,
                         kScopeNowhere = 255;
inline constexpr uint32_t kAddrSecondary = 0x01, kAddrNodad = 0x02, kAddrDadFailed = 0x08,
                          kAddrDeprecated = 0x20, kAddrTentative = 0x40, kAddrPermanent = 0x80,
                          kAddrNoPrefixRoute = 0x200;
inline constexpr uint32_t kForever = 0xffffffff;

struct InterfaceAddress {
  IpAddress addr;
  int prefix = 0;
  IpAddress peer;       // Of a point-to-point link; `addr` itself otherwise.
  IpAddress broadcast;  // IPv4; any: none.
  uint8_t scope = kScopeUniverse;
  uint32_t flags = kAddrPermanent;
  std::string label;                                        // IPv4; empty: the interface's name.
  uint32_t preferred_lft = kForever, valid_lft = kForever;  // seconds, from `created` on
  Time created = 0, updated = 0;
};

// Sees every packet of an interface, going in and out: packet sockets, captures.
class PacketTap : public base::ListNode<PacketTap> {
 public:
  // `packet` starts at its link header, of `link_header_size` bytes; it may be cloned, not changed.
  virtual void Tap(class Interface& interface, const Packet& packet, size_t link_header_size) = 0;

 protected:
  ~PacketTap() = default;
};

// Takes frames of an interface before its own stack does: a bridge, or the VLANs on it.
class FrameHandler {
 public:
  // `frame` starts at its link header.  Null when it returns: the frame was taken.
  virtual void OnFrame(class Interface& interface, PacketPtr& frame) = 0;
  // The interface goes away, and has forgotten the handler.
  virtual void OnGone(class Interface& interface) = 0;

 protected:
  ~FrameHandler() = default;
};

class Interface final : private LinkSink {
 public:
  Interface(Stack& stack, uint32_t index, std::string name, std::unique_ptr<Link> link);
  ~Interface();

  Stack& stack() const { return stack_; }
  uint32_t index() const { return index_; }
  const std::string& name() const { return name_; }
  Link& link() const { return *link_; }
  bool IsLoopback() const { return link_->kind() == LinkKind::kLoopback; }
  bool IsEthernet() const { return link_->kind() == LinkKind::kEthernet; }
  // IFF_*.  IFF_RUNNING and IFF_LOWER_UP are derived.
  uint32_t flags() const;
  bool IsUp() const { return (flags_ & abi::kIffUp) != 0; }
  uint32_t mtu() const { return mtu_; }
  // Of IPv6, where a router has said less.
  uint32_t mtu6() const { return mtu6_ != 0 ? std::min(mtu6_, mtu_) : mtu_; }
  MacAddress mac() const { return mac_; }
  uint32_t tx_queue_length() const { return tx_queue_length_; }
  const LinkStats& stats() const { return stats_; }
  LinkStats& stats() { return stats_; }

  // In the order in which they were added, IPv4 and IPv6.
  const std::vector<InterfaceAddress>& addresses() const { return addresses_; }
  const InterfaceAddress* FindAddress(const IpAddress& addr) const;
  // The address for packets to `dst` out of here (ip(7), RFC 6724 for IPv6); null: none.
  const InterfaceAddress* SourceFor(const IpAddress& dst) const;

  // Group membership: joined once for each socket that asks, with what it wants of the group, which
  // is named again when it leaves.
  void JoinGroup(const IpAddress& group, const GroupFilter& filter = {});
  void LeaveGroup(const IpAddress& group, const GroupFilter& filter = {});
  // One member wants something else.  Null: it was none, or is none any more.
  void ChangeGroup(const IpAddress& group, const GroupFilter* from, const GroupFilter* to);
  bool InGroup(const IpAddress& group) const { return groups_.contains(group); }
  const std::map<IpAddress, GroupMembers>& groups() const { return groups_; }
  // IFF_PROMISC and IFF_ALLMULTI, counted (packet(7)).
  void AddPromiscuous(int by) { promiscuous_ += by; }
  void AddAllMulticast(int by) { all_multicast_ += by; }

  void AddTap(PacketTap& tap) { taps_.push_back(tap); }
  // Whether somebody looks at the packets, so that they must be made (NETSTACK: loopback short
  // cut).
  bool Observed() const { return const_cast<Interface*>(this)->taps_.empty() == false; }

  // One of each kind at most; null: none.  VLANs come first, as on Linux.
  enum HandlerKind { kVlans, kBridge, kHandlerKinds };
  void SetHandler(HandlerKind kind, FrameHandler* handler) { handlers_[kind] = handler; }
  FrameHandler* handler(HandlerKind kind) const { return handlers_[kind]; }

  // Sends an IP packet to `next_hop`, resolving its link address first.
  void SendIp(PacketPtr packet, const IpAddress& next_hop);
  // Sends a network-layer packet to a link address.
  void SendTo(PacketPtr packet, const MacAddress& to);
  // Sends a whole frame, as a packet socket made it.
  void SendFrame(PacketPtr frame);

 private:
  friend class Stack;
  void ReceiveFrame(PacketPtr frame) override;
  void Input(PacketPtr frame);
  void RunTaps(const Packet& packet, size_t link_header_size);
  bool Handled(PacketPtr& frame);
  bool AcceptsFrame(const MacAddress& to, Packet& packet) const;

  Stack& stack_;
  const uint32_t index_;
  std::string name_;
  std::unique_ptr<Link> link_;
  uint32_t flags_;
  uint32_t mtu_, mtu6_ = 0;  // 0: that of the device.
  MacAddress mac_;
  uint32_t tx_queue_length_ = 1000;
  std::vector<InterfaceAddress> addresses_;
  std::map<IpAddress, GroupMembers> groups_;
  int promiscuous_ = 0, all_multicast_ = 0;
  base::IntrusiveList<PacketTap> taps_;
  std::array<FrameHandler*, kHandlerKinds> handlers_{};
  LinkStats stats_;
};

}  // namespace netstack
