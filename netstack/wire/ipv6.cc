// The IPv6 header and its extension headers: parsing and writing.
#include "netstack/wire/ipv6.h"

#include "netstack/wire/bytes.h"

namespace netstack {

std::optional<Ipv6Header> Ipv6Header::Parse(std::span<const std::byte> bytes) {
  if (bytes.size() < kSize || Load8(bytes.data()) >> 4 != 6) return std::nullopt;
  const std::byte* at = bytes.data();
  Ipv6Header h;
  const uint32_t first = Load32(at);
  h.traffic_class = static_cast<uint8_t>(first >> 20);
  h.flow_label = first & 0xfffff;
  h.payload_length = Load16(at + 4);
  h.next_header = Load8(at + 6);
  h.hop_limit = Load8(at + 7);
  h.source = IpAddress::V6Bytes(at + 8);
  h.destination = IpAddress::V6Bytes(at + 24);
  return h;
}

void Ipv6Header::Write(std::byte* to) const {
  Store32(to, 6u << 28 | static_cast<uint32_t>(traffic_class) << 20 | (flow_label & 0xfffff));
  Store16(to + 4, payload_length);
  Store8(to + 6, next_header);
  Store8(to + 7, hop_limit);
  std::memcpy(to + 8, source.bytes().data(), 16);
  std::memcpy(to + 24, destination.bytes().data(), 16);
}

std::optional<Ipv6Fragment> Ipv6Fragment::Parse(std::span<const std::byte> bytes) {
  if (bytes.size() < kSize) return std::nullopt;
  Ipv6Fragment f;
  f.next_header = Load8(bytes.data());
  const uint16_t word = Load16(&bytes[2]);
  f.offset = word & 0xfff8;
  f.more = (word & 1) != 0;
  f.id = Load32(&bytes[4]);
  return f;
}

void Ipv6Fragment::Write(std::byte* to) const {
  Store8(to, next_header);
  Store8(to + 1, 0);
  Store16(to + 2, offset | (more ? 1u : 0u));
  Store32(to + 4, id);
}

namespace {

using Verdict = Ipv6Extensions::Verdict;

// RFC 8200 section 4.2: options of a hop-by-hop or destination options header.
void CheckOptions(std::span<const std::byte> header, uint32_t at, bool multicast,
                  Ipv6Extensions& out) {
  for (size_t i = 2; i < header.size();) {
    const uint8_t type = Load8(&header[i]);
    if (type == 0) {  // Pad1
      i++;
      continue;
    }
    if (i + 2 > header.size() || i + 2 + Load8(&header[i + 1]) > header.size()) {
      out.verdict = Verdict::kDrop;
      return;
    }
    if (type == 5) out.router_alert = true;
    if (type != 1 && type != 5 && type >> 6 != 0) {
      const int action = type >> 6;
      out.verdict =
          action == 1 || (action == 3 && multicast) ? Verdict::kDrop : Verdict::kParameter;
      out.code = 2;
      out.pointer = at + static_cast<uint32_t>(i);
      return;
    }
    i += 2u + Load8(&header[i + 1]);
  }
}

// RFC 5095: type 0 is dead; others that still have segments to visit are not known here.
void CheckRouting(std::span<const std::byte> header, uint32_t at, Ipv6Extensions& out) {
  if (Load8(&header[3]) == 0) return;
  out.verdict = Verdict::kParameter;
  out.code = 0;
  out.pointer = at + 2;
}

bool IsExtension(uint8_t protocol) {
  return protocol == kProtoHopByHop || protocol == kProtoRouting || protocol == kProtoDestOptions ||
         protocol == kProtoFragment;
}

}  // namespace

Ipv6Extensions WalkExtensions(uint8_t first, std::span<const std::byte> bytes, bool multicast) {
  Ipv6Extensions out;
  out.protocol = first;
  for (int count = 0; IsExtension(out.protocol); count++) {
    const auto at = static_cast<uint32_t>(Ipv6Header::kSize + out.size);
    const uint8_t kind = out.protocol;
    // RFC 8200 section 4.1: hop-by-hop stands first or nowhere.  More than eight headers are an
    // attack.
    if ((kind == kProtoHopByHop && count != 0) || count == 8) {
      out.verdict = count == 8 ? Verdict::kDrop : Verdict::kParameter;
      out.code = 1;
      out.pointer = static_cast<uint32_t>(out.next_header_at);
      return out;
    }
    std::span<const std::byte> rest = bytes.subspan(out.size);
    const size_t size =
        rest.size() < 8 ? 0 : (kind == kProtoFragment ? 8 : (Load8(&rest[1]) + 1u) * 8u);
    if (size == 0 || size > rest.size()) {
      out.verdict = Verdict::kTruncated;
      return out;
    }
    if (kind == kProtoFragment) {
      out.fragment = Ipv6Fragment::Parse(rest);
      out.fragment_at = out.size;
    } else if (kind == kProtoRouting) {
      CheckRouting(rest.first(size), at, out);
    } else {
      CheckOptions(rest.first(size), at, multicast, out);
    }
    if (out.verdict != Verdict::kOk) return out;
    out.protocol = Load8(rest.data());
    out.next_header_at = at;
    out.size += size;
    if (out.fragment && (out.fragment->more || out.fragment->offset != 0)) return out;
  }
  return out;
}

}  // namespace netstack
