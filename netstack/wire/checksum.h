// The Internet checksum (RFC 1071), summed in pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "netstack/wire/address.h"

namespace netstack {

class Checksum {
 public:
  // Pieces may have odd lengths; the next one goes on in the middle of a 16-bit word.
  void Add(std::span<const std::byte> bytes);
  // A 16-bit number in host order, as if in network order at an even place.
  void Add16(uint32_t value) { sum_ += __builtin_bswap16(static_cast<uint16_t>(value & 0xffff)); }
  // RFC 768, RFC 9293 section 3.1, RFC 8200 section 8.1.
  void AddPseudoHeader(const IpAddress& source, const IpAddress& destination, uint8_t protocol,
                       size_t length);
  // What to put into the checksum field, host order.  Over bytes that contain a right checksum: 0.
  uint16_t Finish() const;
  // The folded sum itself, not its complement: what a partial checksum starts from, host order.
  uint16_t Folded() const;

 private:
  uint64_t sum_ = 0;
  bool odd_ = false;
};

uint16_t ChecksumOf(std::span<const std::byte> bytes);

}  // namespace netstack
