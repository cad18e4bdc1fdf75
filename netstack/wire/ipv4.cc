// The IPv4 header: parsing, writing, options.
#include "netstack/wire/ipv4.h"

#include "netstack/wire/bytes.h"
#include "netstack/wire/checksum.h"

namespace netstack {

std::optional<Ipv4Header> Ipv4Header::Parse(std::span<const std::byte> bytes) {
  if (bytes.size() < kSize) return std::nullopt;
  const std::byte* at = bytes.data();
  Ipv4Header h;
  if (Load8(at) >> 4 != 4) return std::nullopt;
  h.header_size = static_cast<uint8_t>((Load8(at) & 15) * 4);
  h.tos = Load8(at + 1);
  h.total_length = Load16(at + 2);
  if (h.header_size < kSize || h.total_length < h.header_size) return std::nullopt;
  if (bytes.size() < h.header_size) return std::nullopt;
  h.id = Load16(at + 4);
  const uint16_t fragment = Load16(at + 6);
  h.dont_fragment = (fragment & 0x4000) != 0;
  h.more_fragments = (fragment & 0x2000) != 0;
  h.fragment_offset = static_cast<uint16_t>((fragment & 0x1fff) * 8);
  h.ttl = Load8(at + 8);
  h.protocol = Load8(at + 9);
  h.source = IpAddress::V4(Load32(at + 12));
  h.destination = IpAddress::V4(Load32(at + 16));
  return h;
}

void Ipv4Header::Write(std::byte* to, std::span<const std::byte> options) const {
  Store8(to, 0x40u | header_size / 4u);
  Store8(to + 1, tos);
  Store16(to + 2, total_length);
  Store16(to + 4, id);
  Store16(to + 6,
          (dont_fragment ? 0x4000u : 0u) | (more_fragments ? 0x2000u : 0u) | fragment_offset / 8u);
  Store8(to + 8, ttl);
  Store8(to + 9, protocol);
  Store16(to + 10, 0);
  Store32(to + 12, source.v4());
  Store32(to + 16, destination.v4());
  if (!options.empty()) std::memcpy(to + kSize, options.data(), options.size());
  Store16(to + 10, ChecksumOf({to, header_size}));
}

namespace {

// Length of the option at the front, 0 when it is malformed.
size_t OptionLength(std::span<const std::byte> options) {
  if (Load8(options.data()) == kIpOptNop) return 1;
  if (options.size() < 2) return 0;
  const size_t length = Load8(&options[1]);
  return length < 2 || length > options.size() ? 0 : length;
}

// RFC 791: lengths and pointers that record route, source routes and timestamps need.
bool OptionIsRight(std::span<const std::byte> option) {
  const uint8_t type = Load8(option.data());
  if (type == kIpOptRecordRoute || type == kIpOptLooseRoute || type == kIpOptStrictRoute) {
    return option.size() >= 3 && Load8(&option[2]) >= 4;
  }
  if (type == kIpOptTimestamp) {
    return option.size() >= 4 && Load8(&option[2]) >= 5;
  }
  return type != kIpOptRouterAlert || option.size() >= 4;
}

template <typename F>
std::optional<size_t> WalkOptions(std::span<const std::byte> options, F f) {
  for (size_t at = 0; at < options.size();) {
    std::span<const std::byte> rest = options.subspan(at);
    if (Load8(rest.data()) == kIpOptEnd) return std::nullopt;
    const size_t length = OptionLength(rest);
    if (length == 0 || !f(rest.first(length))) return at;
    at += length;
  }
  return std::nullopt;
}

}  // namespace

std::optional<size_t> FindBadIp4Option(std::span<const std::byte> options) {
  return WalkOptions(options, [](std::span<const std::byte> option) {
    return Load8(option.data()) == kIpOptNop || OptionIsRight(option);
  });
}

std::span<const std::byte> FindIp4Option(std::span<const std::byte> options, uint8_t type) {
  std::span<const std::byte> found;
  WalkOptions(options, [&](std::span<const std::byte> option) {
    if (Load8(option.data()) != type) return true;
    found = option;
    return false;
  });
  return found;
}

std::vector<std::byte> CopiedIp4Options(std::span<const std::byte> options) {
  std::vector<std::byte> out;
  WalkOptions(options, [&](std::span<const std::byte> option) {
    if ((Load8(option.data()) & 0x80) != 0) out.insert(out.end(), option.begin(), option.end());
    return true;
  });
  out.resize((out.size() + 3) & ~size_t{3});
  return out;
}

}  // namespace netstack
