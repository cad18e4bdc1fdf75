// ICMP (RFC 792), ICMPv6 (RFC 4443) and neighbour discovery (RFC 4861): numbers and fixed parts.
#pragma once

#include <optional>
#include <span>

#include "netstack/wire/address.h"
#include "netstack/wire/bytes.h"

namespace netstack {

inline constexpr uint8_t kIcmpEchoReply = 0, kIcmpUnreachable = 3, kIcmpQuench = 4,
                         kIcmpRedirect = 5, kIcmpEcho = 8, kIcmpTimeExceeded = 11,
                         kIcmpParameter = 12, kIcmpTimestamp = 13, kIcmpTimestampReply = 14;
inline constexpr uint8_t kIcmpNet = 0, kIcmpHost = 1, kIcmpProtocol = 2, kIcmpPort = 3,
                         kIcmpFragNeeded = 4, kIcmpAdmin = 13;
inline constexpr uint8_t kIcmp6Unreachable = 1, kIcmp6TooBig = 2, kIcmp6TimeExceeded = 3,
                         kIcmp6Parameter = 4, kIcmp6Echo = 128, kIcmp6EchoReply = 129,
                         kIcmp6RouterSolicit = 133, kIcmp6RouterAdvert = 134,
                         kIcmp6NeighbourSolicit = 135, kIcmp6NeighbourAdvert = 136;

struct IcmpHeader {
  static constexpr size_t kSize = 8;
  uint8_t type = 0, code = 0;
  uint16_t checksum = 0;
  uint32_t rest = 0;  // Identifier and sequence number, MTU, pointer.

  static IcmpHeader Parse(const std::byte* at) {
    return {Load8(at), Load8(at + 1), Load16(at + 2), Load32(at + 4)};
  }
  void Write(std::byte* to) const {
    Store8(to, type);
    Store8(to + 1, code);
    Store16(to + 2, checksum);
    Store32(to + 4, rest);
  }
};

// Neighbour solicitation and advertisement: the target, and a link-layer address option.
struct NeighbourMessage {
  static constexpr size_t kTargetSize = 24;  // ICMP header and target.
  static constexpr uint8_t kSourceOption = 1, kTargetOption = 2;
  IpAddress target;
  uint32_t flags = 0;             // R, S, O in the top bits.
  std::optional<MacAddress> mac;  // Of the option asked for.

  // `bytes` from the ICMP header on.  Nothing: malformed (RFC 4861 section 7.1).
  static std::optional<NeighbourMessage> Parse(std::span<const std::byte> bytes, uint8_t option);
};

// Whether all options behind `at` have lengths (RFC 4861 section 4.6); calls f(type, option).
template <typename F>
bool WalkNdpOptions(std::span<const std::byte> bytes, F f) {
  while (!bytes.empty()) {
    if (bytes.size() < 2) return false;
    const size_t length = Load8(&bytes[1]) * 8u;
    if (length == 0 || length > bytes.size()) return false;
    f(Load8(bytes.data()), bytes.first(length));
    bytes = bytes.subspan(length);
  }
  return true;
}

}  // namespace netstack
