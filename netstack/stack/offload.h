// Checksums of transports that are left open until it is known who must compute them.
#pragma once

#include "netstack/packet/packet.h"

namespace netstack {

// The packet starts with its transport header, whose checksum field (at `offset`) is still unset:
// puts the pseudo-header's sum there and leaves the rest to the link.
void StartChecksum(Packet& packet, const IpAddress& source, const IpAddress& destination,
                   uint8_t protocol, size_t offset);
// Computes it now.  `udp`: zero is written as 0xffff (RFC 768).
void FinishChecksum(Packet& packet, bool udp);
// The same for a packet that may have come from elsewhere, whose header need not stand in the
// inline area.  False: no memory.
bool CloseChecksum(BufferPool& pool, PacketPtr& packet, uint8_t protocol);
// The checksum over the first `covered` bytes and the pseudo-header of all; 0 when one is in it and
// is right (RFC 3828 section 3.1).
uint16_t SumOfFirst(const Packet& packet, size_t covered, const IpAddress& source,
                    const IpAddress& destination, uint8_t protocol);
// Whether the checksum of a packet from outside is right; it starts with its transport header.
bool ChecksumIsRight(const Packet& packet, const IpAddress& source, const IpAddress& destination,
                     uint8_t protocol);

}  // namespace netstack
