// Addresses and networks as the policy sees them: IPv4 in its mapped form, so that there is one
// kind.
#pragma once

#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gofer {

struct Address {
  std::array<uint8_t, 16> bytes{};

  static Address V4(uint32_t host_order);
  static Address Of(const sockaddr* address);
  // Numbers only; no names.
  static std::optional<Address> Parse(std::string_view text);
  bool IsV4() const;
  std::string Text() const;
  // For the host's calls: the size.
  socklen_t Fill(sockaddr_storage& to, uint16_t port) const;
  // The IPv4 address that a translator on the way would reach (RFC 6052's well-known prefix,
  // RFC 3056's); nothing: none.
  std::optional<Address> Embedded() const;
  bool operator==(const Address&) const = default;
  auto operator<=>(const Address&) const = default;
};

struct Network {
  Address base;
  int length = 128;  // Bits of the mapped form.

  // "10.0.0.0/8", "2001:db8::/32", "192.0.2.1".
  static std::optional<Network> Parse(std::string_view text);
  bool Contains(const Address& address) const;
  bool Contains(const Network& other) const {
    return other.length >= length && Contains(other.base);
  }
  std::string Text() const;
};

}  // namespace gofer
