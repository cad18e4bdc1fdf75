// The Ethernet header (RFC 894) and ARP for IPv4 on it (RFC 826).
#pragma once

#include <optional>
#include <span>

#include "netstack/wire/address.h"
#include "netstack/wire/bytes.h"
#include "netstack/wire/ipv4.h"

namespace netstack {

struct EthernetHeader {
  static constexpr size_t kSize = 14;
  MacAddress destination, source;
  uint16_t type = 0;

  static EthernetHeader Parse(const std::byte* at) {
    EthernetHeader h;
    std::memcpy(h.destination.bytes.data(), at, 6);
    std::memcpy(h.source.bytes.data(), at + 6, 6);
    h.type = Load16(at + 12);
    return h;
  }
  void Write(std::byte* to) const {
    std::memcpy(to, destination.bytes.data(), 6);
    std::memcpy(to + 6, source.bytes.data(), 6);
    Store16(to + 12, type);
  }
};

struct ArpPacket {
  static constexpr size_t kSize = 28;
  static constexpr uint16_t kRequest = 1, kReply = 2;
  uint16_t operation = kRequest;
  MacAddress sender_mac, target_mac;
  IpAddress sender, target;

  static std::optional<ArpPacket> Parse(std::span<const std::byte> bytes) {
    if (bytes.size() < kSize) return std::nullopt;
    const std::byte* at = bytes.data();
    // Ethernet, IPv4, and their lengths.
    if (Load16(at) != 1 || Load16(at + 2) != kEtherIpv4 || Load16(at + 4) != 0x0604) {
      return std::nullopt;
    }
    ArpPacket p;
    p.operation = Load16(at + 6);
    std::memcpy(p.sender_mac.bytes.data(), at + 8, 6);
    p.sender = IpAddress::V4(Load32(at + 14));
    std::memcpy(p.target_mac.bytes.data(), at + 18, 6);
    p.target = IpAddress::V4(Load32(at + 24));
    return p;
  }
  void Write(std::byte* to) const {
    Store16(to, 1);
    Store16(to + 2, kEtherIpv4);
    Store16(to + 4, 0x0604);
    Store16(to + 6, operation);
    std::memcpy(to + 8, sender_mac.bytes.data(), 6);
    Store32(to + 14, sender.v4());
    std::memcpy(to + 18, target_mac.bytes.data(), 6);
    Store32(to + 24, target.v4());
  }
};

}  // namespace netstack
