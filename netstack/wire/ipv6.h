// The IPv6 header and its extension headers (RFC 8200).
#pragma once

#include <optional>
#include <span>

#include "netstack/wire/address.h"
#include "netstack/wire/ipv4.h"

namespace netstack {

struct Ipv6Header {
  static constexpr size_t kSize = 40;

  uint8_t traffic_class = 0;
  uint32_t flow_label = 0;
  uint16_t payload_length = 0;
  uint8_t next_header = kProtoNoNext;
  uint8_t hop_limit = 64;
  IpAddress source, destination;

  static std::optional<Ipv6Header> Parse(std::span<const std::byte> bytes);
  void Write(std::byte* to) const;
};

struct Ipv6Fragment {
  static constexpr size_t kSize = 8;
  uint8_t next_header = 0;
  uint16_t offset = 0;  // bytes
  bool more = false;
  uint32_t id = 0;

  static std::optional<Ipv6Fragment> Parse(std::span<const std::byte> bytes);
  void Write(std::byte* to) const;
};

// What became of a walk over extension headers.
struct Ipv6Extensions {
  enum class Verdict {
    kOk,
    kDrop,       // Silently.
    kParameter,  // Send parameter problem `code` at `pointer`, counted from the IPv6 header.
    kTruncated,  // More bytes are needed than there are.
  };
  Verdict verdict = Verdict::kOk;
  uint8_t code = 0;
  uint32_t pointer = 0;
  uint8_t protocol = kProtoNoNext;  // What follows the headers.
  size_t size = 0;                  // Of all extension headers.
  // Offset of the fragment header from the first extension header on; its contents.
  size_t fragment_at = 0;
  std::optional<Ipv6Fragment> fragment;
  size_t next_header_at = 6;  // From the IPv6 header: the octet that named `protocol`.
  bool router_alert = false;
};

// Walks the headers behind the IPv6 header; stops behind a fragment header that is not the whole
// packet.  `multicast`: what the destination is, for unknown options of type 11.
Ipv6Extensions WalkExtensions(uint8_t first, std::span<const std::byte> bytes, bool multicast);

}  // namespace netstack
