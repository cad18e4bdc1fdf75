// What the devices of a network are made of: pairs, bridges, VLANs.
#include "netstack/link/pair.h"
#include "netstack/stack/bridge.h"
#include "netstack/stack/vlan.h"
#include "sentry/socket/inet/inet_stack.h"

namespace sentry {
namespace {

// Takes everything and gives nothing (a "dummy" device).
class NullLink final : public netstack::Link {
 public:
  NullLink(const netstack::MacAddress& mac, uint32_t mtu) : mtu_(mtu), mac_(mac) {}
  netstack::LinkKind kind() const override { return netstack::LinkKind::kEthernet; }
  netstack::MacAddress mac() const override { return mac_; }
  uint32_t mtu() const override { return mtu_; }
  void Attach(netstack::LinkSink*) override {}
  void Send(netstack::PacketPtr) override {}

 private:
  const uint32_t mtu_;
  const netstack::MacAddress mac_;
};

uint32_t HundredthsSince(netstack::Time then, netstack::Time now) {
  return static_cast<uint32_t>((now - then) / 10'000'000);
}

}  // namespace

bool InetStack::Supports(std::string_view kind) {
  return kind == "dummy" || kind == "veth" || kind == "bridge" || kind == "vlan";
}

void InetStack::PreparePair(const NetDevice& mine, NetworkPlane& other, const NetDevice& theirs) {
  const uint32_t mtu = static_cast<uint32_t>(mine.mtu);
  auto [a, b] = netstack::PairLink::Create({mine.address}, {theirs.address}, mtu);
  PrepareLink(mine.name, std::move(a));
  static_cast<InetStack&>(other).PrepareLink(theirs.name, std::move(b));
}

void InetStack::HandOver(const NetDevice& device, NetworkPlane& to, const std::string& name) {
  ForgetBridge(device.index);
  auto link = stack().TakeInterface(static_cast<uint32_t>(device.index));
  if (link.ok()) static_cast<InetStack&>(to).PrepareLink(name, std::move(link).value());
}

std::unique_ptr<netstack::Link> InetStack::MakeLink(const NetDevice& device) {
  if (auto prepared = links_.find(device.name); prepared != links_.end()) {
    std::unique_ptr<netstack::Link> link = std::move(prepared->second);
    links_.erase(prepared);
    return link;
  }
  const netstack::MacAddress mac{device.address};
  const uint32_t mtu = static_cast<uint32_t>(device.mtu);
  if (device.kind == "bridge") {
    auto link = std::make_unique<netstack::BridgeLink>(stack(), static_cast<uint32_t>(device.index),
                                                       mac, mtu);
    bridges_[device.index] = link.get();
    return link;
  }
  netstack::Interface* below = stack().FindInterface(static_cast<uint32_t>(device.link));
  if (device.kind == "vlan" && below != nullptr) {
    return std::make_unique<netstack::VlanLink>(*below, device.vlan_id, mac);
  }
  return std::make_unique<NullLink>(mac, mtu);
}

// As a bridge and as a port of one.
void InetStack::FollowBridge(netstack::Interface& interface, const NetDevice& device) {
  if (auto own = bridges_.find(device.index); own != bridges_.end()) {
    netstack::BridgeLink& bridge = *own->second;
    bridge.SetMac({device.address});
    bridge.SetUp(device.IsUp());
    bridge.SetAgeing(int64_t{device.bridge.ageing_time} * 10'000'000);
  }
  auto found = masters_.find(device.index);
  if (found != masters_.end() && found->second != device.master) {
    auto before = bridges_.find(found->second);
    if (before != bridges_.end()) before->second->RemovePort(interface.index());
    masters_.erase(found);
  }
  auto master = bridges_.find(device.master);
  if (master == bridges_.end()) return;
  if (!master->second->HasPort(interface.index())) {
    if (!master->second->AddPort(interface).ok()) return;
    masters_[device.index] = device.master;
  }
  const BridgePort& port = device.port;
  master->second->SetOptions(interface.index(), {.learning = port.learning,
                                                 .hairpin = port.hairpin,
                                                 .isolated = port.isolated,
                                                 .flood = port.flood,
                                                 .multicast_flood = port.multicast_flood,
                                                 .broadcast_flood = port.broadcast_flood});
}

void InetStack::ForgetBridge(int32_t index) {
  bridges_.erase(index);
  auto found = masters_.find(index);
  if (found == masters_.end()) return;
  auto bridge = bridges_.find(found->second);
  if (bridge != bridges_.end()) bridge->second->RemovePort(static_cast<uint32_t>(index));
  masters_.erase(found);
}

std::vector<BridgeNeighbour> InetStack::BridgeNeighbours() {
  std::vector<BridgeNeighbour> out;
  const netstack::Time now = stack().now();
  for (const auto& [index, bridge] : bridges_) {
    for (const auto& [mac, entry] : bridge->Entries()) {
      out.push_back({.bridge = index,
                     .port = static_cast<int32_t>(entry.port),
                     .link_address = mac.bytes,
                     .local = entry.local,
                     .fixed = entry.fixed,
                     .used = HundredthsSince(entry.used, now),
                     .updated = HundredthsSince(entry.updated, now)});
    }
  }
  return out;
}

Result<void> InetStack::SetBridgeNeighbour(const BridgeNeighbour& neighbour) {
  netstack::Stack::Scope scope(stack());
  auto bridge = bridges_.find(neighbour.bridge);
  if (bridge == bridges_.end()) return Errno(EOPNOTSUPP);
  netstack::BridgeEntry entry;
  entry.port = static_cast<uint32_t>(neighbour.port);
  entry.local = neighbour.local;
  entry.fixed = neighbour.fixed;
  return bridge->second->SetEntry({neighbour.link_address}, entry);
}

Result<void> InetStack::RemoveBridgeNeighbour(const BridgeNeighbour& neighbour) {
  auto bridge = bridges_.find(neighbour.bridge);
  if (bridge == bridges_.end()) return Errno(EOPNOTSUPP);
  return bridge->second->RemoveEntry({neighbour.link_address},
                                     static_cast<uint32_t>(neighbour.port));
}

}  // namespace sentry
