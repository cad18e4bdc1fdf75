// Headers: what a packet filter reads from an IP packet.  Copies, so that changing the packet does
// not matter to who holds them.
#pragma once

#include <array>

#include "netstack/packet/packet.h"
#include "netstack/wire/address.h"

namespace netstack {

struct Headers {
  bool v4 = true;
  bool later_fragment = false;  // Without a transport header.
  uint8_t protocol = 0;
  IpAddress source, destination;
  uint8_t hop_limit = 0, tos = 0;
  size_t network_size =
      0;  // Of the IP header with options or extensions: where the transport starts.
  // The first bytes of the transport header.
  std::array<std::byte, 20> transport{};
  size_t transport_size = 0;

  // Of a packet that starts with its IP header.  False: it has none that can be read.
  bool Read(const Packet& packet, bool is_v4);
  bool HasPorts() const;
  uint16_t source_port() const;
  uint16_t destination_port() const;
  bool IsIcmp() const;
  // ICMP's message that quotes a packet.
  bool IsIcmpError() const;
  // The same of what `bytes` quote: at least 8 bytes of the transport.
  bool ReadQuoted(std::span<const std::byte> bytes, bool is_v4);
  // Where the transport's checksum is, from its header; 0: it has none that covers addresses or
  // ports.
  size_t checksum_offset() const;
};

}  // namespace netstack
