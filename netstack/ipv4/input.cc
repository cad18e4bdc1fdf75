// Ipv4: packets that come.
#include "netstack/ipv4/ipv4.h"
#include "netstack/wire/bytes.h"
#include "netstack/wire/checksum.h"

namespace netstack {

// RFC 1122 section 3.2.1.3, RFC 1812 section 5.3.7.
bool Ipv4::SourceIsSane(Interface& in, const Ipv4Header& header) const {
  if (header.source.IsMulticast() || header.source.IsBroadcast()) return false;
  if (in.IsLoopback()) return true;
  if (header.source.IsLoopback() || header.destination.IsLoopback()) return false;
  return !stack_.IsBroadcast(header.source, in.index());
}

void Ipv4::Receive(Interface& in, PacketPtr packet) {
  IpStats& stats = stack_.stats().ip4;
  stats.in_receives++;
  stats.in_octets += packet->size();
  const std::byte* at = packet->Pull(Ipv4Header::kSize);
  if (at != nullptr) at = packet->Pull((Load8(at) & 15u) * 4u);
  std::optional<Ipv4Header> header;
  if (at != nullptr) header = Ipv4Header::Parse({at, (Load8(at) & 15u) * 4u});
  if (!header || header->total_length > packet->size() ||
      (!in.IsLoopback() && ChecksumOf({at, header->header_size}) != 0)) {
    stats.in_hdr_errors++;
    return;
  }
  packet->Truncate(header->total_length);
  at = packet->Pull(header->header_size);
  if (packet->type == PacketType::kOther) return;
  if (!SourceIsSane(in, *header)) {
    stats.in_addr_errors++;
    return;
  }
  if (stack_.hooks() != nullptr) {
    if (!PreRoute(in, packet, *header)) return;
    at = packet->Pull(header->header_size);
  }
  packet->network_header = {at, header->header_size};
  packet->Consume(header->header_size);
  IpReceived ip;
  ip.source = header->source;
  ip.destination = header->destination;
  ip.in = &in;
  ip.protocol = header->protocol;
  ip.hop_limit = header->ttl;
  ip.tos = header->tos;
  ip.options = packet->network_header.subspan(Ipv4Header::kSize);
  ip.multicast = header->destination.IsMulticast();
  ip.broadcast = !ip.multicast && stack_.IsBroadcast(header->destination, in.index());
  const bool local =
      ip.broadcast || (ip.multicast ? in.InGroup(ip.destination)
                                    : stack_.takes_all() || stack_.IsLocal(ip.destination));
  if (ip.multicast) stats.in_mcast++;
  if (ip.broadcast) stats.in_bcast++;
  if (!ip.options.empty() && !CheckOptions(*packet, ip)) return;
  if (!local) {
    if (stack_.sysctl().ip_forward && !ip.multicast && packet->type == PacketType::kHost) {
      Forward(std::move(packet), *header, ip);
    } else {
      stats.in_addr_errors++;
    }
    return;
  }
  if (header->IsFragment()) {
    packet->fragment_size = header->total_length;
    // RFC 791: all but the last are multiples of 8.
    if (header->more_fragments && packet->size() % 8 != 0) {
      stats.reasm_fails++;
      return;
    }
    const Reassembler::Key key{ip.source, ip.destination, header->id, in.index(), ip.protocol};
    auto whole = reassembler_.Add(
        key, {header->fragment_offset, header->more_fragments, std::move(packet), ip},
        stack_.sysctl().ipfrag_time * kSecond);
    if (!whole) return;
    packet = std::move(whole->packet);
    ip = whole->ip;
    ip.in = &in;  // That of an earlier fragment may be gone.
  }
  if (stack_.hooks() != nullptr && !FilterInput(packet, ip)) return;
  Deliver(std::move(packet), ip);
}

// Source routes are not followed (accept_source_route is off); what is malformed is said so.
bool Ipv4::CheckOptions(Packet& packet, const IpReceived& ip) {
  if (std::optional<size_t> bad = FindBadIp4Option(ip.options)) {
    stack_.stats().ip4.in_hdr_errors++;
    stack_.icmp().SendParameterProblem(packet, ip, 0,
                                       static_cast<uint32_t>(Ipv4Header::kSize + *bad));
    return false;
  }
  if (!FindIp4Option(ip.options, kIpOptLooseRoute).empty() ||
      !FindIp4Option(ip.options, kIpOptStrictRoute).empty()) {
    stack_.stats().ip4.in_discards++;
    return false;
  }
  return true;
}

void Ipv4::Deliver(PacketPtr packet, const IpReceived& ip) {
  IpStats& stats = stack_.stats().ip4;
  const bool taken = stack_.raw() != nullptr && stack_.raw()->Deliver(*packet, ip);
  TransportProtocol* transport = stack_.transport(ip.protocol);
  if (transport != nullptr) {
    stats.in_delivers++;
    transport->Receive(std::move(packet), ip);
  } else if (taken) {
    stats.in_delivers++;
  } else {
    stats.in_unknown_protos++;
    stack_.icmp().SendUnreachable(*packet, ip, Unreachable::kProtocol);
  }
}

// RFC 1812 section 5.2.
void Ipv4::Forward(PacketPtr packet, const Ipv4Header& header, const IpReceived& ip) {
  IpStats& stats = stack_.stats().ip4;
  if (header.ttl <= 1) {
    stats.in_hdr_errors++;
    stack_.icmp().SendTimeExceeded(*packet, ip, 0);
    return;
  }
  Result<RouteResult> route = stack_.FindRoute(ip.destination, IpAddress::AnyV4(), 0);
  if (!route.ok() || route->type != RouteType::kUnicast) {
    stats.in_no_routes++;
    stack_.icmp().SendUnreachable(*packet, ip, Unreachable::kNet);
    return;
  }
  const size_t size = header.header_size + packet->size();
  if (size > route->mtu && header.dont_fragment && packet->gso_size == 0) {
    stats.frag_fails++;
    stack_.icmp().SendTooBig(*packet, ip, route->mtu);
    return;
  }
  stats.forw_datagrams++;
  Ipv4Header out = header;
  out.ttl--;
  const std::span<const std::byte> options = ip.options;
  if (stack_.hooks() != nullptr) {
    out.Write(packet->Push(header.header_size), std::vector(options.begin(), options.end()));
    packet->network_header = {};
    FilterForward(std::move(packet), ip, *route);
    return;
  }
  if (size > route->mtu && packet->gso_size == 0) {
    (void)SendFragments(std::move(packet), *route, out, options).ok();
    return;
  }
  PacketPtr copy = packet->Clone();
  out.Write(copy->Push(header.header_size), options);
  copy->ethertype = kEtherIpv4;
  route->out->SendIp(std::move(copy), route->next_hop);
}

}  // namespace netstack
