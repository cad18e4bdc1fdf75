// AF_BRIDGE of rtnetlink(7): ports of bridges and who was seen behind which (bridge(8)).
#include "abi/linux/netdevice.h"
#include "sentry/socket/netlink/link_kinds.h"
#include "sentry/socket/netlink/route_messages.h"

namespace sentry {
namespace {

constexpr uint8_t kDisabled = 0, kForwarding = 3;  // BR_STATE_*
constexpr uint16_t kMaxPriority = 63;

// The position of a port among those of its bridge, from 1 on.
uint16_t PortNumber(const Network& network, const NetDevice& device) {
  uint16_t number = 1;
  for (const auto& [index, other] : network.devices()) {
    if (other.master == device.master && index < device.index) ++number;
  }
  return number;
}

struct Flag {
  uint16_t type;
  bool BridgePort::*field;
};
constexpr Flag kFlags[] = {{abi::kIflaBrportMode, &BridgePort::hairpin},
                           {abi::kIflaBrportLearning, &BridgePort::learning},
                           {abi::kIflaBrportUnicastFlood, &BridgePort::flood},
                           {abi::kIflaBrportMcastFlood, &BridgePort::multicast_flood},
                           {abi::kIflaBrportBcastFlood, &BridgePort::broadcast_flood},
                           {abi::kIflaBrportIsolated, &BridgePort::isolated}};

// br_fill_ifinfo()
void WriteBridgeLink(NetlinkMessage& message, const Network& network, const NetDevice& device) {
  abi::Ifinfomsg head{};
  head.ifi_family = static_cast<uint8_t>(abi::kAfBridge);
  head.ifi_type = device.type;
  head.ifi_index = device.index;
  head.ifi_flags = device.flags;
  message.Fixed(head)
      .PutText(abi::kIflaIfname, device.name)
      .Put(abi::kIflaMaster, device.master)
      .Put(abi::kIflaMtu, device.mtu)
      .Put(abi::kIflaOperstate, device.IsUp() && device.carrier ? abi::kIfOperUp : abi::kIfOperDown)
      .Put(abi::kIflaAddress, device.address);
  if (device.link != 0) message.Put(abi::kIflaLink, device.link);
  const size_t nest =
      message.BeginNested(static_cast<uint16_t>(abi::kIflaProtinfo | abi::kNlaFNested));
  WriteBridgePort(message, network, device);
  message.EndNested(nest);
}

struct FdbCache {  // struct nda_cacheinfo, in hundredths of a second
  uint32_t confirmed, used, updated, references;
};

// fdb_fill_info()
void SendEntry(NetlinkRequest& request, const BridgeNeighbour& entry) {
  abi::Ndmsg head{};
  head.ndm_family = static_cast<uint8_t>(abi::kAfBridge);
  head.ndm_ifindex = entry.port;
  head.ndm_state = entry.local   ? abi::kNudPermanent
                   : entry.fixed ? abi::kNudNoarp
                                 : abi::kNudReachable;
  NetlinkMessage reply = request.Reply(abi::kRtmNewneigh);
  reply.Fixed(head).Put(abi::kNdaLladdr, entry.link_address);
  if (entry.port != entry.bridge) reply.Put(abi::kNdaMaster, entry.bridge);
  reply.Put(abi::kNdaCacheinfo, FdbCache{entry.used, entry.used, entry.updated, 0});
  request.Send(std::move(reply));
}

// The bridge that a request about an entry means: of a port the one above it (NTF_MASTER), of a
// bridge itself (NTF_SELF).
Result<BridgeNeighbour> ReadEntry(NetlinkRequest& request, Network& network) {
  if (!request.Holds<abi::Ndmsg>()) return Errno(EINVAL);
  const auto head = request.Fixed<abi::Ndmsg>();
  const NetlinkAttributes attributes = TRY(request.Attributes(sizeof(abi::Ndmsg)));
  if (head.ndm_ifindex == 0) return request.Refuse(EINVAL, "invalid ifindex");
  const NetDevice* device = network.Find(head.ndm_ifindex);
  if (device == nullptr) return request.Refuse(ENODEV, "unknown ifindex");
  auto address = attributes.Find(abi::kNdaLladdr);
  BridgeNeighbour entry;
  if (!address || address->size() != entry.link_address.size()) {
    return request.Refuse(EINVAL, "invalid address");
  }
  std::memcpy(entry.link_address.data(), address->data(), address->size());
  const bool zero = entry.link_address == std::array<uint8_t, 6>{};
  if (zero || (entry.link_address[0] & 1) != 0) return Errno(EINVAL);
  entry.port = device->index;
  if (device->kind == "bridge" && (head.ndm_flags & abi::kNtfMaster) == 0) {
    entry.bridge = device->index;
  } else if (device->master != 0 && (head.ndm_flags & abi::kNtfSelf) == 0) {
    entry.bridge = device->master;
  } else {
    return Errno(EOPNOTSUPP);
  }
  if ((head.ndm_state & (abi::kNudPermanent | abi::kNudNoarp | abi::kNudReachable)) == 0 &&
      head.ndm_state != 0) {
    return Errno(EINVAL);
  }
  entry.local = (head.ndm_state & abi::kNudPermanent) != 0;
  entry.fixed = entry.local || (head.ndm_state & abi::kNudNoarp) != 0;
  return entry;
}

}  // namespace

Result<void> ChangeBridgePort(const NetlinkAttributes& attributes, BridgePort& port) {
  for (const Flag& flag : kFlags) {
    if (auto value = TRY(attributes.Get<uint8_t>(flag.type))) port.*flag.field = *value != 0;
  }
  if (auto cost = TRY(attributes.Get<uint32_t>(abi::kIflaBrportCost))) {
    if (*cost < 1 || *cost > 65535) return Errno(ERANGE);
    port.cost = *cost;
  }
  if (auto priority = TRY(attributes.Get<uint16_t>(abi::kIflaBrportPriority))) {
    if (*priority > kMaxPriority) return Errno(ERANGE);
    port.priority = *priority;
  }
  return {};
}

void WriteBridgePort(NetlinkMessage& message, const Network& network, const NetDevice& device) {
  const NetDevice& bridge = network.devices().at(device.master);
  const bool works = device.IsUp() && device.carrier && bridge.IsUp();
  message.Put(abi::kIflaBrportState, works ? kForwarding : kDisabled)
      .Put(abi::kIflaBrportPriority, device.port.priority)
      .Put(abi::kIflaBrportCost, device.port.cost)
      .Put(abi::kIflaBrportGuard, uint8_t{0})
      .Put(abi::kIflaBrportProtect, uint8_t{0})
      .Put(abi::kIflaBrportFastLeave, uint8_t{0});
  for (const Flag& flag : kFlags) message.Put(flag.type, uint8_t{device.port.*flag.field});
  message.Put(abi::kIflaBrportNo, PortNumber(network, device));
}

// rtnl_bridge_getlink(); a bridge itself is told only to who asks for its VLANs.
Result<void> DumpBridgeLinks(NetlinkRequest& request, Network& network) {
  for (const auto& [index, device] : network.devices()) {
    if (device.master == 0) continue;
    NetlinkMessage reply = request.Reply(abi::kRtmNewlink);
    WriteBridgeLink(reply, network, device);
    request.Send(std::move(reply));
  }
  return {};
}

// rtnl_bridge_setlink()
Result<void> SetBridgeLink(NetlinkRequest& request, Network& network) {
  if (!request.Holds<abi::Ifinfomsg>()) return Errno(EINVAL);
  const NetlinkAttributes attributes = TRY(request.Attributes(sizeof(abi::Ifinfomsg)));
  NetDevice* device = network.Find(request.Fixed<abi::Ifinfomsg>().ifi_index);
  if (device == nullptr) return request.Refuse(ENODEV, "unknown ifindex");
  if (device->master == 0) return Errno(EOPNOTSUPP);
  auto bytes = attributes.Find(abi::kIflaProtinfo);
  if (!bytes) return {};
  if (bytes->size() == 1) return Errno(EOPNOTSUPP);  // The state: the spanning tree's business.
  TRY(ChangeBridgePort(TRY(attributes.Nested(abi::kIflaProtinfo)), device->port));
  network.Changed(*device);
  return {};
}

// rtnl_fdb_dump()
Result<void> DumpBridgeNeighbours(NetlinkRequest& request, Network& network) {
  // Older programs send a struct ifinfomsg, in which the index is at the same place.
  const int32_t only = request.Fixed<abi::Ndmsg>().ndm_ifindex;
  const bool old_header = request.Holds<abi::Ifinfomsg>();
  int32_t master = 0;
  Result<NetlinkAttributes> attributes = request.Attributes(sizeof(abi::Ndmsg));
  if (attributes.ok()) {
    if (auto wanted = TRY(attributes->Get<int32_t>(abi::kNdaMaster))) master = *wanted;
  } else if (old_header) {
    Result<NetlinkAttributes> old = request.Attributes(sizeof(abi::Ifinfomsg));
    if (old.ok()) master = TRY(old->Get<int32_t>(abi::kIflaMaster)).value_or(0);
  }
  auto wanted = [only, master](const BridgeNeighbour& entry) {
    return (only == 0 || entry.port == only) && (master == 0 || entry.bridge == master);
  };
  for (const auto& [index, device] : network.devices()) {
    const bool is_bridge = device.kind == "bridge";
    if (!is_bridge && device.master == 0) continue;
    BridgeNeighbour own{.bridge = is_bridge ? index : device.master, .port = index};
    own.link_address = device.address;
    own.local = own.fixed = true;
    if (wanted(own)) SendEntry(request, own);
  }
  if (network.plane == nullptr) return {};
  for (const BridgeNeighbour& entry : network.plane->BridgeNeighbours()) {
    if (wanted(entry)) SendEntry(request, entry);
  }
  return {};
}

Result<void> NewBridgeNeighbour(NetlinkRequest& request, Network& network) {
  const BridgeNeighbour entry = TRY(ReadEntry(request, network));
  if (network.plane == nullptr) return Errno(EOPNOTSUPP);
  bool there = false;
  for (const BridgeNeighbour& kept : network.plane->BridgeNeighbours()) {
    there = there || (kept.bridge == entry.bridge && kept.link_address == entry.link_address);
  }
  if (there && request.Has(abi::kNlmFExcl)) return Errno(EEXIST);
  if (!there && !request.Has(abi::kNlmFCreate)) return Errno(ENOENT);
  return network.plane->SetBridgeNeighbour(entry);
}

Result<void> DeleteBridgeNeighbour(NetlinkRequest& request, Network& network) {
  const BridgeNeighbour entry = TRY(ReadEntry(request, network));
  if (network.plane == nullptr) return Errno(ENOENT);
  return network.plane->RemoveBridgeNeighbour(entry);
}

}  // namespace sentry
