// rtnetlink(7): RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK.
#include "abi/linux/netdevice.h"
#include "sentry/socket/netlink/route_messages.h"

namespace sentry {
namespace {

constexpr uint32_t kMaxMtu = 65535;

// struct rtnl_link_stats64; rtnl_link_stats has the same fields in 32 bits.
template <typename T>
std::array<T, 25> Stats(const LinkStats& s) {
  std::array<T, 25> out{};
  const uint64_t head[] = {s.rx_packets, s.tx_packets, s.rx_bytes,   s.tx_bytes, s.rx_errors,
                           s.tx_errors,  s.rx_dropped, s.tx_dropped, s.multicast};
  for (size_t i = 0; i < std::size(head); ++i) out[i] = static_cast<T>(head[i]);
  return out;
}

NetDevice* Named(NetlinkRequest& request, const NetlinkAttributes& attributes, Network& network) {
  const auto head = request.Fixed<abi::Ifinfomsg>();
  if (head.ifi_index > 0) return network.Find(head.ifi_index);
  const uint16_t by_name =
      attributes.Has(abi::kIflaIfname) ? abi::kIflaIfname : abi::kIflaAltIfname;
  return network.Find(attributes.Text(by_name));
}

bool IsNamed(const NetlinkRequest& request, const NetlinkAttributes& attributes) {
  return request.Fixed<abi::Ifinfomsg>().ifi_index > 0 || attributes.Has(abi::kIflaIfname) ||
         attributes.Has(abi::kIflaAltIfname);
}

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
  return {};
}

// do_setlink() of Linux.
Result<void> ChangeLink(NetlinkRequest& request, const NetlinkAttributes& attributes,
                        Network& network, NetDevice& device) {
  const auto head = request.Fixed<abi::Ifinfomsg>();
  if (attributes.Has(abi::kIflaNetNsFd) || attributes.Has(abi::kIflaNetNsPid)) {
    return request.Refuse(EOPNOTSUPP, "Devices do not move between namespaces here");
  }
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
  if (head.ifi_flags != 0 || head.ifi_change != 0) {
    const uint32_t changed = head.ifi_change != 0 ? head.ifi_change : ~0u;
    network.SetFlags(device, (head.ifi_flags & changed) | (device.flags & ~changed));
  } else {
    network.Changed(device);
  }
  return {};
}

// A locally administered address (IEEE 802) that differs from device to device.
std::array<uint8_t, 6> MakeLinkAddress(const Network& network) {
  const uint32_t n = static_cast<uint32_t>(network.devices().rbegin()->first) + 1;
  return {2,
          0x53,
          static_cast<uint8_t>(network.cookie),
          static_cast<uint8_t>(n >> 16),
          static_cast<uint8_t>(n >> 8),
          static_cast<uint8_t>(n)};
}

Result<void> CreateLink(NetlinkRequest& request, const NetlinkAttributes& attributes,
                        Network& network) {
  const NetlinkAttributes info = TRY(attributes.Nested(abi::kIflaLinkinfo));
  const std::string kind = info.Text(abi::kIflaInfoKind);
  if (kind.empty()) return Errno(EOPNOTSUPP);
  if (network.plane == nullptr || !network.plane->Supports(kind)) {
    return request.Refuse(EOPNOTSUPP, "Unknown device type");
  }
  NetDevice device;
  device.kind = kind;
  device.index = std::max(0, request.Fixed<abi::Ifinfomsg>().ifi_index);
  device.name = attributes.Text(abi::kIflaIfname);
  device.flags = abi::kIffBroadcast | abi::kIffMulticast;
  if (kind == "dummy") device.flags = abi::kIffBroadcast | abi::kIffNoarp;
  device.address = MakeLinkAddress(network);
  device.broadcast.fill(0xff);
  for (int n = 0; device.name.empty(); ++n) {
    std::string name = kind + std::to_string(n);
    if (network.Find(name) == nullptr) device.name = name;
  }
  NetDevice* made = TRY(network.Add(std::move(device)));
  if (kind == "veth") {
    // The other end beside it; moving it to another namespace is a step of its own.
    const NetlinkAttributes data = TRY(info.Nested(abi::kIflaInfoData));
    NetDevice other = *made;
    other.index = 0;
    other.name.clear();
    other.peer = made->index;
    other.address = MakeLinkAddress(network);
    if (auto peer = data.Find(abi::kVethInfoPeer); peer && peer->size() > sizeof(abi::Ifinfomsg)) {
      const NetlinkAttributes its =
          TRY(NetlinkAttributes::Parse(peer->subspan(sizeof(abi::Ifinfomsg))));
      other.name = its.Text(abi::kIflaIfname);
    }
    for (int n = 0; other.name.empty(); ++n) {
      std::string name = kind + std::to_string(n);
      if (network.Find(name) == nullptr) other.name = name;
    }
    const int32_t index = made->index;
    Result<NetDevice*> second = network.Add(std::move(other));
    if (!second.ok()) {
      network.Remove(index);
      return second.error();
    }
    made = network.Find(index);
    made->peer = (*second)->index;
  }
  return ChangeLink(request, attributes, network, *made);
}

}  // namespace

void WriteLink(NetlinkMessage& message, Network& network, const NetDevice& device) {
  abi::Ifinfomsg head{};
  head.ifi_type = device.type;
  head.ifi_index = device.index;
  head.ifi_flags = device.flags;
  const uint8_t state = device.IsLoopback() || device.kind == "dummy" ? abi::kIfOperUnknown
                        : device.IsUp()                               ? abi::kIfOperUp
                                                                      : abi::kIfOperDown;
  message.Fixed(head)
      .PutText(abi::kIflaIfname, device.name)
      .Put(abi::kIflaTxqlen, device.tx_queue_length)
      .Put(abi::kIflaOperstate, state)
      .Put(abi::kIflaLinkmode, uint8_t{0})
      .Put(abi::kIflaMtu, device.mtu)
      .Put(abi::kIflaMinMtu, uint32_t{device.IsLoopback() ? 0u : 68u})
      .Put(abi::kIflaMaxMtu, uint32_t{device.IsLoopback() ? 0u : kMaxMtu})
      .Put(abi::kIflaGroup, device.group)
      .Put(abi::kIflaPromiscuity, uint32_t{(device.flags & abi::kIffPromisc) != 0 ? 1u : 0u})
      .Put(abi::kIflaNumTxQueues, uint32_t{1})
      .Put(abi::kIflaGsoMaxSegs, uint32_t{65535})
      .Put(abi::kIflaGsoMaxSize, uint32_t{65536})
      .Put(abi::kIflaNumRxQueues, uint32_t{1})
      .Put(abi::kIflaCarrier, uint8_t{1})
      .PutText(abi::kIflaQdisc, device.IsUp() ? "noqueue" : "noop")
      .Put(abi::kIflaCarrierChanges, uint32_t{0})
      .Put(abi::kIflaMap, std::array<std::byte, 32>{})
      .Put(abi::kIflaAddress, device.address)
      .Put(abi::kIflaBroadcast, device.broadcast);
  const LinkStats stats = network.plane != nullptr ? network.plane->Stats(device) : LinkStats();
  message.Put(abi::kIflaStats64, Stats<uint64_t>(stats));
  message.Put(abi::kIflaStats, Stats<uint32_t>(stats));
  if (device.peer != 0) message.Put(abi::kIflaLink, device.peer);
  if (device.kind.empty()) return;
  const size_t info = message.BeginNested(abi::kIflaLinkinfo);
  message.PutText(abi::kIflaInfoKind, device.kind);
  message.EndNested(info);
}

Result<void> GetLink(NetlinkRequest& request, Network& network) {
  if (!request.Holds<abi::Ifinfomsg>()) return Errno(EINVAL);
  const NetlinkAttributes attributes = TRY(request.Attributes(sizeof(abi::Ifinfomsg)));
  if (!IsNamed(request, attributes)) return Errno(EINVAL);
  const NetDevice* device = Named(request, attributes, network);
  if (device == nullptr) return Errno(ENODEV);
  NetlinkMessage reply = request.Reply(abi::kRtmNewlink);
  WriteLink(reply, network, *device);
  request.Send(std::move(reply));
  return {};
}

Result<void> DumpLinks(NetlinkRequest& request, Network& network) {
  std::string kind;
  if (request.Holds<abi::Ifinfomsg>()) {
    // Older programs send an rtgenmsg padded with anything: only who asked for strictness is
    // filtered.
    Result<NetlinkAttributes> attributes = request.Attributes(sizeof(abi::Ifinfomsg));
    if (attributes.ok()) {
      Result<NetlinkAttributes> info = attributes->Nested(abi::kIflaLinkinfo);
      if (info.ok()) kind = info->Text(abi::kIflaInfoKind);
    } else if (request.strict()) {
      return attributes.error();
    }
  } else if (request.strict()) {
    return request.Refuse(EINVAL, "Invalid header for link dump");
  }
  for (const auto& [index, device] : network.devices()) {
    if (!kind.empty() && device.kind != kind) continue;
    NetlinkMessage reply = request.Reply(abi::kRtmNewlink);
    WriteLink(reply, network, device);
    request.Send(std::move(reply));
  }
  return {};
}

Result<void> NewLink(NetlinkRequest& request, Network& network) {
  if (!request.Holds<abi::Ifinfomsg>()) return Errno(EINVAL);
  const NetlinkAttributes attributes = TRY(request.Attributes(sizeof(abi::Ifinfomsg)));
  const bool is_set = request.header.nlmsg_type == abi::kRtmSetlink;
  NetDevice* device = IsNamed(request, attributes) ? Named(request, attributes, network) : nullptr;
  if (device != nullptr) {
    if (!is_set && request.Has(abi::kNlmFExcl)) return Errno(EEXIST);
    return ChangeLink(request, attributes, network, *device);
  }
  if (is_set || !request.Has(abi::kNlmFCreate)) {
    return Errno(IsNamed(request, attributes) ? ENODEV : EINVAL);
  }
  return CreateLink(request, attributes, network);
}

Result<void> DeleteLink(NetlinkRequest& request, Network& network) {
  if (!request.Holds<abi::Ifinfomsg>()) return Errno(EINVAL);
  const NetlinkAttributes attributes = TRY(request.Attributes(sizeof(abi::Ifinfomsg)));
  if (!IsNamed(request, attributes)) return Errno(EINVAL);
  const NetDevice* device = Named(request, attributes, network);
  if (device == nullptr) return Errno(ENODEV);
  if (device->kind.empty()) return Errno(EOPNOTSUPP);
  const int32_t peer = device->peer;
  network.Remove(device->index);
  if (peer != 0) network.Remove(peer);
  return {};
}

}  // namespace sentry
