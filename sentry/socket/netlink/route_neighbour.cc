// rtnetlink(7): RTM_NEWNEIGH, RTM_DELNEIGH, RTM_GETNEIGH, RTM_GETRULE.
#include "sentry/socket/netlink/netlink_socket.h"
#include "sentry/socket/netlink/route_messages.h"

namespace sentry {
namespace {

struct FibRuleHeader {  // struct fib_rule_hdr
  uint8_t family, dst_length, src_length, tos, table, reserved1, reserved2, action;
  uint32_t flags;
};
constexpr uint8_t kToTable = 1;  // FR_ACT_TO_TBL

Result<Neighbour> ReadNeighbour(NetlinkRequest& request, Network& network) {
  if (!request.Holds<abi::Ndmsg>()) return Errno(EINVAL);
  const auto head = request.Fixed<abi::Ndmsg>();
  const NetlinkAttributes attributes = TRY(request.Attributes(sizeof(abi::Ndmsg)));
  if (head.ndm_family != abi::kAfInet && head.ndm_family != abi::kAfInet6) {
    return Errno(EAFNOSUPPORT);
  }
  if (!attributes.Has(abi::kNdaDst)) {
    return request.Refuse(EINVAL, "Network address not specified");
  }
  Neighbour out;
  out.address = TRY(attributes.Address(abi::kNdaDst, head.ndm_family));
  out.device = head.ndm_ifindex;
  out.state = head.ndm_state;
  if (network.Find(out.device) == nullptr) return Errno(ENODEV);
  if (auto link = attributes.Find(abi::kNdaLladdr)) {
    if (link->size() < out.link_address.size()) {
      return request.Refuse(EINVAL, "Invalid link address");
    }
    std::memcpy(out.link_address.data(), link->data(), out.link_address.size());
  }
  return out;
}

}  // namespace

void WriteNeighbour(NetlinkMessage& message, const Neighbour& neighbour) {
  abi::Ndmsg head{};
  head.ndm_family = static_cast<uint8_t>(neighbour.address.family);
  head.ndm_ifindex = neighbour.device;
  head.ndm_state = neighbour.state;
  head.ndm_type = abi::kRtnUnicast;
  message.Fixed(head)
      .Put(abi::kNdaDst, neighbour.address)
      .Put(abi::kNdaLladdr, neighbour.link_address)
      .Put(abi::kNdaCacheinfo, std::array<uint32_t, 4>{});
}

Result<void> DumpNeighbours(NetlinkRequest& request, Network& network) {
  if (request.Family() == abi::kAfBridge) return DumpBridgeNeighbours(request, network);
  if (network.plane == nullptr) return {};
  const auto head = request.Fixed<abi::Ndmsg>();
  for (const Neighbour& neighbour : network.plane->Neighbours()) {
    if (head.ndm_family != abi::kAfUnspec && head.ndm_family != neighbour.address.family) continue;
    if (request.strict() && head.ndm_ifindex != 0 && head.ndm_ifindex != neighbour.device) continue;
    NetlinkMessage reply = request.Reply(abi::kRtmNewneigh);
    WriteNeighbour(reply, neighbour);
    request.Send(std::move(reply));
  }
  return {};
}

Result<void> NewNeighbour(NetlinkRequest& request, Network& network) {
  if (request.Family() == abi::kAfBridge) return NewBridgeNeighbour(request, network);
  const Neighbour neighbour = TRY(ReadNeighbour(request, network));
  if (network.plane == nullptr) return Errno(EOPNOTSUPP);
  return network.plane->SetNeighbour(neighbour);
}

Result<void> DeleteNeighbour(NetlinkRequest& request, Network& network) {
  if (request.Family() == abi::kAfBridge) return DeleteBridgeNeighbour(request, network);
  const Neighbour neighbour = TRY(ReadNeighbour(request, network));
  if (network.plane == nullptr) return Errno(ENOENT);
  return network.plane->RemoveNeighbour(neighbour);
}

Result<void> DumpRules(NetlinkRequest& request, Network& network) {
  const uint8_t family = request.Fixed<abi::Rtgenmsg>().rtgen_family;
  for (const Rule& rule : network.Rules()) {
    if (family != abi::kAfUnspec && family != rule.family) continue;
    FibRuleHeader head{};
    head.family = static_cast<uint8_t>(rule.family);
    head.table = static_cast<uint8_t>(rule.table);
    head.action = kToTable;
    NetlinkMessage reply = request.Reply(abi::kRtmNewrule);
    reply.Fixed(head)
        .Put(abi::kFraTable, rule.table)
        .Put(abi::kFraSuppressPrefixlen, ~uint32_t{0})
        .Put(abi::kFraProtocol, abi::kRtprotKernel);
    if (rule.priority != 0) reply.Put(abi::kFraPriority, rule.priority);
    request.Send(std::move(reply));
  }
  return {};
}

}  // namespace sentry
