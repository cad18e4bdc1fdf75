// Icmp: messages that come.
#include "netstack/icmp/icmp.h"
#include "netstack/stack/autoconf.h"
#include "netstack/stack/neighbour.h"
#include "netstack/stack/offload.h"
#include "netstack/wire/checksum.h"
#include "netstack/wire/ipv6.h"

namespace netstack {
namespace {

constexpr uint8_t kOriginIcmp = 2, kOriginIcmp6 = 3;  // SO_EE_ORIGIN_ICMP, SO_EE_ORIGIN_ICMP6

struct Meaning {
  int error;
  bool hard;
};

// As icmp(7) and ip(7) have it (Linux: icmp_err_convert).
constexpr Meaning kUnreachable4[] = {
    {ENETUNREACH, false},  {EHOSTUNREACH, false}, {ENOPROTOOPT, true},  {ECONNREFUSED, true},
    {EMSGSIZE, false},     {EOPNOTSUPP, false},   {ENETUNREACH, true},  {EHOSTDOWN, true},
    {ENONET, true},        {ENETUNREACH, true},   {EHOSTUNREACH, true}, {ENETUNREACH, false},
    {EHOSTUNREACH, false}, {EHOSTUNREACH, true},  {EHOSTUNREACH, true}, {EHOSTUNREACH, true}};
// Linux: icmpv6_err_convert.
constexpr Meaning kUnreachable6[] = {
    {ENETUNREACH, false}, {EACCES, true}, {EHOSTUNREACH, false}, {EHOSTUNREACH, false},
    {ECONNREFUSED, true}, {EACCES, true}, {EACCES, true}};

Meaning MeaningOf4(uint8_t type, uint8_t code) {
  if (type == kIcmpParameter) return {EPROTO, true};
  if (type == kIcmpTimeExceeded) return {EHOSTUNREACH, false};
  if (type == kIcmpUnreachable && code < std::size(kUnreachable4)) return kUnreachable4[code];
  return {EHOSTUNREACH, false};
}

Meaning MeaningOf6(uint8_t type, uint8_t code) {
  if (type == kIcmp6TooBig) return {EMSGSIZE, false};
  if (type == kIcmp6Parameter) return {EPROTO, true};
  if (type == kIcmp6Unreachable && code < std::size(kUnreachable6)) return kUnreachable6[code];
  if (type == kIcmp6Unreachable || type == kIcmp6TimeExceeded) return {EHOSTUNREACH, false};
  return {EPROTO, false};
}

}  // namespace

void Icmp::Receive(PacketPtr packet, const IpReceived& ip) {
  const bool v4 = ip.source.IsV4();
  IcmpStats& stats = v4 ? stack_.stats().icmp4 : stack_.stats().icmp6;
  stats.in_msgs++;
  if (ip.protocol != (v4 ? kProtoIcmp : kProtoIcmp6)) return;
  const std::byte* at = packet->Pull(IcmpHeader::kSize);
  if (at == nullptr) {
    stats.in_errors++;
    return;
  }
  bool right = true;
  if (packet->checksum == ChecksumState::kUnknown) {
    Checksum sum;
    if (!v4) sum.AddPseudoHeader(ip.source, ip.destination, kProtoIcmp6, packet->size());
    packet->ForEach([&](std::span<const std::byte> piece) { sum.Add(piece); });
    right = sum.Finish() == 0;
  }
  if (!right) {
    stats.in_csum_errors++;
    stats.in_errors++;
    return;
  }
  const IcmpHeader header = IcmpHeader::Parse(at);
  stats.in_type[header.type]++;
  if (v4) {
    Receive4(std::move(packet), ip, header);
  } else {
    Receive6(std::move(packet), ip, header);
  }
}

void Icmp::Receive4(PacketPtr packet, const IpReceived& ip, const IcmpHeader& header) {
  const Sysctl& sysctl = stack_.sysctl();
  switch (header.type) {
    case kIcmpEcho:
      if (sysctl.icmp_echo_ignore_all) return;
      // A gateway for the world answers for itself alone.
      if (stack_.takes_all() && !stack_.IsLocal(ip.destination)) return;
      if ((ip.broadcast || ip.multicast) && sysctl.icmp_echo_ignore_broadcasts) return;
      Reply(std::move(packet), ip, kIcmpEchoReply);
      return;
    case kIcmpEchoReply:
      if (echo_ != nullptr) {
        echo_->OnEchoReply(std::move(packet), ip, static_cast<uint16_t>(header.rest >> 16));
      }
      return;
    case kIcmpUnreachable:
    case kIcmpTimeExceeded:
    case kIcmpParameter:
      ReceiveError4(*packet, ip, header);
      return;
    default:
      return;
  }
}

void Icmp::Receive6(PacketPtr packet, const IpReceived& ip, const IcmpHeader& header) {
  switch (header.type) {
    case kIcmp6Echo:
      if (stack_.takes_all() && !stack_.IsLocal(ip.destination)) return;
      Reply(std::move(packet), ip, kIcmp6EchoReply);
      return;
    case kIcmp6EchoReply:
      if (echo_ != nullptr) {
        echo_->OnEchoReply(std::move(packet), ip, static_cast<uint16_t>(header.rest >> 16));
      }
      return;
    case kIcmp6NeighbourSolicit:
      ReceiveSolicitation(*packet, ip);
      return;
    case kIcmp6NeighbourAdvert:
      ReceiveAdvertisement(*packet, ip);
      return;
    case kIcmp6RouterAdvert:
      if (stack_.autoconf() != nullptr) stack_.autoconf()->OnRouterAdvertisement(*packet, ip);
      return;
    case 130:  // Of MLD: query, report, done.
    case 131:
    case 132:
      if (stack_.group_listener() != nullptr) stack_.group_listener()->OnMld(*packet, ip);
      return;
    default:
      if (header.type < 128) ReceiveError6(*packet, ip, header);
      return;
  }
}

void Icmp::Reply(PacketPtr packet, const IpReceived& ip, uint8_t type) {
  const bool v4 = ip.source.IsV4();
  const std::byte* at = packet->Pull(IcmpHeader::kSize);
  IcmpHeader header = IcmpHeader::Parse(at);
  header.type = type;
  header.checksum = 0;
  packet->Consume(IcmpHeader::kSize);
  PacketPtr reply = packet->Clone();
  header.Write(reply->Push(IcmpHeader::kSize));
  IcmpStats& stats = v4 ? stack_.stats().icmp4 : stack_.stats().icmp6;
  stats.out_msgs++;
  stats.out_type[type]++;
  const bool group = ip.multicast || ip.broadcast;
  (void)Transmit(std::move(reply), group ? IpAddress::AnyFor(v4) : ip.destination, ip.source,
                 ip.source.NeedsScope() ? ip.in->index() : 0, ip.tos, -1)
      .ok();
}

void Icmp::Route(const IpError& error, uint8_t protocol) {
  if (stack_.raw() != nullptr) stack_.raw()->OnError(error, protocol);
  if (TransportProtocol* transport = stack_.transport(protocol)) transport->OnError(error);
}

void Icmp::ReceiveError4(Packet& packet, const IpReceived& ip, const IcmpHeader& header) {
  packet.Consume(IcmpHeader::kSize);
  const size_t quoted = std::min<size_t>(packet.size(), 1024);
  const std::byte* at = packet.Pull(quoted);
  std::optional<Ipv4Header> inner;
  if (at != nullptr) inner = Ipv4Header::Parse({at, quoted});
  // RFC 792: eight bytes of the transport's header at least.
  if (!inner || quoted < inner->header_size + 8u || inner->fragment_offset != 0) {
    stack_.stats().icmp4.in_errors++;
    return;
  }
  if (!stack_.IsLocal(inner->source)) return;
  const Meaning meaning = MeaningOf4(header.type, header.code);
  IpError error{meaning.error,      meaning.hard,
                kOriginIcmp,        header.type,
                header.code,        0,
                ip.source,          inner->source,
                inner->destination, std::span(at, quoted).subspan(inner->header_size),
                ip.in->index()};
  if (header.type == kIcmpUnreachable && header.code == kIcmpFragNeeded) {
    error.info = header.rest & 0xffff;
    // A router of before RFC 1191 does not say; guess the next plateau (its section 7.1).
    if (error.info == 0)
      error.info = std::max<uint32_t>(PathMtuCache::kMinV4, inner->total_length / 2);
    if (error.info >= inner->total_length) return;
    stack_.LearnPathMtu(inner->destination, error.info);
  } else if (header.type == kIcmpParameter) {
    error.info = header.rest >> 24;
  }
  Route(error, inner->protocol);
}

void Icmp::ReceiveError6(Packet& packet, const IpReceived& ip, const IcmpHeader& header) {
  packet.Consume(IcmpHeader::kSize);
  const size_t quoted = std::min<size_t>(packet.size(), 1280);
  const std::byte* at = packet.Pull(quoted);
  std::optional<Ipv6Header> inner;
  if (at != nullptr) inner = Ipv6Header::Parse({at, quoted});
  if (!inner || !stack_.IsLocal(inner->source)) {
    stack_.stats().icmp6.in_errors++;
    return;
  }
  const Ipv6Extensions walk = WalkExtensions(
      inner->next_header, {at + Ipv6Header::kSize, quoted - Ipv6Header::kSize}, true);
  const size_t size = Ipv6Header::kSize + walk.size;
  if (walk.verdict == Ipv6Extensions::Verdict::kTruncated || quoted < size + 8 ||
      (walk.fragment && walk.fragment->offset != 0)) {
    stack_.stats().icmp6.in_errors++;
    return;
  }
  const Meaning meaning = MeaningOf6(header.type, header.code);
  IpError error{meaning.error,      meaning.hard,
                kOriginIcmp6,       header.type,
                header.code,        0,
                ip.source,          inner->source,
                inner->destination, std::span(at, quoted).subspan(size),
                ip.in->index()};
  if (header.type == kIcmp6TooBig || header.type == kIcmp6Parameter) error.info = header.rest;
  if (header.type == kIcmp6TooBig) stack_.LearnPathMtu(inner->destination, header.rest);
  Route(error, walk.protocol);
}

void Icmp::OnError(const IpError& error) {
  const bool v4 = error.destination.IsV4();
  if (echo_ == nullptr || error.transport.size() < IcmpHeader::kSize) return;
  const IcmpHeader header = IcmpHeader::Parse(error.transport.data());
  if (header.type != (v4 ? kIcmpEcho : kIcmp6Echo)) return;
  echo_->OnEchoError(error, static_cast<uint16_t>(header.rest >> 16));
}

// RFC 4861 section 7.2.3.
void Icmp::ReceiveSolicitation(Packet& packet, const IpReceived& ip) {
  const size_t size = std::min<size_t>(packet.size(), 512);
  const std::byte* at = packet.Pull(size);
  if (at == nullptr || ip.hop_limit != 255) return;
  auto message = NeighbourMessage::Parse({at, size}, NeighbourMessage::kSourceOption);
  const InterfaceAddress* own = message ? ip.in->FindAddress(message->target) : nullptr;
  if (own == nullptr) return;
  const bool probe = ip.source.IsAny();  // Duplicate address detection.
  if ((own->flags & kAddrTentative) != 0) {
    // RFC 4862 section 5.4.3: who resolves it is told nothing yet.
    if (probe && stack_.autoconf() != nullptr) {
      stack_.autoconf()->OnContention(
          *ip.in, message->target,
          {at + NeighbourMessage::kTargetSize, size - NeighbourMessage::kTargetSize});
    }
    return;
  }
  if (!probe && message->mac) stack_.neighbour_table().OnSender(*ip.in, ip.source, *message->mac);
  constexpr size_t kSize = NeighbourMessage::kTargetSize + 8;
  auto reply = Packet::Create();
  std::byte* to = reply->Push(kSize);
  const uint32_t flags = (probe ? 0u : 0x40000000u) | 0x20000000u;
  IcmpHeader{kIcmp6NeighbourAdvert, 0, 0, flags}.Write(to);
  std::memcpy(to + 8, message->target.bytes().data(), 16);
  Store8(to + 24, NeighbourMessage::kTargetOption);
  Store8(to + 25, 1);
  std::memcpy(to + 26, ip.in->mac().bytes.data(), 6);
  stack_.stats().icmp6.out_msgs++;
  stack_.stats().icmp6.out_type[kIcmp6NeighbourAdvert]++;
  const IpAddress all_nodes = IpAddress::V6({0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  (void)Transmit(std::move(reply), message->target, probe ? all_nodes : ip.source, ip.in->index(),
                 0, 255)
      .ok();
}

void Icmp::ReceiveAdvertisement(Packet& packet, const IpReceived& ip) {
  const size_t size = std::min<size_t>(packet.size(), 512);
  const std::byte* at = packet.Pull(size);
  if (at == nullptr || ip.hop_limit != 255) return;
  auto message = NeighbourMessage::Parse({at, size}, NeighbourMessage::kTargetOption);
  if (!message) return;
  if (ip.in->FindAddress(message->target) != nullptr) {
    if (stack_.autoconf() != nullptr) stack_.autoconf()->OnContention(*ip.in, message->target, {});
    return;
  }
  const bool solicited = (message->flags & 0x40000000) != 0;
  if (solicited && ip.multicast) return;
  stack_.neighbour_table().OnAdvertisement(
      *ip.in, {message->target, message->mac, solicited, (message->flags & 0x20000000) != 0,
               (message->flags & 0x80000000) != 0});
}

}  // namespace netstack
