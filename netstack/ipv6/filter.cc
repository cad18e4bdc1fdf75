// Ipv6: the ways of packets when a packet filter looks at them.
#include "netstack/ipv6/ipv6.h"
#include "netstack/stack/offload.h"
#include "netstack/wire/bytes.h"

namespace netstack {
namespace {

std::optional<Ipv6Header> HeaderOf(Packet& packet) {
  const std::byte* at = packet.Pull(Ipv6Header::kSize);
  if (at == nullptr) return std::nullopt;
  return Ipv6Header::Parse({at, Ipv6Header::kSize});
}

bool HasFragment(Packet& packet, const Ipv6Header& header) {
  std::array<std::byte, 256> start;
  const size_t got = packet.CopyOut(0, start);
  const Ipv6Extensions walk =
      WalkExtensions(header.next_header,
                     std::span(start).subspan(Ipv6Header::kSize, got - Ipv6Header::kSize), true);
  return walk.fragment && (walk.fragment->more || walk.fragment->offset != 0);
}

}  // namespace

// A filter sees whole packets: the extension headers are left behind with the fragments.
bool Ipv6::Defragment(Interface& in, PacketPtr& packet, const Ipv6Header& header) {
  IpReceived ip;
  ip.source = header.source;
  ip.destination = header.destination;
  ip.in = &in;
  ip.protocol = header.next_header;
  ip.hop_limit = header.hop_limit;
  ip.multicast = header.destination.IsMulticast();
  if (!TakeExtensions(packet, header, ip) || packet->size() > 65535) return false;
  Ipv6Header whole = header;
  whole.next_header = ip.protocol;
  whole.payload_length = static_cast<uint16_t>(packet->size());
  std::array<std::byte, Ipv6Header::kSize> front;
  whole.Write(front.data());
  if (!Packet::PutFront(stack_.pool(), packet, front)) return false;
  packet->ethertype = kEtherIpv6;
  packet->ifindex = in.index();
  return true;
}

bool Ipv6::PreRoute(Interface& in, PacketPtr& packet, Ipv6Header& header) {
  if (HasFragment(*packet, header) && !Defragment(in, packet, header)) return false;
  if (!stack_.hooks()->Run(Hook::kPreRouting, false, packet, &in, nullptr)) return false;
  std::optional<Ipv6Header> after = HeaderOf(*packet);
  if (!after) return false;
  header = *after;
  return true;
}

bool Ipv6::FilterInput(PacketPtr& packet, IpReceived& ip) {
  const std::vector<std::byte> front(packet->network_header.begin(), packet->network_header.end());
  if (!Packet::PutFront(stack_.pool(), packet, front)) return false;
  if (!stack_.hooks()->Run(Hook::kInput, false, packet, ip.in, nullptr)) return false;
  const std::byte* at = packet->Pull(front.size());
  if (at == nullptr) return false;
  packet->network_header = {at, front.size()};
  packet->Consume(front.size());
  ip.source = IpAddress::V6Bytes(at + 8);
  ip.destination = IpAddress::V6Bytes(at + 24);
  ip.options = packet->network_header.subspan(Ipv6Header::kSize);
  return true;
}

void Ipv6::FilterForward(PacketPtr packet, const IpReceived& ip, RouteResult route) {
  packet->ethertype = kEtherIpv6;
  if (!stack_.hooks()->Run(Hook::kForward, false, packet, ip.in, route.out)) return;
  if (!stack_.hooks()->Run(Hook::kPostRouting, false, packet, nullptr, route.out)) return;
  (void)SendFiltered(packet->Clone(), route, {}).ok();
}

Result<void> Ipv6::FilterOutput(PacketPtr packet, RouteResult route, IpSend send) {
  packet->ethertype = kEtherIpv6;
  const IpAddress before = send.destination;
  if (!stack_.hooks()->Run(Hook::kOutput, false, packet, nullptr, route.out)) return Errno(EPERM);
  std::optional<Ipv6Header> after = HeaderOf(*packet);
  if (!after) return Errno(EPERM);
  if (after->destination != before && !send.header_included) {
    route = TRY(stack_.FindRoute(after->destination, after->source, 0));
    send.destination = after->destination;
  }
  if (!stack_.hooks()->Run(Hook::kPostRouting, false, packet, nullptr, route.out)) {
    return Errno(EPERM);
  }
  return SendFiltered(std::move(packet), route, send);
}

// Fragments and sums what stands ready but for that.
Result<void> Ipv6::SendFiltered(PacketPtr packet, const RouteResult& route, const IpSend& send) {
  std::optional<Ipv6Header> header = HeaderOf(*packet);
  if (!header) return Errno(EPERM);
  const bool fits = packet->size() <= route.mtu || packet->gso_size != 0;
  const bool close = packet->checksum == ChecksumState::kPartial &&
                     (!fits || !route.out->link().checksum_offload());
  if (fits && !close) {
    Transmit(std::move(packet), route, send);
    return {};
  }
  // What came in fragments is forwarded in fragments; RFC 8200 forbids that for the rest, which
  // does not get here.
  std::array<std::byte, 256> start;
  const size_t got = packet->CopyOut(0, start);
  const Ipv6Extensions walk =
      WalkExtensions(header->next_header,
                     std::span(start).subspan(Ipv6Header::kSize, got - Ipv6Header::kSize), true);
  if (walk.verdict != Ipv6Extensions::Verdict::kOk) return Errno(EMSGSIZE);
  const std::vector<std::byte> front(
      start.begin(), start.begin() + Ipv6Header::kSize + static_cast<ptrdiff_t>(walk.size));
  packet->Consume(front.size());
  if (close && !CloseChecksum(stack_.pool(), packet, walk.protocol)) return Errno(ENOBUFS);
  if (fits) {
    if (!Packet::PutFront(stack_.pool(), packet, front)) return Errno(ENOBUFS);
    Transmit(std::move(packet), route, send);
    return {};
  }
  IpSend fragments = send;
  fragments.destination = header->destination;
  fragments.protocol = walk.protocol;
  fragments.options = std::span(front).subspan(Ipv6Header::kSize);
  fragments.options_protocol = header->next_header;
  return SendFragments(std::move(packet), route, *header, fragments);
}

}  // namespace netstack
