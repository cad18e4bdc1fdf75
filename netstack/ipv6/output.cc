// Ipv6: packets that go.
#include <algorithm>

#include "netstack/ipv6/ipv6.h"
#include "netstack/stack/offload.h"
#include "netstack/wire/bytes.h"

namespace netstack {

Ipv6::Ipv6(Stack& stack)
    : stack_(stack), reassembler_(stack, stack.stats().ip6), next_id_(stack.Random32()) {
  stack.SetNetwork(false, this);
}

uint32_t Ipv6::PayloadRoom(const RouteResult& route, const IpSend& send) const {
  const uint32_t mtu = std::min<uint32_t>(route.mtu, 65535 + Ipv6Header::kSize);
  const auto headers = static_cast<uint32_t>(Ipv6Header::kSize + send.options.size());
  return mtu - std::min(mtu, headers);
}

Result<void> Ipv6::Send(PacketPtr packet, const RouteResult& route, const IpSend& send) {
  IpStats& stats = stack_.stats().ip6;
  stats.out_requests++;
  if (send.header_included) return SendIncluded(std::move(packet), route, send);
  Ipv6Header header;
  const size_t payload = packet->size() + send.options.size();
  if (payload > 65535 && packet->gso_size == 0) return Errno(EMSGSIZE);
  header.payload_length = static_cast<uint16_t>(std::min<size_t>(payload, 65535));
  header.traffic_class = send.tos;
  header.flow_label = send.flow_label;
  header.next_header = send.options.empty() ? send.protocol : send.options_protocol;
  header.source = send.source;
  header.destination = send.destination;
  header.hop_limit = static_cast<uint8_t>(
      send.hop_limit >= 0
          ? send.hop_limit
          : (route.type == RouteType::kMulticast ? 1 : stack_.sysctl().ipv6_hop_limit));
  const uint32_t mtu = send.fragmentation == Fragmentation::kProbe ? route.out->mtu() : route.mtu;
  const bool fits = Ipv6Header::kSize + payload <= mtu || packet->gso_size != 0;
  if (stack_.hooks() != nullptr) {
    const bool whole = send.fragmentation == Fragmentation::kForbidden ||
                       send.fragmentation == Fragmentation::kProbe;
    if (whole && !fits) return Errno(EMSGSIZE);
    if (!send.options.empty()) packet = PutExtensions(std::move(packet), send);
    if (packet == nullptr) return Errno(ENOBUFS);
    header.Write(packet->Push(Ipv6Header::kSize));
    return FilterOutput(std::move(packet), route, send);
  }
  if (packet->checksum == ChecksumState::kPartial &&
      (!route.out->link().checksum_offload() || !fits)) {
    FinishChecksum(*packet, send.protocol == kProtoUdp);
  }
  if (!fits) {
    if (send.fragmentation == Fragmentation::kForbidden ||
        send.fragmentation == Fragmentation::kProbe) {
      stats.frag_fails++;
      return Errno(EMSGSIZE);
    }
    return SendFragments(std::move(packet), route, header, send);
  }
  if (!send.options.empty()) {
    packet = PutExtensions(std::move(packet), send);
    if (packet == nullptr) return Errno(ENOBUFS);
  }
  header.Write(packet->Push(Ipv6Header::kSize));
  Transmit(std::move(packet), route, send);
  return {};
}

PacketPtr Ipv6::PutExtensions(PacketPtr packet, const IpSend& send) {
  const size_t size = send.options.size();
  constexpr size_t kLinkRoom = 32;
  if (packet->headroom() >= size + Ipv6Header::kSize + kLinkRoom) {
    std::memcpy(packet->Push(size), send.options.data(), size);
    return packet;
  }
  // They stand in a chunk, together with the headers that are behind them in the inline area.
  if (packet->checksum == ChecksumState::kPartial) {
    FinishChecksum(*packet, send.protocol == kProtoUdp);
  }
  return Packet::PutFront(stack_.pool(), packet, send.options) ? std::move(packet) : nullptr;
}

void Ipv6::Transmit(PacketPtr packet, const RouteResult& route, const IpSend& send) {
  packet->ethertype = kEtherIpv6;
  IpStats& stats = stack_.stats().ip6;
  stats.out_octets += packet->size();
  if (route.type == RouteType::kMulticast) {
    stats.out_mcast++;
    if (send.multicast_loop && route.out->InGroup(send.destination) && !route.out->IsLoopback()) {
      PacketPtr copy = packet->Clone();
      copy->type = PacketType::kMulticast;
      if (copy->checksum == ChecksumState::kUnknown) copy->checksum = ChecksumState::kVerified;
      stack_.LoopBack(*route.out, std::move(copy));
    }
    // RFC 4291 section 2.7: interface-local scope and a hop limit of 0 stay here.
    if (send.hop_limit == 0 || send.destination.MulticastScope() <= 1) {
      if (!route.out->IsLoopback()) return;
    }
  }
  route.out->SendIp(std::move(packet), route.next_hop);
}

Result<void> Ipv6::SendIncluded(PacketPtr packet, const RouteResult& route, const IpSend& send) {
  if (packet->size() > route.out->mtu()) return Errno(EMSGSIZE);
  if (packet->size() < Ipv6Header::kSize) return Errno(EINVAL);
  if (stack_.hooks() != nullptr) return FilterOutput(std::move(packet), route, send);
  Transmit(std::move(packet), route, send);
  return {};
}

Result<void> Ipv6::SendFragments(PacketPtr packet, const RouteResult& route, Ipv6Header header,
                                 const IpSend& send) {
  IpStats& stats = stack_.stats().ip6;
  const std::vector<std::byte> payload = packet->ToBytes();
  const size_t headers = Ipv6Header::kSize + send.options.size() + Ipv6Fragment::kSize;
  if (route.mtu < headers + 8) return Errno(EMSGSIZE);
  const size_t room = (route.mtu - headers) & ~size_t{7};
  const uint32_t id = ++next_id_;
  // All extension headers that are given stand before the fragment header; the last of them must
  // name it.
  std::vector<std::byte> options(send.options.begin(), send.options.end());
  if (!options.empty()) {
    size_t at = 0;
    while (at + (Load8(&options[at + 1]) + 1u) * 8u < options.size()) {
      at += (Load8(&options[at + 1]) + 1u) * 8u;
    }
    Store8(&options[at], kProtoFragment);
  } else {
    header.next_header = kProtoFragment;
  }
  for (size_t at = 0; at < payload.size();) {
    const size_t n = std::min(room, payload.size() - at);
    std::vector<std::byte> bytes = options;
    bytes.resize(options.size() + Ipv6Fragment::kSize);
    Ipv6Fragment fragment{send.protocol, static_cast<uint16_t>(at), at + n < payload.size(), id};
    fragment.Write(&bytes[options.size()]);
    bytes.insert(bytes.end(), payload.begin() + static_cast<ptrdiff_t>(at),
                 payload.begin() + static_cast<ptrdiff_t>(at + n));
    PacketPtr piece = Packet::FromBytes(stack_.pool(), bytes);
    if (piece == nullptr) return Errno(ENOBUFS);
    piece->checksum = ChecksumState::kVerified;
    header.payload_length = static_cast<uint16_t>(piece->size());
    header.Write(piece->Push(Ipv6Header::kSize));
    stats.frag_creates++;
    at += n;
    Transmit(std::move(piece), route, send);
  }
  stats.frag_oks++;
  return {};
}

void Ipv6::OnUnresolved(Interface& out, PacketPtr packet) {
  const std::byte* at = packet->Pull(Ipv6Header::kSize);
  if (at == nullptr) return;
  std::optional<Ipv6Header> header = Ipv6Header::Parse({at, Ipv6Header::kSize});
  if (!header) return;
  packet->network_header = {at, Ipv6Header::kSize};
  packet->Consume(Ipv6Header::kSize);
  packet->type = PacketType::kHost;
  IpReceived ip;
  ip.source = header->source;
  ip.destination = header->destination;
  ip.in = &out;
  ip.protocol = header->next_header;
  stack_.icmp().SendUnreachable(*packet, ip, Unreachable::kHost);
}

}  // namespace netstack
