// GroupReporter: messages in and out.
#include <algorithm>

#include "netstack/group/reporter.h"
#include "netstack/wire/bytes.h"
#include "netstack/wire/checksum.h"
#include "netstack/wire/icmp.h"
#include "netstack/wire/ipv4.h"

namespace netstack {
namespace {

constexpr size_t kMostMessage = 8192;

// Routers look at these though they are not for them (RFC 2113, RFC 2711): IPv4's option, and
// IPv6's in a hop-by-hop header, padded.
constexpr std::byte kAlert4[] = {std::byte{kIpOptRouterAlert}, std::byte{4}, {}, {}};
constexpr std::byte kAlert6[] = {{}, {}, std::byte{5}, std::byte{2}, {}, {}, std::byte{1}, {}};

const IpAddress kAllRouters4 = IpAddress::V4(0xe0000002);
const IpAddress kReportsTo4 = IpAddress::V4(0xe0000016);
const IpAddress kAllRouters6 = IpAddress::V6({0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2});
const IpAddress kReportsTo6 = IpAddress::V6({0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x16});

}  // namespace

void GroupReporter::Receive(PacketPtr packet, const IpReceived& ip) {
  const size_t size = packet->size();
  if (!ip.source.IsV4() || ip.in->IsLoopback() || size < 8 || size > kMostMessage) return;
  const std::byte* at = packet->Pull(size);
  if (at == nullptr || ChecksumOf({at, size}) != 0) return;
  switch (Load8(at)) {
    case kIgmpQuery:
      if (auto query = GroupQuery::Parse(true, {at, size})) OnQuery(*ip.in, true, *query);
      return;
    case kIgmpReport1:
    case kIgmpReport2:
      // Not what a bridge or a loop brings back of our own.
      if (stack_.IsLocal(ip.source)) return;
      OnOldReport(*ip.in, IpAddress::V4Bytes(at + 4));
      return;
    default:
      return;
  }
}

// The checksum has been found right.  RFC 3810 section 6.2, RFC 2710 section 4.
void GroupReporter::OnMld(Packet& packet, const IpReceived& ip) {
  const size_t size = packet.size();
  if (ip.in->IsLoopback() || ip.hop_limit != 1 || !ip.source.IsLinkLocal()) return;
  const std::byte* at = size < 24 || size > kMostMessage ? nullptr : packet.Pull(size);
  if (at == nullptr) return;
  if (Load8(at) == kMldQuery) {
    if (auto query = GroupQuery::Parse(false, {at, size})) OnQuery(*ip.in, false, *query);
  } else if (Load8(at) == kMldReport1 && !stack_.IsLocal(ip.source)) {
    OnOldReport(*ip.in, IpAddress::V6Bytes(at + 8));
  }
}

void GroupReporter::SendRecords(Interface& out, bool v4, std::span<const GroupRecord> records) {
  const size_t headers = v4 ? Ipv4Header::kSize + sizeof(kAlert4) : 40 + sizeof(kAlert6);
  const size_t room = std::max<size_t>(out.mtu(), headers + 64) - headers;
  for (std::vector<std::byte>& message : WriteReports(v4, records, std::min<size_t>(room, 8000))) {
    Send(out, v4 ? kReportsTo4 : kReportsTo6, std::move(message));
  }
}

void GroupReporter::SendOld(Interface& out, const IpAddress& group, bool leaving) {
  if (!group.IsV4()) {
    Send(out, leaving ? kAllRouters6 : group,
         WriteOldReport(leaving ? kMldDone : kMldReport1, group));
    return;
  }
  const bool first = Version(out.index(), true) == 1;
  if (leaving && first) return;  // RFC 1112 knows no leaving.
  const uint8_t report = first ? kIgmpReport1 : kIgmpReport2;
  Send(out, leaving ? kAllRouters4 : group, WriteOldReport(leaving ? kIgmpLeave : report, group));
}

void GroupReporter::Send(Interface& out, const IpAddress& to, std::vector<std::byte> message) {
  const bool v4 = to.IsV4();
  IpSend ip;
  ip.destination = to;
  ip.protocol = v4 ? kProtoIgmp : kProtoIcmp6;
  ip.hop_limit = 1;
  ip.tos = v4 ? 0xc0 : 0;
  ip.options = v4 ? std::span<const std::byte>(kAlert4) : std::span<const std::byte>(kAlert6);
  ip.options_protocol = kProtoHopByHop;
  ip.multicast_loop = false;
  // The header names what follows it.
  std::array<std::byte, sizeof(kAlert6)> alert6;
  if (!v4) {
    std::copy(std::begin(kAlert6), std::end(kAlert6), alert6.begin());
    Store8(alert6.data(), kProtoIcmp6);
    ip.options = alert6;
  }
  // RFC 3590: from nowhere while there is no valid link-local address.
  const InterfaceAddress* own = out.SourceFor(to);
  ip.source = IpAddress::AnyFor(v4);
  if (own != nullptr && (v4 || own->addr.IsLinkLocal())) ip.source = own->addr;
  Checksum sum;
  if (!v4) sum.AddPseudoHeader(ip.source, to, kProtoIcmp6, message.size());
  sum.Add(message);
  Store16(&message[2], sum.Finish());
  PacketPtr packet = Packet::FromBytes(stack_.pool(), message);
  if (packet == nullptr) return;
  packet->checksum = ChecksumState::kVerified;
  RouteResult route;
  route.out = &out;
  route.source = ip.source;
  route.next_hop = to;
  route.type = RouteType::kMulticast;
  route.mtu = out.mtu();
  if (!v4) {
    stack_.stats().icmp6.out_msgs++;
    stack_.stats().icmp6.out_type[Load8(message.data())]++;
  }
  (void)stack_.network(v4).Send(std::move(packet), route, ip).ok();
}

}  // namespace netstack
