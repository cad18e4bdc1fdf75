// The header in front of frames that a TAP device, a packet socket or a virtio network card carries
// (virtio 1.2 section 5.1.6; tun's IFF_VNET_HDR, packet(7)'s PACKET_VNET_HDR), and where the
// headers of a frame are: what offloads are told and what they go by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "netstack/wire/address.h"

namespace netstack {

struct VirtioNetHeader {
  // With and without the number of buffers at its end.
  static constexpr size_t kSize = 10, kLongSize = 12;
  static constexpr uint8_t kNeedsChecksum = 1, kDataValid = 2;  // flags
  static constexpr uint8_t kNone = 0, kTcp4 = 1, kUdp = 3, kTcp6 = 4, kUdpSegments = 5,
                           kEcn = 0x80;  // gso_type

  uint8_t flags = 0, gso_type = kNone;
  uint16_t header_size = 0;  // Of what each segment begins with; a hint.
  uint16_t gso_size = 0;     // Payload of a segment.
  uint16_t checksum_start = 0, checksum_offset = 0;

  // Nothing: cut, or a kind of super-segment that nobody was told we take.
  static std::optional<VirtioNetHeader> Parse(std::span<const std::byte> bytes);
  // kSize bytes.
  void Write(std::byte* to) const;

  bool NeedsChecksum() const { return (flags & kNeedsChecksum) != 0; }
  uint8_t kind() const { return gso_type & static_cast<uint8_t>(~kEcn); }
  // Whether the checksum that it tells of lies in a frame of that size.
  bool Fits(size_t frame_size) const {
    return !NeedsChecksum() || size_t{checksum_start} + checksum_offset + 2 <= frame_size;
  }
};

// Offsets from the start of a frame.
struct FrameLayout {
  // Ethernet with two tags, the largest headers of IPv4 and TCP, or as much of IPv6's extensions.
  static constexpr size_t kMost = 160;

  IpAddress source, destination;
  bool v4 = true;
  uint8_t protocol = 0;  // TCP or UDP
  size_t network = 0, transport = 0, payload = 0;

  // `start`: the first kMost bytes of a frame of `size` bytes, or all of it.  Nothing: it is not a
  // whole TCP segment or UDP datagram.
  static std::optional<FrameLayout> Parse(std::span<const std::byte> start, size_t size);
  // Of the checksum field, from `transport`.
  size_t checksum_offset() const;
};

}  // namespace netstack
