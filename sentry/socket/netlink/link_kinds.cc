// Kinds of devices: VLANs and bridges.
#include "sentry/socket/netlink/link_kinds.h"

#include <algorithm>

#include "abi/linux/netdevice.h"

namespace sentry {
namespace {

// --- vlan ---

constexpr uint16_t kVlanEthertype = 0x8100, kVlanMostId = 4094;
constexpr int kMaxNest = 8;  // MAX_NEST_DEV

struct VlanFlags {  // struct ifla_vlan_flags
  uint32_t flags, mask;
};
constexpr uint32_t kReorderHeader = 1;  // VLAN_FLAG_REORDER_HDR

// vlan_validate(), vlan_newlink() of Linux.
Result<void> ReadVlan(NetlinkRequest& request, const NetlinkAttributes& attributes,
                      const NetlinkAttributes& data, Network& network, NetDevice& device) {
  if (auto protocol = TRY(data.Get<uint16_t>(abi::kIflaVlanProtocol))) {
    if (*protocol != __builtin_bswap16(kVlanEthertype)) {
      return request.Refuse(EPROTONOSUPPORT, "Invalid VLAN protocol");
    }
  }
  auto id = TRY(data.Get<uint16_t>(abi::kIflaVlanId));
  if (!id) return request.Refuse(EINVAL, "VLAN id not specified");
  if (*id > kVlanMostId) return request.Refuse(ERANGE, "Invalid VLAN id");
  auto link = TRY(attributes.Get<int32_t>(abi::kIflaLink));
  if (!link) return request.Refuse(EINVAL, "link not specified");
  const NetDevice* below = network.Find(*link);
  if (below == nullptr) return request.Refuse(ENODEV, "link does not exist");
  if (below->IsLoopback()) return request.Refuse(EOPNOTSUPP, "VLANs not supported on device");
  for (const auto& [index, other] : network.devices()) {
    if (other.kind == "vlan" && other.link == *link && other.vlan_id == *id) {
      return request.Refuse(EEXIST, "VLAN device already exists");
    }
  }
  int nest = 0;
  for (const NetDevice* at = below; at != nullptr && at->kind == "vlan";
       at = network.Find(at->link)) {
    if (++nest >= kMaxNest) return Errno(EMLINK);
  }
  const auto mtu = TRY(attributes.Get<uint32_t>(abi::kIflaMtu));
  if (mtu && *mtu > static_cast<uint32_t>(below->mtu)) return Errno(EINVAL);
  device.vlan_id = *id;
  device.link = *link;
  device.link_network = &network;
  device.mtu = below->mtu;
  device.address = below->address;
  return {};
}

void WriteVlan(NetlinkMessage& message, const NetDevice& device) {
  message.Put(abi::kIflaVlanId, device.vlan_id)
      .Put(abi::kIflaVlanFlags, VlanFlags{kReorderHeader, ~0u})
      .Put(abi::kIflaVlanProtocol, __builtin_bswap16(kVlanEthertype));
}

// --- bridge ---

Result<void> RefuseIfSet(NetlinkRequest& request, const NetlinkAttributes& data, uint16_t type,
                         const char* why) {
  auto bytes = data.Find(type);
  if (!bytes || bytes->empty() || bytes->front() == std::byte{0}) return {};
  return request.Refuse(EOPNOTSUPP, why);
}

Result<void> ReadBridge(NetlinkRequest& request, const NetlinkAttributes& data, NetDevice& device) {
  TRY(RefuseIfSet(request, data, abi::kIflaBrStpState, "There is no spanning tree"));
  TRY(RefuseIfSet(request, data, abi::kIflaBrVlanFiltering, "VLANs are not filtered"));
  TRY(RefuseIfSet(request, data, abi::kIflaBrMcastSnooping, "Groups are not snooped"));
  TRY(RefuseIfSet(request, data, abi::kIflaBrGroupFwdMask, "Link-local groups stay on their link"));
  BridgeSettings& settings = device.bridge;
  struct Time {
    uint16_t type;
    uint32_t BridgeSettings::*field;
    uint32_t least, most;
  };
  // br_set_forward_delay() and its kin, in hundredths of a second.
  constexpr Time kTimes[] = {{abi::kIflaBrForwardDelay, &BridgeSettings::forward_delay, 0, 3000},
                             {abi::kIflaBrHelloTime, &BridgeSettings::hello_time, 100, 1000},
                             {abi::kIflaBrMaxAge, &BridgeSettings::max_age, 600, 4000},
                             {abi::kIflaBrAgeingTime, &BridgeSettings::ageing_time, 0, ~0u}};
  for (const Time& time : kTimes) {
    auto value = TRY(data.Get<uint32_t>(time.type));
    if (!value) continue;
    if (*value < time.least || *value > time.most) return Errno(ERANGE);
    settings.*time.field = *value;
  }
  if (auto priority = TRY(data.Get<uint16_t>(abi::kIflaBrPriority))) settings.priority = *priority;
  return {};
}

void WriteBridge(NetlinkMessage& message, const NetDevice& device) {
  const BridgeSettings& settings = device.bridge;
  std::array<uint8_t, 8> id{static_cast<uint8_t>(settings.priority >> 8),
                            static_cast<uint8_t>(settings.priority)};
  std::copy(device.address.begin(), device.address.end(), id.begin() + 2);
  message.Put(abi::kIflaBrForwardDelay, settings.forward_delay)
      .Put(abi::kIflaBrHelloTime, settings.hello_time)
      .Put(abi::kIflaBrMaxAge, settings.max_age)
      .Put(abi::kIflaBrAgeingTime, settings.ageing_time)
      .Put(abi::kIflaBrStpState, uint32_t{0})
      .Put(abi::kIflaBrPriority, settings.priority)
      .Put(abi::kIflaBrVlanFiltering, uint8_t{0})
      .Put(abi::kIflaBrGroupFwdMask, uint16_t{0})
      .Put(abi::kIflaBrBridgeId, id)
      .Put(abi::kIflaBrRootId, id)
      .Put(abi::kIflaBrVlanProtocol, __builtin_bswap16(kVlanEthertype))
      .Put(abi::kIflaBrMcastSnooping, uint8_t{0});
}

}  // namespace

Result<void> ReadNewKind(NetlinkRequest& request, const NetlinkAttributes& attributes,
                         Network& network, NetDevice& device) {
  const NetlinkAttributes info = TRY(attributes.Nested(abi::kIflaLinkinfo));
  const NetlinkAttributes data = TRY(info.Nested(abi::kIflaInfoData));
  if (device.kind == "vlan") {
    if (!info.Has(abi::kIflaInfoData)) {
      return request.Refuse(EINVAL, "VLAN properties not specified");
    }
    return ReadVlan(request, attributes, data, network, device);
  }
  if (device.kind == "bridge") return ReadBridge(request, data, device);
  return {};
}

Result<void> ChangeKind(NetlinkRequest& request, const NetlinkAttributes& info, NetDevice& device) {
  if (!info.Has(abi::kIflaInfoData)) return {};
  if (device.kind != "bridge" || info.Text(abi::kIflaInfoKind) != device.kind) {
    return Errno(EOPNOTSUPP);
  }
  return ReadBridge(request, TRY(info.Nested(abi::kIflaInfoData)), device);
}

void WriteKind(NetlinkMessage& message, const NetDevice& device) {
  if (device.kind != "vlan" && device.kind != "bridge" && device.backing == nullptr) return;
  const size_t data = message.BeginNested(abi::kIflaInfoData);
  if (device.backing != nullptr) {
    for (const DeviceBacking::Info& info : device.backing->Infos()) {
      info.byte ? message.Put(info.type, static_cast<uint8_t>(info.value))
                : message.Put(info.type, info.value);
    }
  } else if (device.kind == "vlan") {
    WriteVlan(message, device);
  } else {
    WriteBridge(message, device);
  }
  message.EndNested(data);
}

}  // namespace sentry
