// Bridge: a learning bridge between the interfaces of one stack, and its own link (IEEE 802.1D
// without a spanning tree).
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "netstack/link/link.h"
#include "netstack/stack/stack.h"

namespace netstack {

// What a port may do (rtnetlink's IFLA_BRPORT_*).
struct BridgePortOptions {
  bool learning = true, hairpin = false, isolated = false;
  bool flood = true, multicast_flood = true, broadcast_flood = true;
};

struct BridgeEntry {
  uint32_t port = 0;   // Interface index; that of the bridge for its own.
  bool local = false;  // Frames to it are for this machine.
  bool fixed = false;  // Set by the user: it neither ages nor moves.
  Time updated = 0, used = 0;
};

// The link of the bridge's own interface, which owns all of it.
class BridgeLink final : public Link {
 public:
  static constexpr size_t kMaxPorts = 1023;     // BR_MAX_PORTS
  static constexpr size_t kMaxEntries = 16384;  // Learned; what is new beyond is not learned.

  BridgeLink(Stack& stack, uint32_t own_index, const MacAddress& mac, uint32_t mtu);
  ~BridgeLink() override;

  LinkKind kind() const override { return LinkKind::kEthernet; }
  MacAddress mac() const override { return mac_; }
  uint32_t mtu() const override { return mtu_; }
  // What the ports cannot take in one piece is not for the bridge to cut.
  uint32_t gso_max() const override;
  bool checksum_offload() const override;
  bool Owns(const MacAddress& mac) const override;
  void Attach(LinkSink* sink) override { sink_ = sink; }
  void Send(PacketPtr frame) override;

  // EBUSY, EMLINK.
  Result<void> AddPort(Interface& interface);
  void RemovePort(uint32_t index);
  void SetOptions(uint32_t index, const BridgePortOptions& options);
  bool HasPort(uint32_t index) const { return ports_.contains(index); }
  // Down, nothing passes.
  void SetUp(bool up);
  // The address of its own interface.
  void SetMac(const MacAddress& mac) { mac_ = mac; }
  void SetAgeing(Duration ageing) { ageing_ = ageing; }

  // What is known by now.
  const std::map<MacAddress, BridgeEntry>& Entries();
  Result<void> SetEntry(const MacAddress& mac, const BridgeEntry& entry);  // ENOSPC
  Result<void> RemoveEntry(const MacAddress& mac, uint32_t port);          // ENOENT

 private:
  class Port;

  void OnFrame(Port& from, PacketPtr& frame);
  void Learn(const MacAddress& source, const Port& from);
  const BridgeEntry* Find(const MacAddress& mac);
  bool IsStale(const BridgeEntry& entry) const;
  void Flood(const Port* from, const MacAddress& to, const Packet& frame);
  void Forward(const Port* from, Port& to, PacketPtr frame);
  void ForgetPort(uint32_t index);
  void PassUp(PacketPtr frame);

  Stack& stack_;
  const uint32_t own_index_;
  MacAddress mac_;
  const uint32_t mtu_;
  bool up_ = false;
  Duration ageing_ = 300 * kSecond;
  LinkSink* sink_ = nullptr;
  std::map<uint32_t, std::unique_ptr<Port>> ports_;
  std::map<MacAddress, BridgeEntry> entries_;
};

}  // namespace netstack
