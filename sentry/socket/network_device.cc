// Devices that belong together: pairs, VLANs, bridges; devices that leave a network.
#include <algorithm>

#include "abi/linux/netdevice.h"
#include "sentry/socket/network.h"

namespace sentry {
namespace {}  // namespace

std::string Network::FreeName(std::string_view pattern) {
  const size_t at = pattern.find("%d");
  if (at == std::string_view::npos || pattern.find('%', at + 1) != std::string_view::npos) {
    return std::string(pattern);
  }
  for (int n = 0;; ++n) {
    std::string name(pattern.substr(0, at));
    name += std::to_string(n);
    name += pattern.substr(at + 2);
    if (Find(name) == nullptr) return name;
  }
}

// --- whether there is something at the other end ---

bool Network::HasCarrier(const NetDevice& device) {
  if (device.kind == "bridge") {
    return device.IsUp() &&
           std::any_of(devices_.begin(), devices_.end(), [&device](const auto& entry) {
             const NetDevice& port = entry.second;
             return port.master == device.index && port.IsUp() && port.carrier;
           });
  }
  if (device.backing != nullptr) return device.backing->Carrier();
  if (device.kind != "veth" && device.kind != "vlan") return true;
  const NetDevice* other = device.link != 0 ? device.link_network->Find(device.link) : nullptr;
  if (other == nullptr || !other->IsUp()) return false;
  return device.kind == "vlan" ? other->carrier : device.IsUp();
}

void Network::UpdateCarrier(NetDevice& device) {
  const bool carrier = HasCarrier(device);
  if (carrier == device.carrier) return;
  device.carrier = carrier;
  if (!device.IsUp()) return;
  device.flags = carrier ? device.flags | kCarrierFlags : device.flags & ~kCarrierFlags;
  Changed(device);
  if (carrier) AddLinkLocal(device);
  UpdateDependents(device);
}

std::vector<int32_t> Network::Above(const NetDevice& device) const {
  std::vector<int32_t> found;
  for (const auto& [index, other] : devices_) {
    if (other.kind == "vlan" && other.link == device.index) found.push_back(index);
  }
  return found;
}

void Network::UpdateDependents(const NetDevice& device) {
  const NetDevice now = device;
  if (now.kind == "veth" && now.link != 0) {
    if (NetDevice* other = now.link_network->Find(now.link)) {
      now.link_network->UpdateCarrier(*other);
    }
  }
  // VLANs go up and down with what they are on (vlan_device_event()).
  for (int32_t index : Above(now)) {
    NetDevice& vlan = *Find(index);
    UpdateCarrier(vlan);
    if (vlan.IsUp() != now.IsUp()) SetFlags(vlan, vlan.flags ^ abi::kIffUp);
  }
  if (NetDevice* bridge = Find(now.master)) UpdateBridge(*bridge);
}

// --- bridges ---

// What a bridge takes from its ports: the lowest of their addresses, the smallest of their MTUs
// (br_stp_recalculate_bridge_id(), br_mtu_auto_adjust()).
void Network::UpdateBridge(NetDevice& bridge) {
  std::optional<std::array<uint8_t, 6>> lowest;
  int32_t mtu = 0;
  for (const auto& [index, port] : devices_) {
    if (port.master != bridge.index) continue;
    if (!lowest || port.address < *lowest) lowest = port.address;
    if (mtu == 0 || port.mtu < mtu) mtu = port.mtu;
  }
  bool changed = false;
  if (!bridge.address_given && lowest && *lowest != bridge.address) {
    bridge.address = *lowest;
    changed = true;
  }
  if (!bridge.mtu_given && mtu != 0 && mtu != bridge.mtu) {
    bridge.mtu = mtu;
    changed = true;
  }
  if (changed) Changed(bridge);
  UpdateCarrier(bridge);
}

Result<void> Network::SetMaster(NetDevice& device, int32_t master) {
  if (device.master == master) return {};
  NetDevice* bridge = nullptr;
  if (master != 0) {
    bridge = Find(master);
    if (bridge == nullptr) return Errno(EINVAL);
    if (bridge->kind != "bridge") return Errno(EOPNOTSUPP);
    // br_add_if(): Ethernet alone, and no loops.
    if (device.IsLoopback() || device.type != abi::kArphrdEther) return Errno(EINVAL);
    if (device.kind == "bridge") return Errno(ELOOP);
    for (const NetDevice* below = &device; below != nullptr && below->kind == "vlan";) {
      below = Find(below->link);
      if (below != nullptr && below->index == master) return Errno(ELOOP);
    }
  }
  NetDevice* before = Find(device.master);
  device.master = master;
  device.port = BridgePort();
  Changed(device);
  if (before != nullptr) UpdateBridge(*before);
  if (bridge != nullptr) UpdateBridge(*bridge);
  return {};
}

// --- ends ---

void Network::Remove(int32_t index) {
  Extract(index, nullptr, nullptr);
}

// `arriving`: what it becomes in `target`; null: it ends.
void Network::Extract(int32_t index, Network* target, const NetDevice* arriving) {
  NetDevice* device = Find(index);
  if (device == nullptr) return;
  for (int32_t vlan : Above(*device)) Remove(vlan);
  if (device->kind == "bridge") {
    for (auto& [number, port] : devices_) {
      if (port.master == index) (void)SetMaster(port, 0);
    }
  }
  SetFlags(*device, device->flags & ~abi::kIffUp);
  (void)SetMaster(*device, 0);
  const std::vector<InterfaceAddress> all(addresses_);
  for (const InterfaceAddress& address : all) {
    if (address.device == index) (void)Remove(address);
  }
  if (arriving != nullptr) {
    device->next_network = target;
    device->next_index = arriving->index;
    plane->HandOver(*device, *target->plane, arriving->name);
  }
  const NetDevice gone = std::move(*device);
  devices_.erase(index);
  Tell([&gone](NetworkObserver& o) { o.OnLink(gone, true); });
  if (gone.backing != nullptr && arriving == nullptr) gone.backing->OnNetwork(nullptr, 0);
  if (gone.kind != "veth" || gone.link == 0 || arriving != nullptr) return;
  if (NetDevice* other = gone.link_network->Find(gone.link)) {
    other->link = 0;
    gone.link_network->Remove(other->index);
  }
}

void Network::Join(Network& network, int32_t index, Network& other, int32_t other_index) {
  NetDevice &a = *network.Find(index), &b = *other.Find(other_index);
  a.link = other_index;
  a.link_network = &other;
  b.link = index;
  b.link_network = &network;
  a.carrier = network.HasCarrier(a);
  b.carrier = other.HasCarrier(b);
}

// dev_change_net_namespace() of Linux.
Result<NetDevice*> Network::MoveTo(Network& target, int32_t index, std::string_view name,
                                   int32_t new_index) {
  NetDevice& device = *Find(index);
  if (device.IsLoopback() || device.kind == "bridge" || device.kind == "vlan") {
    return Errno(EINVAL);
  }
  if (&target == this) return &device;
  NetDevice arriving = device;
  arriving.name = target.FreeName(name.empty() ? std::string_view(device.name) : name);
  if (new_index != 0) {
    arriving.index = new_index;
  } else if (target.Find(index) != nullptr) {
    arriving.index = 0;
  }
  TRY(target.CheckNew(arriving));
  if (plane == nullptr || target.plane == nullptr) return Errno(EOPNOTSUPP);
  if (arriving.index == 0) {
    while (target.devices_.count(++target.last_index_) != 0) {
    }
    arriving.index = target.last_index_;
  }
  Extract(index, &target, &arriving);
  arriving.master = 0;
  arriving.port = BridgePort();
  arriving.flags &= ~(abi::kIffUp | kCarrierFlags);
  NetDevice* arrived = *target.Add(std::move(arriving));
  if (arrived->link != 0) {
    NetDevice* other = arrived->link_network->Find(arrived->link);
    if (other != nullptr) {
      other->link = arrived->index;
      other->link_network = &target;
    }
  }
  arrived->carrier = target.HasCarrier(*arrived);
  return arrived;
}

// What users made ends with the network, and the other ends of it; the rest goes home
// (default_device_exit_batch()).
void Network::LeaveAll() {
  std::vector<int32_t> all;
  for (const auto& [index, device] : devices_) all.push_back(index);
  for (int32_t index : all) {
    NetDevice* device = Find(index);
    if (device == nullptr || device->IsLoopback()) continue;
    if (home != nullptr && device->kind.empty()) {
      const bool taken = home->Find(device->name) != nullptr;
      if (MoveTo(*home, index, taken ? "dev%d" : "", 0).ok()) continue;
    }
    // The first network ends with the sandbox: nobody is there to be told.
    if (home != nullptr || (device->link != 0 && device->link_network != this)) Remove(index);
  }
}

}  // namespace sentry
