// Neighbour discovery messages.
#include "netstack/wire/icmp.h"

namespace netstack {

std::optional<NeighbourMessage> NeighbourMessage::Parse(std::span<const std::byte> bytes,
                                                        uint8_t option) {
  if (bytes.size() < kTargetSize) return std::nullopt;
  NeighbourMessage m;
  m.flags = Load32(&bytes[4]);
  m.target = IpAddress::V6Bytes(&bytes[8]);
  if (m.target.IsMulticast()) return std::nullopt;
  const bool ok = WalkNdpOptions(bytes.subspan(kTargetSize),
                                 [&](uint8_t type, std::span<const std::byte> value) {
                                   if (type != option || value.size() != 8) return;
                                   m.mac.emplace();
                                   std::memcpy(m.mac->bytes.data(), &value[2], 6);
                                 });
  if (!ok) return std::nullopt;
  return m;
}

}  // namespace netstack
