// Headers: reading them.
#include "netstack/filter/headers.h"

#include <algorithm>

#include "netstack/wire/bytes.h"
#include "netstack/wire/icmp.h"
#include "netstack/wire/ipv6.h"

namespace netstack {
namespace {

struct Network {
  bool good = false;
  size_t size = 0;
  bool later = false;
};

Network ReadNetwork4(std::span<const std::byte> start, Headers& out) {
  std::optional<Ipv4Header> header = Ipv4Header::Parse(start);
  if (!header) return {};
  out.source = header->source;
  out.destination = header->destination;
  out.protocol = header->protocol;
  out.hop_limit = header->ttl;
  out.tos = header->tos;
  return {true, header->header_size, header->fragment_offset != 0};
}

Network ReadNetwork6(std::span<const std::byte> start, Headers& out) {
  std::optional<Ipv6Header> header = Ipv6Header::Parse(start);
  if (!header) return {};
  out.source = header->source;
  out.destination = header->destination;
  out.hop_limit = header->hop_limit;
  out.tos = header->traffic_class;
  const Ipv6Extensions walk =
      WalkExtensions(header->next_header, start.subspan(Ipv6Header::kSize), true);
  if (walk.verdict != Ipv6Extensions::Verdict::kOk) {
    out.protocol = header->next_header;
    return {true, Ipv6Header::kSize, true};
  }
  out.protocol = walk.protocol;
  return {true, Ipv6Header::kSize + walk.size, walk.fragment && walk.fragment->offset != 0};
}

}  // namespace

bool Headers::Read(const Packet& packet, bool is_v4) {
  v4 = is_v4;
  Network network;
  if (v4) {
    std::array<std::byte, Ipv4Header::kMaxSize> start;
    network = ReadNetwork4(std::span(start).first(packet.CopyOut(0, start)), *this);
  } else {
    std::array<std::byte, 320> start;
    network = ReadNetwork6(std::span(start).first(packet.CopyOut(0, start)), *this);
  }
  if (!network.good) return false;
  network_size = network.size;
  later_fragment = network.later;
  transport_size = later_fragment ? 0 : packet.CopyOut(network_size, transport);
  return true;
}

bool Headers::ReadQuoted(std::span<const std::byte> bytes, bool is_v4) {
  v4 = is_v4;
  const Network network = v4 ? ReadNetwork4(bytes, *this) : ReadNetwork6(bytes, *this);
  if (!network.good || network.later || bytes.size() < network.size + 8) return false;
  network_size = network.size;
  transport_size = std::min(transport.size(), bytes.size() - network_size);
  std::copy_n(bytes.data() + network_size, transport_size, transport.data());
  return true;
}

bool Headers::HasPorts() const {
  return (protocol == kProtoTcp || protocol == kProtoUdp || protocol == kProtoUdpLite ||
          protocol == 132 || protocol == 33) &&
         transport_size >= 8;
}

uint16_t Headers::source_port() const {
  return HasPorts() ? Load16(transport.data()) : uint16_t{0};
}

uint16_t Headers::destination_port() const {
  return HasPorts() ? Load16(transport.data() + 2) : uint16_t{0};
}

bool Headers::IsIcmp() const {
  return protocol == (v4 ? kProtoIcmp : kProtoIcmp6) && transport_size >= IcmpHeader::kSize;
}

bool Headers::IsIcmpError() const {
  if (!IsIcmp()) return false;
  const uint8_t type = Load8(transport.data());
  if (!v4) return type < 128;
  return type == kIcmpUnreachable || type == kIcmpQuench || type == kIcmpRedirect ||
         type == kIcmpTimeExceeded || type == kIcmpParameter;
}

size_t Headers::checksum_offset() const {
  if (protocol == kProtoTcp) return 16;
  if (protocol == kProtoUdp || protocol == kProtoUdpLite) return 6;
  if (protocol == (v4 ? kProtoIcmp : kProtoIcmp6)) return 2;
  return 0;
}

}  // namespace netstack
