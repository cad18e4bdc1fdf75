// Ipv6: packets that come.
#include "netstack/ipv6/ipv6.h"
#include "netstack/wire/bytes.h"

namespace netstack {
namespace {

// A header may have 2 KiB; what is longer than a few of those is cut off and found truncated.
constexpr size_t kMostHeaders = 8192;

}  // namespace

// RFC 4291 sections 2.5.3 and 2.7; IPv4-mapped addresses do not belong on a wire (RFC 4942 section
// 2.2).
bool Ipv6::AddressesAreSane(Interface& in, const Ipv6Header& header) const {
  if (header.source.IsMulticast() || header.source.IsV4() || header.destination.IsV4())
    return false;
  if (header.destination.IsMulticast() && header.destination.MulticastScope() == 0) return false;
  if (in.IsLoopback()) return true;
  if (header.destination.IsMulticast() && header.destination.MulticastScope() == 1) return false;
  return !header.source.IsLoopback() && !header.destination.IsLoopback();
}

void Ipv6::Receive(Interface& in, PacketPtr packet) {
  IpStats& stats = stack_.stats().ip6;
  stats.in_receives++;
  stats.in_octets += packet->size();
  const std::byte* at = packet->Pull(Ipv6Header::kSize);
  std::optional<Ipv6Header> header;
  if (at != nullptr) header = Ipv6Header::Parse({at, Ipv6Header::kSize});
  if (!header) {
    stats.in_hdr_errors++;
    return;
  }
  if (Ipv6Header::kSize + header->payload_length > packet->size()) {
    stats.in_truncated++;
    return;
  }
  if (packet->type == PacketType::kOther) return;
  // A super-segment on loopback may be longer than its header can say.
  if (packet->gso_size == 0) packet->Truncate(Ipv6Header::kSize + header->payload_length);
  if (!AddressesAreSane(in, *header)) {
    stats.in_addr_errors++;
    return;
  }
  if (stack_.hooks() != nullptr) {
    if (!PreRoute(in, packet, *header)) return;
    at = packet->Pull(Ipv6Header::kSize);
  }
  IpReceived ip;
  ip.source = header->source;
  ip.destination = header->destination;
  ip.in = &in;
  ip.protocol = header->next_header;
  ip.hop_limit = header->hop_limit;
  ip.tos = header->traffic_class;
  ip.flow_label = header->flow_label;
  ip.multicast = header->destination.IsMulticast();
  if (ip.multicast) stats.in_mcast++;
  const bool local = ip.multicast ? in.InGroup(ip.destination)
                                  : stack_.takes_all() || stack_.IsLocal(ip.destination);
  if (!local) {
    packet->network_header = {at, Ipv6Header::kSize};
    packet->Consume(Ipv6Header::kSize);
    if (stack_.sysctl().ipv6_forwarding && !ip.multicast && packet->type == PacketType::kHost) {
      Forward(std::move(packet), *header, ip);
    } else {
      stats.in_addr_errors++;
    }
    return;
  }
  if (!TakeExtensions(packet, *header, ip)) return;
  if (stack_.hooks() != nullptr && !FilterInput(packet, ip)) return;
  Deliver(std::move(packet), ip);
}

bool Ipv6::TakeExtensions(PacketPtr& packet, const Ipv6Header& header, IpReceived& ip) {
  const bool plain = header.next_header == kProtoTcp || header.next_header == kProtoUdp ||
                     header.next_header == kProtoIcmp6;
  if (plain) {
    packet->network_header = {packet->Pull(Ipv6Header::kSize), Ipv6Header::kSize};
    packet->Consume(Ipv6Header::kSize);
    return true;
  }
  const size_t look = std::min(packet->size(), kMostHeaders);
  const std::byte* at = packet->Pull(look);
  if (at == nullptr) return false;
  const Ipv6Extensions walk = WalkExtensions(
      header.next_header, {at + Ipv6Header::kSize, look - Ipv6Header::kSize}, ip.multicast);
  const size_t size = walk.verdict == Ipv6Extensions::Verdict::kOk ? walk.size : 0;
  packet->network_header = {at, Ipv6Header::kSize + size};
  packet->Consume(Ipv6Header::kSize + size);
  if (walk.verdict != Ipv6Extensions::Verdict::kOk) {
    stack_.stats().ip6.in_hdr_errors++;
    if (walk.verdict == Ipv6Extensions::Verdict::kParameter) {
      stack_.icmp().SendParameterProblem(*packet, ip, walk.code, walk.pointer);
    }
    return false;
  }
  ip.protocol = walk.protocol;
  ip.options = packet->network_header.subspan(Ipv6Header::kSize);
  ip.options_protocol = header.next_header;
  return !walk.fragment || TakeFragment(packet, walk, ip);
}

bool Ipv6::TakeFragment(PacketPtr& packet, const Ipv6Extensions& walk, IpReceived& ip) {
  const Ipv6Fragment& fragment = *walk.fragment;
  // RFC 6946: an atomic fragment is a packet of its own.
  if (!fragment.more && fragment.offset == 0) return true;
  if (fragment.more && packet->size() % 8 != 0) {
    stack_.icmp().SendParameterProblem(*packet, ip, 0, 4);
    return false;
  }
  if (fragment.offset + packet->size() > 65535) {
    stack_.icmp().SendParameterProblem(
        *packet, ip, 0, static_cast<uint32_t>(Ipv6Header::kSize + walk.fragment_at + 2));
    return false;
  }
  packet->fragment_size = static_cast<uint32_t>(packet->network_header.size() + packet->size());
  Interface* const in = ip.in;
  const Reassembler::Key key{ip.source, ip.destination, fragment.id, ip.in->index(), 0};
  auto whole =
      reassembler_.Add(key, {fragment.offset, fragment.more, std::move(packet), ip}, 60 * kSecond);
  if (!whole) return false;
  packet = std::move(whole->packet);
  ip = whole->ip;
  ip.in = in;  // That of an earlier fragment may be gone.
  // Extension headers behind the fragment header have become readable only now.
  const size_t look = std::min(packet->size(), kMostHeaders);
  const std::byte* at = look == 0 ? nullptr : packet->Pull(look);
  if (at == nullptr) return true;
  const Ipv6Extensions rest = WalkExtensions(ip.protocol, {at, look}, ip.multicast);
  if (rest.verdict != Ipv6Extensions::Verdict::kOk || rest.fragment) {
    stack_.stats().ip6.in_hdr_errors++;
    return false;
  }
  packet->Consume(rest.size);
  ip.protocol = rest.protocol;
  return true;
}

void Ipv6::Deliver(PacketPtr packet, const IpReceived& ip) {
  IpStats& stats = stack_.stats().ip6;
  const bool taken = stack_.raw() != nullptr && stack_.raw()->Deliver(*packet, ip);
  TransportProtocol* transport = stack_.transport(ip.protocol);
  // The protocols of IPv4 alone mean nothing here.
  if (ip.protocol == kProtoIcmp) transport = nullptr;
  if (transport != nullptr) {
    stats.in_delivers++;
    transport->Receive(std::move(packet), ip);
  } else if (taken || ip.protocol == kProtoNoNext) {
    stats.in_delivers++;
  } else {
    stats.in_unknown_protos++;
    stack_.icmp().SendParameterProblem(*packet, ip, 1, 6);
  }
}

void Ipv6::Forward(PacketPtr packet, const Ipv6Header& header, const IpReceived& ip) {
  IpStats& stats = stack_.stats().ip6;
  if (header.hop_limit <= 1) {
    stats.in_hdr_errors++;
    stack_.icmp().SendTimeExceeded(*packet, ip, 0);
    return;
  }
  // RFC 4291 section 2.5.6: link-local addresses do not leave their link.
  if (header.source.IsLinkLocal() || header.destination.IsLinkLocal()) return;
  Result<RouteResult> route = stack_.FindRoute(ip.destination, IpAddress::AnyV6(), 0);
  if (!route.ok() || route->type != RouteType::kUnicast) {
    stats.in_no_routes++;
    stack_.icmp().SendUnreachable(*packet, ip, Unreachable::kNet);
    return;
  }
  // What came in fragments (and a filter joined) leaves in fragments.
  const bool in_pieces = packet->fragment_size != 0 && packet->fragment_size <= route->mtu;
  if (Ipv6Header::kSize + packet->size() > route->mtu && packet->gso_size == 0 && !in_pieces) {
    stats.in_too_big++;
    stack_.icmp().SendTooBig(*packet, ip, route->mtu);
    return;
  }
  stats.forw_datagrams++;
  Ipv6Header out = header;
  out.hop_limit--;
  if (stack_.hooks() != nullptr) {
    out.Write(packet->Push(Ipv6Header::kSize));
    FilterForward(std::move(packet), ip, *route);
    return;
  }
  PacketPtr copy = packet->Clone();
  out.Write(copy->Push(Ipv6Header::kSize));
  copy->ethertype = kEtherIpv6;
  route->out->SendIp(std::move(copy), route->next_hop);
}

}  // namespace netstack
