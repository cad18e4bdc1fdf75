// NAT: choosing, and changing packets.
#include "netstack/filter/nat.h"

#include <algorithm>

#include "netstack/filter/rewrite.h"
#include "netstack/wire/bytes.h"
#include "netstack/wire/checksum.h"
#include "netstack/wire/icmp.h"
#include "netstack/wire/ipv4.h"

namespace netstack {
namespace {

constexpr int kAttempts = 128;  // Ports that are tried.

struct Ports {
  uint16_t first, last;
};

bool HasNumber(uint8_t protocol) {
  return protocol == kProtoTcp || protocol == kProtoUdp || protocol == kProtoUdpLite ||
         protocol == kProtoIcmp || protocol == kProtoIcmp6 || protocol == 132 || protocol == 33;
}

// Ports of servers stay ports of servers (nf_nat_l4proto_unique_tuple() of Linux).
Ports PortsLike(uint16_t port, bool icmp) {
  if (icmp) return {0, 65535};
  if (port < 512) return {1, 511};
  if (port < 1024) return {600, 1023};
  return {1024, 65535};
}

uint16_t& NumberOf(FlowTuple& tuple, NatKind kind) {
  const bool icmp = tuple.protocol == kProtoIcmp || tuple.protocol == kProtoIcmp6;
  return kind == NatKind::kSource || icmp ? tuple.source_port : tuple.destination_port;
}

IpAddress& AddressOf(FlowTuple& tuple, NatKind kind) {
  return kind == NatKind::kSource ? tuple.source : tuple.destination;
}

// One of a range, the same for the same `hash`.
IpAddress Pick(const NatRange& range, uint64_t hash) {
  if (range.min_address >= range.max_address) return range.min_address;
  IpAddress::Bytes low = range.min_address.bytes();
  const IpAddress::Bytes& high = range.max_address.bytes();
  // Ranges that are wider than 2^32 lose nothing by not being used up.
  const auto last = [](const IpAddress::Bytes& b) {
    return Load32(reinterpret_cast<const std::byte*>(b.data()) + 12);
  };
  const uint64_t count = uint64_t{last(high) - last(low)} + 1;
  const auto chosen = static_cast<uint32_t>(last(low) + hash % count);
  Store32(reinterpret_cast<std::byte*>(low.data()) + 12, chosen);
  return IpAddress::V6(low);
}

}  // namespace

bool Nat::Free(const FlowTuple& tuple, const Connection& connection) const {
  return !conntrack_.Taken(tuple.Inverse(), &connection);
}

FlowTuple Nat::Choose(const Connection& connection, const FlowTuple& now, NatKind kind,
                      const NatRange& range) {
  FlowTuple out = now;
  const bool anew =
      (range.flags & (abi::kNatRangeProtoRandom | abi::kNatRangeProtoRandomFully)) != 0;
  const bool ports_given = (range.flags & abi::kNatRangeProtoSpecified) != 0;
  if ((range.flags & abi::kNatRangeMapIps) != 0) {
    const IpAddress& before = AddressOf(out, kind);
    if (before < range.min_address || before > range.max_address) {
      std::array<std::byte, 32> key{};
      std::memcpy(key.data(), now.source.bytes().data(), 16);
      if ((range.flags & abi::kNatRangePersistent) == 0) {
        std::memcpy(key.data() + 16, now.destination.bytes().data(), 16);
      }
      AddressOf(out, kind) = Pick(range, stack_.Hash(key));
    }
  }
  if (!HasNumber(out.protocol)) return out;
  const bool icmp = out.protocol == kProtoIcmp || out.protocol == kProtoIcmp6;
  uint16_t& number = NumberOf(out, kind);
  Ports ports = ports_given ? Ports{range.min_port, range.max_port} : PortsLike(number, icmp);
  if (ports.last < ports.first) std::swap(ports.first, ports.last);
  const bool within = !ports_given || (number >= ports.first && number <= ports.last);
  if (!anew && within && Free(out, connection)) return out;
  // Without ports to choose from, a destination stays what it is.
  if (!ports_given && kind == NatKind::kDestination && !icmp) return out;
  const uint32_t count = uint32_t{ports.last} - ports.first + 1;
  const uint32_t from = ports_given && !anew ? 0 : stack_.Random32();
  for (uint32_t i = 0; i < std::min<uint32_t>(count, kAttempts); i++) {
    number = static_cast<uint16_t>(ports.first + (from + i) % count);
    if (Free(out, connection)) break;
  }
  return out;
}

void Nat::Decide(Connection& connection, NatKind kind, const NatRange& range) {
  const FlowTuple now = connection.reply.Inverse();
  const FlowTuple chosen = Choose(connection, now, kind, range);
  if (chosen != now) {
    connection.reply = chosen.Inverse();
    connection.status |= kind == NatKind::kSource ? abi::kIpsSrcNat : abi::kIpsDstNat;
  }
  connection.status |= kind == NatKind::kSource ? abi::kIpsSrcNatDone : abi::kIpsDstNatDone;
}

void Nat::DecideNothing(Connection& connection, NatKind kind) {
  NatRange range;
  const FlowTuple now = connection.reply.Inverse();
  range.flags = abi::kNatRangeMapIps;
  range.min_address = range.max_address = kind == NatKind::kSource ? now.source : now.destination;
  Decide(connection, kind, range);
}

bool Nat::Apply(PacketPtr& packet, const Headers& headers, NatKind kind) {
  const Connection* connection = conntrack_.Of(*packet);
  if (connection == nullptr) return true;
  const FlowDirection direction = DirectionOf(packet->tracking_info);
  const bool answer = direction == FlowDirection::kReply;
  // What is done to a source on the way there is undone to a destination on the way back.
  const bool source = (kind == NatKind::kSource) != answer;
  if (!connection->Is(source ? abi::kIpsSrcNat : abi::kIpsDstNat)) return true;
  if (headers.IsIcmpError()) return ApplyToError(packet, headers, *connection, direction, kind);
  const FlowTuple target =
      connection->tuple(answer ? FlowDirection::kOriginal : FlowDirection::kReply).Inverse();
  Rewrite rewrite;
  rewrite.source = kind == NatKind::kSource;
  rewrite.address = rewrite.source ? target.source : target.destination;
  const bool icmp = headers.IsIcmp();
  rewrite.port = rewrite.source || icmp ? target.source_port : target.destination_port;
  Headers at = headers;
  if (icmp && !rewrite.source) {
    // The identifier is the same at both ends: it goes where the source's port would.
    Rewrite number{true, headers.source, rewrite.port, true};
    if (!RewritePacket(stack_.pool(), packet, at, number)) return false;
    rewrite.with_port = false;
  }
  return RewritePacket(stack_.pool(), packet, at, rewrite);
}

// RFC 5508 section 4: the packet that an error quotes went the other way, and is changed at the
// other end.
bool Nat::ApplyToError(PacketPtr& packet, const Headers& headers, const Connection& connection,
                       FlowDirection direction, NatKind kind) {
  std::vector<std::byte> bytes = packet->ToBytes();
  const size_t inner_at = headers.network_size + IcmpHeader::kSize;
  if (bytes.size() < inner_at) return false;
  const std::span<std::byte> quoted = std::span(bytes).subspan(inner_at);
  Headers inner;
  if (!inner.ReadQuoted(quoted, headers.v4)) return false;
  const FlowDirection other =
      direction == FlowDirection::kOriginal ? FlowDirection::kReply : FlowDirection::kOriginal;
  const FlowTuple& target = connection.tuple(other);
  Rewrite inside;
  inside.source = kind != NatKind::kSource;
  inside.address = inside.source ? target.source : target.destination;
  const bool icmp = inner.IsIcmp();
  inside.port = inside.source || icmp ? target.source_port : target.destination_port;
  if (icmp && !inside.source) {
    RewriteQuoted(quoted, inner, {true, inner.source, inside.port, true});
    inside.with_port = false;
  }
  RewriteQuoted(quoted, inner, inside);
  const FlowTuple outer = connection.tuple(other).Inverse();
  Rewrite outside;
  outside.source = kind == NatKind::kSource;
  outside.address = outside.source ? outer.source : outer.destination;
  outside.with_port = false;
  RewriteQuoted(bytes, headers, outside);
  const std::span<std::byte> message = std::span(bytes).subspan(headers.network_size);
  Store16(&message[2], 0);
  Checksum sum;
  if (!headers.v4) {
    const IpAddress source = outside.source ? outside.address : headers.source;
    const IpAddress destination = outside.source ? headers.destination : outside.address;
    sum.AddPseudoHeader(source, destination, kProtoIcmp6, message.size());
  }
  sum.Add(message);
  Store16(&message[2], sum.Finish());
  packet->Consume(packet->size());
  return Packet::PutFront(stack_.pool(), packet, bytes);
}

}  // namespace netstack
