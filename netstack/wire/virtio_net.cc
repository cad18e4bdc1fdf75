#include "netstack/wire/virtio_net.h"

#include <cstring>

#include "netstack/wire/ethernet.h"
#include "netstack/wire/ipv6.h"
#include "netstack/wire/tcp.h"
#include "netstack/wire/udp.h"

namespace netstack {
namespace {

constexpr uint16_t kVlanTag = 0x8100, kServiceTag = 0x88a8;

// Unlike everything else on a wire the header is in the machine's order: both ends are on it.
uint16_t LoadNative16(const std::byte* at) {
  uint16_t value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

// The IP header: where the transport's is, of which protocol.
bool ParseNetwork(std::span<const std::byte> ip, uint16_t type, FrameLayout& out) {
  if (type == kEtherIpv4) {
    std::optional<Ipv4Header> header = Ipv4Header::Parse(ip);
    if (!header || header->IsFragment()) return false;
    out.v4 = true;
    out.source = header->source;
    out.destination = header->destination;
    out.protocol = header->protocol;
    out.transport = out.network + header->header_size;
    return true;
  }
  if (type != kEtherIpv6) return false;
  std::optional<Ipv6Header> header = Ipv6Header::Parse(ip);
  if (!header) return false;
  const Ipv6Extensions walk =
      WalkExtensions(header->next_header, ip.subspan(Ipv6Header::kSize), false);
  if (walk.verdict != Ipv6Extensions::Verdict::kOk || walk.fragment) return false;
  out.v4 = false;
  out.source = header->source;
  out.destination = header->destination;
  out.protocol = walk.protocol;
  out.transport = out.network + Ipv6Header::kSize + walk.size;
  return true;
}

}  // namespace

std::optional<VirtioNetHeader> VirtioNetHeader::Parse(std::span<const std::byte> bytes) {
  if (bytes.size() < kSize) return std::nullopt;
  const std::byte* at = bytes.data();
  VirtioNetHeader h;
  h.flags = Load8(at);
  h.gso_type = Load8(at + 1);
  h.header_size = LoadNative16(at + 2);
  h.gso_size = LoadNative16(at + 4);
  h.checksum_start = LoadNative16(at + 6);
  h.checksum_offset = LoadNative16(at + 8);
  if (h.gso_type == kNone) return h;
  const bool known = h.kind() == kTcp4 || h.kind() == kTcp6 || h.kind() == kUdpSegments;
  // A segment without payload would never end the frame.
  if (!known || h.gso_size == 0) return std::nullopt;
  return h;
}

void VirtioNetHeader::Write(std::byte* to) const {
  Store8(to, flags);
  Store8(to + 1, gso_type);
  const uint16_t words[] = {header_size, gso_size, checksum_start, checksum_offset};
  std::memcpy(to + 2, words, sizeof(words));
}

std::optional<FrameLayout> FrameLayout::Parse(std::span<const std::byte> start, size_t size) {
  if (start.size() < EthernetHeader::kSize) return std::nullopt;
  size_t at = EthernetHeader::kSize;
  uint16_t type = Load16(&start[12]);
  for (int tags = 0; (type == kVlanTag || type == kServiceTag) && tags < 2; ++tags) {
    if (start.size() < at + 4) return std::nullopt;
    type = Load16(&start[at + 2]);
    at += 4;
  }
  FrameLayout layout;
  layout.network = at;
  if (!ParseNetwork(start.subspan(at), type, layout) || layout.transport >= start.size()) {
    return std::nullopt;
  }
  const std::span<const std::byte> transport = start.subspan(layout.transport);
  if (layout.protocol == kProtoTcp) {
    std::optional<TcpHeader> tcp = TcpHeader::Parse(transport);
    if (!tcp) return std::nullopt;
    layout.payload = layout.transport + tcp->header_size;
  } else if (layout.protocol == kProtoUdp && transport.size() >= UdpHeader::kSize) {
    layout.payload = layout.transport + UdpHeader::kSize;
  } else {
    return std::nullopt;
  }
  if (layout.payload > size) return std::nullopt;
  return layout;
}

size_t FrameLayout::checksum_offset() const {
  return protocol == kProtoTcp ? 16 : 6;
}

}  // namespace netstack
