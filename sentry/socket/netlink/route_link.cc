// rtnetlink(7): RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK: how devices are told, and which is meant.
#include "abi/linux/netdevice.h"
#include "sentry/socket/netlink/link_kinds.h"
#include "sentry/socket/netlink/route_messages.h"

namespace sentry {
namespace {

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

// default_operstate() of Linux.  Of the kinds without a carrier nothing is known.
uint8_t OperationalState(Network& network, const NetDevice& device) {
  if (!device.IsUp()) return abi::kIfOperDown;
  if (device.IsLoopback() || device.kind == "dummy") return abi::kIfOperUnknown;
  if (device.carrier) return abi::kIfOperUp;
  const NetDevice* below = nullptr;
  if (device.link != 0 && device.link_network == &network) below = network.Find(device.link);
  return below != nullptr && !below->carrier ? abi::kIfOperLowerlayerdown : abi::kIfOperDown;
}

uint32_t Promiscuity(const NetDevice& device) {
  return ((device.flags & abi::kIffPromisc) != 0 ? 1u : 0u) + (device.master != 0 ? 1u : 0u);
}

void WriteLinkInfo(NetlinkMessage& message, const Network& network, const NetDevice& device) {
  if (device.kind.empty() && device.master == 0) return;
  const size_t info = message.BeginNested(abi::kIflaLinkinfo);
  if (!device.kind.empty()) message.PutText(abi::kIflaInfoKind, device.kind);
  WriteKind(message, device);
  if (device.master != 0) {
    message.PutText(abi::kIflaInfoSlaveKind, "bridge");
    const size_t data = message.BeginNested(abi::kIflaInfoSlaveData);
    WriteBridgePort(message, network, device);
    message.EndNested(data);
  }
  message.EndNested(info);
}

}  // namespace

void WriteLink(NetlinkMessage& message, Network& network, const NetDevice& device) {
  abi::Ifinfomsg head{};
  head.ifi_type = device.type;
  head.ifi_index = device.index;
  head.ifi_flags = device.flags;
  message.Fixed(head)
      .PutText(abi::kIflaIfname, device.name)
      .Put(abi::kIflaTxqlen, device.tx_queue_length)
      .Put(abi::kIflaOperstate, OperationalState(network, device))
      .Put(abi::kIflaLinkmode, uint8_t{0})
      .Put(abi::kIflaMtu, device.mtu)
      .Put(abi::kIflaMinMtu, uint32_t{device.IsLoopback() ? 0u : 68u})
      .Put(abi::kIflaMaxMtu, device.IsLoopback() ? 0u : static_cast<uint32_t>(device.max_mtu))
      .Put(abi::kIflaGroup, device.group)
      .Put(abi::kIflaPromiscuity, Promiscuity(device))
      .Put(abi::kIflaNumTxQueues, uint32_t{1})
      .Put(abi::kIflaGsoMaxSegs, uint32_t{65535})
      .Put(abi::kIflaGsoMaxSize, uint32_t{65536})
      .Put(abi::kIflaNumRxQueues, uint32_t{1})
      .Put(abi::kIflaCarrier, uint8_t{device.carrier})
      .PutText(abi::kIflaQdisc, device.IsUp() ? "noqueue" : "noop")
      .Put(abi::kIflaCarrierChanges, uint32_t{0})
      .Put(abi::kIflaMap, std::array<std::byte, 32>{});
  if (device.HasAddress()) {
    message.Put(abi::kIflaAddress, device.address).Put(abi::kIflaBroadcast, device.broadcast);
  }
  const LinkStats stats = network.plane != nullptr ? network.plane->Stats(device) : LinkStats();
  message.Put(abi::kIflaStats64, Stats<uint64_t>(stats));
  message.Put(abi::kIflaStats, Stats<uint32_t>(stats));
  if (device.link != 0) {
    message.Put(abi::kIflaLink, device.link);
    if (device.link_network != &network) {
      message.Put(abi::kIflaLinkNetnsid, network.IdOf(*device.link_network));
    }
  }
  if (device.master != 0) message.Put(abi::kIflaMaster, device.master);
  if (device.next_network != nullptr) {
    message.Put(abi::kIflaNewNetnsid, network.IdOf(*device.next_network));
    message.Put(abi::kIflaNewIfindex, device.next_index);
  }
  WriteLinkInfo(message, network, device);
}

Result<void> GetLink(NetlinkRequest& request, Network& own) {
  if (!request.Holds<abi::Ifinfomsg>()) return Errno(EINVAL);
  const NetlinkAttributes attributes = TRY(request.Attributes(sizeof(abi::Ifinfomsg)));
  Ref<Network> target = TRY(TargetNetwork(request, own, attributes));
  Network& network = *target;
  if (!IsNamed(request, attributes)) return Errno(EINVAL);
  const NetDevice* device = Named(request, attributes, network);
  if (device == nullptr) return Errno(ENODEV);
  NetlinkMessage reply = request.Reply(abi::kRtmNewlink);
  WriteLink(reply, network, *device);
  request.Send(std::move(reply));
  return {};
}

Result<void> DumpLinks(NetlinkRequest& request, Network& own) {
  if (request.Family() == abi::kAfBridge) return DumpBridgeLinks(request, own);
  std::string kind;
  int32_t master = 0;
  Ref<Network> target(&own);
  if (request.Holds<abi::Ifinfomsg>()) {
    // Older programs send an rtgenmsg padded with anything: only who asked for strictness is
    // filtered.
    Result<NetlinkAttributes> attributes = request.Attributes(sizeof(abi::Ifinfomsg));
    if (attributes.ok()) {
      target = TRY(TargetNetwork(request, own, *attributes));
      master = TRY(attributes->Get<int32_t>(abi::kIflaMaster)).value_or(0);
      Result<NetlinkAttributes> info = attributes->Nested(abi::kIflaLinkinfo);
      if (info.ok()) kind = info->Text(abi::kIflaInfoKind);
    } else if (request.strict()) {
      return attributes.error();
    }
  } else if (request.strict()) {
    return request.Refuse(EINVAL, "Invalid header for link dump");
  }
  Network& network = *target;
  for (const auto& [index, device] : network.devices()) {
    if (!kind.empty() && device.kind != kind) continue;
    if (master != 0 && device.master != master) continue;
    NetlinkMessage reply = request.Reply(abi::kRtmNewlink);
    WriteLink(reply, network, device);
    request.Send(std::move(reply));
  }
  return {};
}

Result<void> NewLink(NetlinkRequest& request, Network& network) {
  const bool is_set = request.header.nlmsg_type == abi::kRtmSetlink;
  if (is_set && request.Family() == abi::kAfBridge) return SetBridgeLink(request, network);
  if (!request.Holds<abi::Ifinfomsg>()) return Errno(EINVAL);
  const NetlinkAttributes attributes = TRY(request.Attributes(sizeof(abi::Ifinfomsg)));
  NetDevice* device = IsNamed(request, attributes) ? Named(request, attributes, network) : nullptr;
  if (device != nullptr) {
    if (!is_set && request.Has(abi::kNlmFExcl)) return Errno(EEXIST);
    return ChangeLink(request, attributes, network, *device);
  }
  if (is_set) return Errno(IsNamed(request, attributes) ? ENODEV : EINVAL);
  if (!request.Has(abi::kNlmFCreate)) return Errno(ENODEV);
  return CreateLink(request, attributes, network);
}

Result<void> DeleteLink(NetlinkRequest& request, Network& network) {
  if (!request.Holds<abi::Ifinfomsg>()) return Errno(EINVAL);
  const NetlinkAttributes attributes = TRY(request.Attributes(sizeof(abi::Ifinfomsg)));
  if (!IsNamed(request, attributes)) return Errno(EINVAL);
  const NetDevice* device = Named(request, attributes, network);
  if (device == nullptr) return Errno(ENODEV);
  if (device->kind.empty()) return Errno(EOPNOTSUPP);
  network.Remove(device->index);
  return {};
}

}  // namespace sentry
