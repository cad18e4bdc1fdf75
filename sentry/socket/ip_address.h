// IpAddress: an IPv4 or IPv6 address as the configuration of a network holds it, in network byte
// order.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "abi/linux/socket.h"

namespace sentry {

struct IpAddress {
  uint16_t family = abi::kAfUnspec;
  std::array<uint8_t, 16> bytes{};  // Of IPv4 the first four.

  static IpAddress V4(uint32_t network_order) {
    IpAddress address{abi::kAfInet, {}};
    std::memcpy(address.bytes.data(), &network_order, sizeof(network_order));
    return address;
  }
  static IpAddress V4(uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
    return {abi::kAfInet, {a, b, c, d}};
  }
  static IpAddress V6(std::span<const uint8_t, 16> from) {
    IpAddress address{abi::kAfInet6, {}};
    std::memcpy(address.bytes.data(), from.data(), from.size());
    return address;
  }
  static IpAddress Any(uint16_t family) { return {family, {}}; }
  static IpAddress Loopback6() {
    IpAddress address{abi::kAfInet6, {}};
    address.bytes[15] = 1;
    return address;
  }

  auto operator<=>(const IpAddress&) const = default;
  bool Empty() const { return family == abi::kAfUnspec; }
  size_t size() const { return family == abi::kAfInet ? 4 : family == abi::kAfInet6 ? 16 : 0; }
  uint8_t bits() const { return static_cast<uint8_t>(size() * 8); }
  std::span<const uint8_t> Span() const { return std::span(bytes).first(size()); }
  uint32_t v4() const {
    uint32_t value;
    std::memcpy(&value, bytes.data(), sizeof(value));
    return value;
  }
  bool IsAny() const { return bytes == std::array<uint8_t, 16>{}; }
  bool IsLoopback() const {
    return family == abi::kAfInet ? bytes[0] == 127 : *this == Loopback6();
  }
  bool IsMulticast() const {
    return family == abi::kAfInet ? (bytes[0] & 0xf0) == 0xe0 : bytes[0] == 0xff;
  }
  bool IsLinkLocal6() const {
    return family == abi::kAfInet6 && bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
  }
  bool IsV4Mapped() const {
    constexpr std::array<uint8_t, 12> kPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return family == abi::kAfInet6 && std::memcmp(bytes.data(), kPrefix.data(), 12) == 0;
  }
  // The bits behind the first `length` are zero, or one.
  IpAddress Prefix(uint8_t length, bool ones = false) const;
  bool InPrefix(const IpAddress& prefix, uint8_t length) const {
    return family == prefix.family && Prefix(length) == prefix.Prefix(length);
  }
};

inline IpAddress IpAddress::Prefix(uint8_t length, bool ones) const {
  IpAddress out = *this;
  for (size_t i = length; i < bits(); ++i) {
    const uint8_t bit = static_cast<uint8_t>(0x80 >> (i % 8));
    if (ones) {
      out.bytes[i / 8] |= bit;
    } else {
      out.bytes[i / 8] &= static_cast<uint8_t>(~bit);
    }
  }
  return out;
}

}  // namespace sentry
