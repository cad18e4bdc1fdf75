// Ipv4: the ways of packets when a packet filter looks at them.
#include "netstack/ipv4/ipv4.h"
#include "netstack/stack/offload.h"
#include "netstack/wire/bytes.h"
#include "netstack/wire/checksum.h"

namespace netstack {
namespace {

std::optional<Ipv4Header> HeaderOf(Packet& packet) {
  const std::byte* at = packet.Pull(Ipv4Header::kSize);
  if (at == nullptr) return std::nullopt;
  const size_t size = (Load8(at) & 15u) * 4u;
  at = packet.Pull(size);
  if (at == nullptr) return std::nullopt;
  return Ipv4Header::Parse({at, size});
}

}  // namespace

// A filter sees whole datagrams: ports are in the first fragment only.
bool Ipv4::Defragment(Interface& in, PacketPtr& packet, Ipv4Header& header) {
  const std::byte* at = packet->Pull(header.header_size);
  packet->network_header = {at, header.header_size};
  packet->Consume(header.header_size);
  packet->fragment_size = header.total_length;
  if (header.more_fragments && packet->size() % 8 != 0) {
    stack_.stats().ip4.reasm_fails++;
    return false;
  }
  IpReceived ip;
  ip.source = header.source;
  ip.destination = header.destination;
  ip.in = &in;
  ip.protocol = header.protocol;
  ip.hop_limit = header.ttl;
  ip.tos = header.tos;
  const Reassembler::Key key{header.source, header.destination, header.id, in.index(),
                             header.protocol};
  auto whole =
      reassembler_.Add(key, {header.fragment_offset, header.more_fragments, std::move(packet), ip},
                       stack_.sysctl().ipfrag_time * kSecond);
  if (!whole) return false;
  packet = std::move(whole->packet);
  std::optional<Ipv4Header> first = Ipv4Header::Parse(packet->network_header);
  if (!first || packet->size() + first->header_size > 65535) return false;
  header = *first;
  header.total_length = static_cast<uint16_t>(first->header_size + packet->size());
  header.more_fragments = false;
  header.fragment_offset = 0;
  const auto options = packet->network_header.subspan(Ipv4Header::kSize);
  std::array<std::byte, Ipv4Header::kMaxSize> front;
  header.Write(front.data(), options);
  if (!Packet::PutFront(stack_.pool(), packet, std::span(front).first(header.header_size))) {
    return false;
  }
  packet->ethertype = kEtherIpv4;
  packet->ifindex = in.index();
  return true;
}

bool Ipv4::PreRoute(Interface& in, PacketPtr& packet, Ipv4Header& header) {
  if (header.IsFragment() && !Defragment(in, packet, header)) return false;
  if (!stack_.hooks()->Run(Hook::kPreRouting, true, packet, &in, nullptr)) return false;
  std::optional<Ipv4Header> after = HeaderOf(*packet);
  if (!after) return false;
  header = *after;
  return true;
}

bool Ipv4::FilterInput(PacketPtr& packet, IpReceived& ip) {
  const std::vector<std::byte> front(packet->network_header.begin(), packet->network_header.end());
  if (!Packet::PutFront(stack_.pool(), packet, front)) return false;
  if (!stack_.hooks()->Run(Hook::kInput, true, packet, ip.in, nullptr)) return false;
  std::optional<Ipv4Header> header = HeaderOf(*packet);
  if (!header) return false;
  const std::byte* at = packet->Pull(header->header_size);
  packet->network_header = {at, header->header_size};
  packet->Consume(header->header_size);
  ip.source = header->source;
  ip.destination = header->destination;
  ip.options = packet->network_header.subspan(Ipv4Header::kSize);
  return true;
}

void Ipv4::FilterForward(PacketPtr packet, const IpReceived& ip, RouteResult route) {
  packet->ethertype = kEtherIpv4;
  if (!stack_.hooks()->Run(Hook::kForward, true, packet, ip.in, route.out)) return;
  if (!stack_.hooks()->Run(Hook::kPostRouting, true, packet, nullptr, route.out)) return;
  (void)SendFiltered(packet->Clone(), route, {}).ok();
}

// EPERM: what netfilter drops of our own (sendto(2) says so).
Result<void> Ipv4::FilterOutput(PacketPtr packet, RouteResult route, IpSend send) {
  packet->ethertype = kEtherIpv4;
  std::optional<Ipv4Header> before = HeaderOf(*packet);
  if (!stack_.hooks()->Run(Hook::kOutput, true, packet, nullptr, route.out)) return Errno(EPERM);
  std::optional<Ipv4Header> after = HeaderOf(*packet);
  if (!before || !after) return Errno(EPERM);
  if (after->destination != before->destination) {
    route = TRY(stack_.FindRoute(after->destination, after->source, 0));
    send.destination = after->destination;
  }
  if (!stack_.hooks()->Run(Hook::kPostRouting, true, packet, nullptr, route.out)) {
    return Errno(EPERM);
  }
  return SendFiltered(std::move(packet), route, send);
}

// Fragments and sums what stands ready but for that.
Result<void> Ipv4::SendFiltered(PacketPtr packet, const RouteResult& route, const IpSend& send) {
  std::optional<Ipv4Header> header = HeaderOf(*packet);
  if (!header) return Errno(EPERM);
  const bool fits = packet->size() <= route.mtu || packet->gso_size != 0;
  const bool close = packet->checksum == ChecksumState::kPartial &&
                     (!fits || !route.out->link().checksum_offload());
  if (!fits || close) {
    const std::byte* at = packet->Pull(header->header_size);
    const std::vector<std::byte> front(at, at + header->header_size);
    packet->Consume(front.size());
    if (close && !CloseChecksum(stack_.pool(), packet, header->protocol)) return Errno(ENOBUFS);
    if (!fits) {
      header->dont_fragment = false;
      return SendFragments(std::move(packet), route, *header,
                           std::span(front).subspan(Ipv4Header::kSize));
    }
    if (!Packet::PutFront(stack_.pool(), packet, front)) return Errno(ENOBUFS);
  }
  Transmit(std::move(packet), route, send);
  return {};
}

}  // namespace netstack
