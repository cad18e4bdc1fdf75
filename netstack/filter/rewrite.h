// Changing addresses and ports of packets, checksums with them.
#pragma once

#include "netstack/filter/headers.h"

namespace netstack {

// An address and a port (or an identifier of ICMP) to be put in.
struct Rewrite {
  bool source = true;  // Else the destination.
  IpAddress address;
  uint16_t port = 0;
  bool with_port = true;
};

// False: no memory, or cut too short.  Checksums that are still open stay open.
bool RewritePacket(BufferPool& pool, PacketPtr& packet, const Headers& headers,
                   const Rewrite& rewrite);
// Puts `value` at an offset into the packet, into its IP or its transport header or behind.
bool PatchPacket(BufferPool& pool, PacketPtr& packet, const Headers& headers, size_t at,
                 std::span<const std::byte> value);
// As RewritePacket(), in bytes that an ICMP error quotes, of which the transport may be cut.
void RewriteQuoted(std::span<std::byte> bytes, const Headers& headers, const Rewrite& rewrite);

}  // namespace netstack
