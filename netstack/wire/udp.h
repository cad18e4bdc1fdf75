// The UDP header (RFC 768).
#pragma once

#include "netstack/wire/bytes.h"

namespace netstack {

struct UdpHeader {
  static constexpr size_t kSize = 8;
  uint16_t source_port = 0, destination_port = 0, length = 0, checksum = 0;

  // From at least kSize bytes.
  static UdpHeader Parse(const std::byte* at) {
    return {Load16(at), Load16(at + 2), Load16(at + 4), Load16(at + 6)};
  }
  void Write(std::byte* to) const {
    Store16(to, source_port);
    Store16(to + 2, destination_port);
    Store16(to + 4, length);
    Store16(to + 6, checksum);
  }
};

}  // namespace netstack
