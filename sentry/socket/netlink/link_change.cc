// RTM_NEWLINK and RTM_SETLINK: making devices, changing them, moving them to other namespaces.
#include <sys/random.h>

#include "abi/linux/capability.h"
#include "abi/linux/netdevice.h"
#include "sentry/socket/netlink/link_kinds.h"
#include "sentry/socket/netlink/route_messages.h"

namespace sentry {
namespace {

Result<void> SetLinkAddress(NetDevice& device, const NetlinkAttributes& attributes, uint16_t type,
                            std::array<uint8_t, 6>& to) {
  auto bytes = attributes.Find(type);
  if (!bytes) return {};
  if (bytes->size() < to.size()) return Errno(EINVAL);
  // An Ethernet device has no group address of its own (eth_validate_addr()).
  const bool group = (static_cast<uint8_t>(bytes->front()) & 1) != 0;
  if (type == abi::kIflaAddress && device.type == abi::kArphrdEther && group) {
    return Errno(EADDRNOTAVAIL);
  }
  if (type == abi::kIflaAddress && device.IsLoopback()) return Errno(EOPNOTSUPP);
  std::memcpy(to.data(), bytes->data(), to.size());
  if (type == abi::kIflaAddress) device.address_given = true;
  return {};
}

// A locally administered address (IEEE 802).
std::array<uint8_t, 6> RandomAddress() {
  std::array<uint8_t, 6> address{};
  // So few bytes come whole or not at all (getrandom(2)).
  while (::getrandom(address.data(), address.size(), 0) < 0) {
  }
  address[0] = static_cast<uint8_t>((address[0] & 0xfc) | 2);
  return address;
}

// What a new device has whatever its kind is.
NetDevice NewDevice(const std::string& kind, Network& network, const NetlinkAttributes& attributes,
                    const abi::Ifinfomsg& head) {
  NetDevice device;
  device.kind = kind;
  device.index = std::max(0, head.ifi_index);
  device.flags = abi::kIffBroadcast | abi::kIffMulticast;
  if (kind == "dummy") device.flags = abi::kIffBroadcast | abi::kIffNoarp;
  device.address = RandomAddress();
  device.broadcast.fill(0xff);
  std::string name = attributes.Text(abi::kIflaIfname);
  device.name = network.FreeName(name.empty() ? kind + "%d" : name);
  return device;
}

// The other end: its attributes are in VETH_INFO_PEER, behind a struct ifinfomsg.
struct VethPeer {
  abi::Ifinfomsg head{};
  NetlinkAttributes attributes;
};
Result<VethPeer> ReadPeer(const NetlinkAttributes& info) {
  VethPeer peer;
  const NetlinkAttributes data = TRY(info.Nested(abi::kIflaInfoData));
  auto bytes = data.Find(abi::kVethInfoPeer);
  if (!bytes) return peer;
  if (bytes->size() < sizeof(peer.head)) return Errno(EINVAL);
  std::memcpy(&peer.head, bytes->data(), sizeof(peer.head));
  peer.attributes = TRY(NetlinkAttributes::Parse(bytes->subspan(sizeof(peer.head))));
  return peer;
}

// veth_newlink() of Linux: the other end is there first.
Result<NetDevice*> CreateVeth(NetlinkRequest& request, const NetlinkAttributes& info,
                              Network& network, Network& target, NetDevice device,
                              bool name_given) {
  const VethPeer peer = TRY(ReadPeer(info));
  Ref<Network> other = TRY(TargetNetwork(request, network, peer.attributes));
  NetDevice theirs = NewDevice(device.kind, *other, peer.attributes, peer.head);
  TRY(SetLinkAddress(theirs, peer.attributes, abi::kIflaAddress, theirs.address));
  TRY(other->CheckNew(theirs));
  if (other->plane == nullptr || target.plane == nullptr) return Errno(EOPNOTSUPP);
  if (other.get() == &target) {
    if (!name_given && device.name == theirs.name) {
      // Both are numbered, the other end first.
      const int number = std::stoi(device.name.substr(device.kind.size()));
      for (int n = number + 1;; ++n) {
        device.name = device.kind + std::to_string(n);
        if (target.Find(device.name) == nullptr) break;
      }
    }
    if (device.name == theirs.name) return Errno(EEXIST);
    if (device.index != 0 && device.index == theirs.index) return Errno(EBUSY);
  }
  TRY(target.CheckNew(device));
  target.plane->PreparePair(device, *other->plane, theirs);
  const int32_t their_index = (*other->Add(std::move(theirs)))->index;
  Result<NetDevice*> made = target.Add(std::move(device));
  if (!made.ok()) {
    other->Remove(their_index);
    return made;
  }
  Network::Join(target, (*made)->index, *other, their_index);
  NetDevice& their_device = *other->Find(their_index);
  if (auto mtu = TRY(peer.attributes.Get<uint32_t>(abi::kIflaMtu))) {
    TRY(other->SetMtu(their_device, *mtu));
  }
  other->SetFlags(their_device, their_device.flags | (peer.head.ifi_flags & abi::kIffUp));
  return target.Find((*made)->index);
}

// do_setlink() of Linux, behind the move.
Result<void> ApplyChanges(NetlinkRequest& request, const NetlinkAttributes& attributes,
                          Network& network, NetDevice& device) {
  const auto head = request.Fixed<abi::Ifinfomsg>();
  TRY(SetLinkAddress(device, attributes, abi::kIflaAddress, device.address));
  TRY(SetLinkAddress(device, attributes, abi::kIflaBroadcast, device.broadcast));
  if (auto mtu = TRY(attributes.Get<uint32_t>(abi::kIflaMtu))) {
    TRY(network.SetMtu(device, *mtu));
  }
  if (head.ifi_index > 0 && attributes.Has(abi::kIflaIfname)) {
    TRY(network.Rename(device, attributes.Text(abi::kIflaIfname)));
  }
  if (auto length = TRY(attributes.Get<uint32_t>(abi::kIflaTxqlen))) {
    if (*length > INT32_MAX) return Errno(ERANGE);
    device.tx_queue_length = static_cast<int32_t>(*length);
  }
  if (auto group = TRY(attributes.Get<uint32_t>(abi::kIflaGroup))) device.group = *group;
  if (auto master = TRY(attributes.Get<int32_t>(abi::kIflaMaster))) {
    TRY(network.SetMaster(device, *master));
  }
  if (attributes.Has(abi::kIflaLinkinfo)) {
    const NetlinkAttributes info = TRY(attributes.Nested(abi::kIflaLinkinfo));
    if (device.master != 0 && info.Has(abi::kIflaInfoSlaveData)) {
      TRY(ChangeBridgePort(TRY(info.Nested(abi::kIflaInfoSlaveData)), device.port));
    }
  }
  if (head.ifi_flags != 0 || head.ifi_change != 0) {
    const uint32_t changed = head.ifi_change != 0 ? head.ifi_change : ~0u;
    network.SetFlags(device, (head.ifi_flags & changed) | (device.flags & ~changed));
  } else {
    network.Changed(device);
  }
  return {};
}

}  // namespace

Result<void> ChangeLink(NetlinkRequest& request, const NetlinkAttributes& attributes,
                        Network& network, NetDevice& device) {
  if (attributes.Has(abi::kIflaLinkinfo)) {
    TRY(ChangeKind(request, TRY(attributes.Nested(abi::kIflaLinkinfo)), device));
  }
  Ref<Network> target = TRY(TargetNetwork(request, network, attributes));
  if (target.get() == &network) return ApplyChanges(request, attributes, network, device);
  const auto new_index = TRY(attributes.Get<int32_t>(abi::kIflaNewIfindex));
  if (new_index && *new_index <= 0) return Errno(ERANGE);
  Result<NetDevice*> moved = network.MoveTo(
      *target, device.index, attributes.Text(abi::kIflaIfname), new_index.value_or(0));
  if (moved.Is(EINVAL)) request.explanation = "The interface netns is immutable";
  return ApplyChanges(request, attributes, *target, *TRY(std::move(moved)));
}

Result<void> CreateLink(NetlinkRequest& request, const NetlinkAttributes& attributes,
                        Network& network) {
  const NetlinkAttributes info = TRY(attributes.Nested(abi::kIflaLinkinfo));
  const std::string kind = info.Text(abi::kIflaInfoKind);
  if (kind.empty()) return Errno(EOPNOTSUPP);
  if (network.plane == nullptr || !network.plane->Supports(kind)) {
    return request.Refuse(EOPNOTSUPP, "Unknown device type");
  }
  Ref<Network> target = TRY(TargetNetwork(request, network, attributes));
  if (auto id = TRY(attributes.Get<int32_t>(abi::kIflaLinkNetnsid))) {
    const Network* below = network.ById(*id);
    if (below == nullptr) return request.Refuse(EINVAL, "Unknown network namespace id");
    if (!below->Allows(request.ctx, abi::kCapNetAdmin)) return Errno(EPERM);
  }
  NetDevice device = NewDevice(kind, *target, attributes, request.Fixed<abi::Ifinfomsg>());
  if (kind == "vlan" && target.get() != &network) {
    return request.Refuse(EOPNOTSUPP, "A VLAN is where the device below it is");
  }
  TRY(ReadNewKind(request, attributes, network, device));
  TRY(SetLinkAddress(device, attributes, abi::kIflaAddress, device.address));
  const bool name_given = attributes.Has(abi::kIflaIfname);
  NetDevice* made = nullptr;
  if (kind == "veth") {
    made = TRY(CreateVeth(request, info, network, *target, std::move(device), name_given));
  } else {
    made = TRY(target->Add(std::move(device)));
  }
  Result<void> changed = ApplyChanges(request, attributes, *target, *made);
  if (!changed.ok()) target->Remove(made->index);
  return changed;
}

}  // namespace sentry
