// The IPv4 header (RFC 791).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "netstack/wire/address.h"

namespace netstack {

inline constexpr uint8_t kProtoHopByHop = 0, kProtoIcmp = 1, kProtoIgmp = 2, kProtoTcp = 6,
                         kProtoUdp = 17, kProtoRouting = 43, kProtoFragment = 44, kProtoEsp = 50,
                         kProtoAh = 51, kProtoIcmp6 = 58, kProtoNoNext = 59, kProtoDestOptions = 60,
                         kProtoUdpLite = 136, kProtoRaw = 255;
inline constexpr uint16_t kEtherIpv4 = 0x0800, kEtherArp = 0x0806, kEtherIpv6 = 0x86dd,
                          kEtherVlan = 0x8100, kEtherAll = 3;

struct Ipv4Header {
  static constexpr size_t kSize = 20, kMaxSize = 60;

  uint8_t header_size = kSize;  // With options.
  uint8_t tos = 0;
  uint16_t total_length = 0;
  uint16_t id = 0;
  bool dont_fragment = false, more_fragments = false;
  uint16_t fragment_offset = 0;  // bytes
  uint8_t ttl = 64;
  uint8_t protocol = 0;
  IpAddress source, destination;

  // `bytes` start with the header.  Nothing: it is malformed or cut; the checksum is not looked at.
  static std::optional<Ipv4Header> Parse(std::span<const std::byte> bytes);
  // Writes header_size bytes: this, `options` (of header_size - 20 bytes), and the checksum.
  void Write(std::byte* to, std::span<const std::byte> options = {}) const;
  bool IsFragment() const { return more_fragments || fragment_offset != 0; }
};

// Options (RFC 791 section 3.1).
inline constexpr uint8_t kIpOptEnd = 0, kIpOptNop = 1, kIpOptRecordRoute = 7, kIpOptTimestamp = 68,
                         kIpOptSecurity = 130, kIpOptLooseRoute = 131, kIpOptStrictRoute = 137,
                         kIpOptRouterAlert = 148;

// Where the options are wrong, counted from their start; nothing: they are in order.
std::optional<size_t> FindBadIp4Option(std::span<const std::byte> options);
// One option with its type and length octets, empty when there is none of that type.
std::span<const std::byte> FindIp4Option(std::span<const std::byte> options, uint8_t type);
// Those that every fragment bears (the copied flag), padded to 4.
std::vector<std::byte> CopiedIp4Options(std::span<const std::byte> options);

}  // namespace netstack
