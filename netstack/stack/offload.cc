// Checksums of transports.
#include "netstack/stack/offload.h"

#include <algorithm>

#include "netstack/wire/bytes.h"
#include "netstack/wire/checksum.h"
#include "netstack/wire/ipv4.h"

namespace netstack {

void StartChecksum(Packet& packet, const IpAddress& source, const IpAddress& destination,
                   uint8_t protocol, size_t offset) {
  Checksum sum;
  sum.AddPseudoHeader(source, destination, protocol, packet.size());
  Store16(packet.mutable_head() + offset, sum.Folded());
  packet.checksum = ChecksumState::kPartial;
  packet.checksum_start = 0;
  packet.checksum_offset = static_cast<uint16_t>(offset);
}

void FinishChecksum(Packet& packet, bool udp) {
  Checksum sum;
  packet.ForEach([&](std::span<const std::byte> piece) { sum.Add(piece); });
  uint16_t value = sum.Finish();
  if (udp && value == 0) value = 0xffff;
  Store16(packet.mutable_head() + packet.checksum_offset, value);
  packet.checksum = ChecksumState::kVerified;
}

bool CloseChecksum(BufferPool& pool, PacketPtr& packet, uint8_t protocol) {
  const size_t offset = protocol == kProtoTcp ? 16 : 6;
  std::array<std::byte, 18> start;
  const std::span<std::byte> head = std::span(start).first(offset + 2);
  if (packet->CopyOut(0, head) != head.size()) return true;  // Too short to have one.
  packet->Consume(head.size());
  if (!Packet::PutFront(pool, packet, head)) return false;
  packet->checksum_offset = static_cast<uint16_t>(offset);
  FinishChecksum(*packet, protocol == kProtoUdp);
  return true;
}

uint16_t SumOfFirst(const Packet& packet, size_t covered, const IpAddress& source,
                    const IpAddress& destination, uint8_t protocol) {
  Checksum sum;
  sum.AddPseudoHeader(source, destination, protocol, packet.size());
  packet.ForEach([&](std::span<const std::byte> piece) {
    piece = piece.first(std::min(piece.size(), covered));
    covered -= piece.size();
    sum.Add(piece);
  });
  return sum.Finish();
}

bool ChecksumIsRight(const Packet& packet, const IpAddress& source, const IpAddress& destination,
                     uint8_t protocol) {
  if (packet.checksum != ChecksumState::kUnknown) return true;
  Checksum sum;
  sum.AddPseudoHeader(source, destination, protocol, packet.size());
  packet.ForEach([&](std::span<const std::byte> piece) { sum.Add(piece); });
  return sum.Finish() == 0;
}

}  // namespace netstack
