// Bridge: frames between ports, and what is learned of them.
#include "netstack/stack/bridge.h"

#include <algorithm>

#include "netstack/wire/ethernet.h"

namespace netstack {
namespace {

// 01:80:c2:00:00:0X stays on its link (IEEE 802.1Q table 8-1); but without a spanning tree the
// group of its own messages is like any other (br_handle_frame() of Linux).
bool StaysOnLink(const MacAddress& to) {
  constexpr MacAddress kFirst{{0x01, 0x80, 0xc2, 0, 0, 0}};
  if (!std::equal(to.bytes.begin(), to.bytes.end() - 1, kFirst.bytes.begin())) return false;
  return to.bytes[5] != 0 && to.bytes[5] < 16;
}

constexpr uint8_t kPause = 1;

}  // namespace

class BridgeLink::Port final : public FrameHandler {
 public:
  Port(BridgeLink& bridge_of, Interface& of) : bridge(bridge_of), interface(of) {
    interface.SetHandler(Interface::kBridge, this);
  }
  ~Port() {
    if (!gone) interface.SetHandler(Interface::kBridge, nullptr);
  }
  void OnFrame(Interface&, PacketPtr& frame) override { bridge.OnFrame(*this, frame); }
  void OnGone(Interface&) override {
    gone = true;
    bridge.RemovePort(index);
  }

  BridgeLink& bridge;
  Interface& interface;
  const uint32_t index = interface.index();
  bool gone = false;
  BridgePortOptions options;
};

BridgeLink::BridgeLink(Stack& stack, uint32_t own_index, const MacAddress& mac, uint32_t mtu)
    : stack_(stack), own_index_(own_index), mac_(mac), mtu_(mtu) {}

BridgeLink::~BridgeLink() = default;

uint32_t BridgeLink::gso_max() const {
  uint32_t least = 65535;
  for (const auto& [index, port] : ports_) {
    least = std::min(least, port->interface.link().gso_max());
  }
  return least;
}

bool BridgeLink::checksum_offload() const {
  return std::all_of(ports_.begin(), ports_.end(), [](const auto& entry) {
    return entry.second->interface.link().checksum_offload();
  });
}

bool BridgeLink::Owns(const MacAddress& mac) const {
  return std::any_of(ports_.begin(), ports_.end(),
                     [&mac](const auto& entry) { return entry.second->interface.mac() == mac; });
}

Result<void> BridgeLink::AddPort(Interface& interface) {
  if (interface.handler(Interface::kBridge) != nullptr) return Errno(EBUSY);
  if (ports_.size() >= kMaxPorts) return Errno(EMLINK);
  ports_[interface.index()] = std::make_unique<Port>(*this, interface);
  return {};
}

void BridgeLink::RemovePort(uint32_t index) {
  ports_.erase(index);
  ForgetPort(index);
}

void BridgeLink::ForgetPort(uint32_t index) {
  std::erase_if(entries_, [index](const auto& entry) { return entry.second.port == index; });
}

void BridgeLink::SetOptions(uint32_t index, const BridgePortOptions& options) {
  auto found = ports_.find(index);
  if (found != ports_.end()) found->second->options = options;
}

void BridgeLink::SetUp(bool up) {
  up_ = up;
  // Who was where is learned anew (br_fdb_delete_by_port() when a port is disabled).
  if (!up) std::erase_if(entries_, [](const auto& entry) { return !entry.second.fixed; });
}

bool BridgeLink::IsStale(const BridgeEntry& entry) const {
  return !entry.local && !entry.fixed && stack_.now() - entry.updated > ageing_;
}

const std::map<MacAddress, BridgeEntry>& BridgeLink::Entries() {
  std::erase_if(entries_, [this](const auto& entry) { return IsStale(entry.second); });
  return entries_;
}

Result<void> BridgeLink::SetEntry(const MacAddress& mac, const BridgeEntry& entry) {
  if (entries_.size() >= kMaxEntries && !entries_.contains(mac)) return Errno(ENOSPC);
  BridgeEntry& kept = entries_[mac] = entry;
  kept.updated = kept.used = stack_.now();
  return {};
}

Result<void> BridgeLink::RemoveEntry(const MacAddress& mac, uint32_t port) {
  auto found = entries_.find(mac);
  if (found == entries_.end() || found->second.port != port) return Errno(ENOENT);
  entries_.erase(found);
  return {};
}

const BridgeEntry* BridgeLink::Find(const MacAddress& mac) {
  auto found = entries_.find(mac);
  if (found == entries_.end()) return nullptr;
  if (IsStale(found->second)) {
    entries_.erase(found);
    return nullptr;
  }
  found->second.used = stack_.now();
  return &found->second;
}

void BridgeLink::Learn(const MacAddress& source, const Port& from) {
  // Our own addresses are not learned from others who use them.
  if (source == mac_ || Owns(source)) return;
  auto found = entries_.find(source);
  if (found == entries_.end()) {
    if (entries_.size() >= kMaxEntries) {
      (void)Entries();  // Those that are too old make room.
      if (entries_.size() >= kMaxEntries) return;
    }
    const Time now = stack_.now();
    entries_[source] = {.port = from.index, .updated = now, .used = now};
    return;
  }
  BridgeEntry& entry = found->second;
  if (entry.local) return;
  if (!entry.fixed) entry.port = from.index;
  entry.updated = stack_.now();
}

void BridgeLink::OnFrame(Port& from, PacketPtr& frame) {
  const std::byte* at = frame->Pull(EthernetHeader::kSize);
  if (at == nullptr) return;
  const EthernetHeader header = EthernetHeader::Parse(at);
  PacketPtr taken;
  if (header.source.IsMulticast() || header.source.IsZero() || !up_) {
    taken = std::move(frame);
    return;
  }
  if (StaysOnLink(header.destination)) {
    // To the port's own stack, but for what only a device's hardware minds.
    if (header.destination.bytes[5] == kPause) taken = std::move(frame);
    return;
  }
  taken = std::move(frame);
  if (from.options.learning) Learn(header.source, from);
  if (header.destination.IsMulticast()) {
    Flood(&from, header.destination, *taken);
    PassUp(std::move(taken));
    return;
  }
  if (header.destination == mac_ || Owns(header.destination)) return PassUp(std::move(taken));
  const BridgeEntry* entry = Find(header.destination);
  if (entry != nullptr && (entry->local || entry->port == own_index_)) {
    return PassUp(std::move(taken));
  }
  if (entry == nullptr) return Flood(&from, header.destination, *taken);
  auto to = ports_.find(entry->port);
  if (to != ports_.end()) Forward(&from, *to->second, std::move(taken));
}

// From the bridge's own interface (br_dev_xmit()).
void BridgeLink::Send(PacketPtr frame) {
  const std::byte* at = frame->Pull(EthernetHeader::kSize);
  if (at == nullptr) return;
  const EthernetHeader header = EthernetHeader::Parse(at);
  if (header.destination.IsMulticast()) return Flood(nullptr, header.destination, *frame);
  const BridgeEntry* entry = Find(header.destination);
  if (entry == nullptr) return Flood(nullptr, header.destination, *frame);
  auto to = ports_.find(entry->port);
  if (to != ports_.end()) Forward(nullptr, *to->second, std::move(frame));
}

void BridgeLink::Flood(const Port* from, const MacAddress& to, const Packet& frame) {
  // A frame may come back here while it is sent, and ports may go: by number, not by place.
  std::vector<uint32_t> indices;
  for (const auto& [index, port] : ports_) indices.push_back(index);
  for (uint32_t index : indices) {
    auto found = ports_.find(index);
    if (found == ports_.end()) continue;
    Port& port = *found->second;
    const BridgePortOptions& o = port.options;
    const bool wanted = to.IsBroadcast()   ? o.broadcast_flood
                        : to.IsMulticast() ? o.multicast_flood
                                           : o.flood;
    if (wanted) Forward(from, port, frame.Clone());
  }
}

void BridgeLink::Forward(const Port* from, Port& to, PacketPtr frame) {
  if (from == &to && !to.options.hairpin) return;
  if (from != nullptr && from->options.isolated && to.options.isolated) return;
  if (!to.interface.IsUp()) return;
  // is_skb_forwardable(): a bridge cuts nothing and answers nobody (RFC 4541 is not its business).
  constexpr size_t kSlack = EthernetHeader::kSize + 4;
  if (frame->gso_size == 0 && frame->size() > to.interface.mtu() + kSlack) {
    to.interface.stats().tx_dropped++;
    return;
  }
  frame->mark = 0;
  to.interface.SendFrame(std::move(frame));
}

void BridgeLink::PassUp(PacketPtr frame) {
  frame->link_header = frame->network_header = frame->transport_header = {};
  frame->transport_consumed = false;
  if (sink_ != nullptr) sink_->ReceiveFrame(std::move(frame));
}

}  // namespace netstack
