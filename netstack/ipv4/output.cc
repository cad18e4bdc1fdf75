// Ipv4: packets that go.
#include <algorithm>

#include "netstack/ipv4/ipv4.h"
#include "netstack/stack/offload.h"
#include "netstack/wire/bytes.h"
#include "netstack/wire/checksum.h"

namespace netstack {

Ipv4::Ipv4(Stack& stack)
    : stack_(stack),
      reassembler_(stack, stack.stats().ip4),
      next_id_(static_cast<uint16_t>(stack.Random32())) {
  stack.SetNetwork(true, this);
}

uint16_t Ipv4::NextId() {
  if (++next_id_ == 0) next_id_++;
  return next_id_;
}

uint32_t Ipv4::PayloadRoom(const RouteResult& route, const IpSend& send) const {
  return route.mtu - static_cast<uint32_t>(Ipv4Header::kSize + send.options.size());
}

Result<void> Ipv4::Send(PacketPtr packet, const RouteResult& route, const IpSend& send) {
  IpStats& stats = stack_.stats().ip4;
  stats.out_requests++;
  if (send.header_included) return SendIncluded(std::move(packet), route, send);
  Ipv4Header header;
  header.header_size = static_cast<uint8_t>(Ipv4Header::kSize + send.options.size());
  const size_t total = packet->size() + header.header_size;
  if (total > 65535 && packet->gso_size == 0) return Errno(EMSGSIZE);
  header.total_length = static_cast<uint16_t>(std::min<size_t>(total, 65535));
  header.tos = send.tos;
  header.protocol = send.protocol;
  header.source = send.source;
  header.destination = send.destination;
  header.ttl =
      static_cast<uint8_t>(send.hop_limit >= 0 ? send.hop_limit : stack_.sysctl().ip_default_ttl);
  header.dont_fragment = send.fragmentation != Fragmentation::kAllowed;
  header.id = NextId();
  const uint32_t mtu = send.fragmentation == Fragmentation::kProbe ? route.out->mtu() : route.mtu;
  if (stack_.hooks() != nullptr) {
    const bool whole = send.fragmentation == Fragmentation::kForbidden ||
                       send.fragmentation == Fragmentation::kProbe;
    if (whole && total > mtu && packet->gso_size == 0) return Errno(EMSGSIZE);
    header.Write(packet->Push(header.header_size), send.options);
    return FilterOutput(std::move(packet), route, send);
  }
  if (packet->checksum == ChecksumState::kPartial &&
      (!route.out->link().checksum_offload() || (total > mtu && packet->gso_size == 0))) {
    FinishChecksum(*packet, send.protocol == kProtoUdp);
  }
  if (total > mtu && packet->gso_size == 0) {
    if (send.fragmentation == Fragmentation::kForbidden ||
        send.fragmentation == Fragmentation::kProbe) {
      stats.frag_fails++;
      return Errno(EMSGSIZE);
    }
    if (send.fragmentation == Fragmentation::kHereOnly) header.dont_fragment = false;
    return SendFragments(std::move(packet), route, header, send.options);
  }
  header.Write(packet->Push(header.header_size), send.options);
  Transmit(std::move(packet), route, send);
  return {};
}

void Ipv4::Transmit(PacketPtr packet, const RouteResult& route, const IpSend& send) {
  packet->ethertype = kEtherIpv4;
  IpStats& stats = stack_.stats().ip4;
  stats.out_octets += packet->size();
  if (route.type == RouteType::kMulticast) stats.out_mcast++;
  if (route.type == RouteType::kBroadcast) stats.out_bcast++;
  const bool group = route.type == RouteType::kMulticast && send.multicast_loop &&
                     route.out->InGroup(send.destination);
  if ((group || route.type == RouteType::kBroadcast) && !route.out->IsLoopback()) {
    PacketPtr copy = packet->Clone();
    copy->type = group ? PacketType::kMulticast : PacketType::kBroadcast;
    if (copy->checksum == ChecksumState::kUnknown) copy->checksum = ChecksumState::kVerified;
    stack_.LoopBack(*route.out, std::move(copy));
    // RFC 1112 section 6.1: a TTL of 0 stays on this machine.
  }
  if (send.hop_limit == 0 && route.type == RouteType::kMulticast) return;
  route.out->SendIp(std::move(packet), route.next_hop);
}

// raw(7): total length and checksum are always filled in, source and identification when zero.
Result<void> Ipv4::SendIncluded(PacketPtr packet, const RouteResult& route, const IpSend& send) {
  std::vector<std::byte> bytes = packet->ToBytes();
  if (bytes.size() > route.out->mtu()) return Errno(EMSGSIZE);
  if (bytes.size() < Ipv4Header::kSize) return Errno(EINVAL);
  const size_t header_size = (Load8(bytes.data()) & 15u) * 4u;
  if (header_size < Ipv4Header::kSize || header_size > bytes.size()) return Errno(EINVAL);
  if (Load32(&bytes[12]) == 0) Store32(&bytes[12], route.source.v4());
  if (Load16(&bytes[4]) == 0) Store16(&bytes[4], NextId());
  Store16(&bytes[2], static_cast<unsigned>(bytes.size()));
  Store16(&bytes[10], 0);
  Store16(&bytes[10], ChecksumOf(std::span(bytes).first(header_size)));
  PacketPtr out = Packet::FromBytes(stack_.pool(), bytes);
  if (out == nullptr) return Errno(ENOBUFS);
  if (stack_.hooks() != nullptr) return FilterOutput(std::move(out), route, send);
  Transmit(std::move(out), route, send);
  return {};
}

Result<void> Ipv4::SendFragments(PacketPtr packet, const RouteResult& route, Ipv4Header header,
                                 std::span<const std::byte> options) {
  IpStats& stats = stack_.stats().ip4;
  const std::vector<std::byte> first_options(options.begin(), options.end());
  const std::vector<std::byte> later_options = CopiedIp4Options(options);
  const bool more_behind = header.more_fragments;
  const uint16_t base = header.fragment_offset;
  std::vector<std::byte> payload = packet->ToBytes();
  IpSend send;
  send.destination = header.destination;
  for (size_t at = 0; at < payload.size();) {
    const auto& opts = at == 0 ? first_options : later_options;
    header.header_size = static_cast<uint8_t>(Ipv4Header::kSize + opts.size());
    if (route.mtu < header.header_size + 8u) return Errno(EMSGSIZE);
    const size_t room = (route.mtu - header.header_size) & ~size_t{7};
    const size_t n = std::min(room, payload.size() - at);
    PacketPtr piece = Packet::FromBytes(stack_.pool(), std::span(payload).subspan(at, n));
    if (piece == nullptr) return Errno(ENOBUFS);
    piece->checksum = ChecksumState::kVerified;
    header.fragment_offset = static_cast<uint16_t>(base + at);
    header.more_fragments = more_behind || at + n < payload.size();
    header.total_length = static_cast<uint16_t>(header.header_size + n);
    header.Write(piece->Push(header.header_size), opts);
    stats.frag_creates++;
    at += n;
    Transmit(std::move(piece), route, send);
  }
  stats.frag_oks++;
  return {};
}

void Ipv4::OnUnresolved(Interface& out, PacketPtr packet) {
  const std::byte* at = packet->Pull(Ipv4Header::kSize);
  if (at == nullptr) return;
  at = packet->Pull((Load8(at) & 15u) * 4u);
  if (at == nullptr) return;
  std::optional<Ipv4Header> header = Ipv4Header::Parse({at, (Load8(at) & 15u) * 4u});
  if (!header) return;
  packet->network_header = {at, header->header_size};
  packet->Consume(header->header_size);
  packet->type = PacketType::kHost;
  IpReceived ip;
  ip.source = header->source;
  ip.destination = header->destination;
  ip.in = &out;
  ip.protocol = header->protocol;
  stack_.icmp().SendUnreachable(*packet, ip, Unreachable::kHost);
}

}  // namespace netstack
