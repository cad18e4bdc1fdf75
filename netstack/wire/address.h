// Addresses of the network and link layers.
//
// An IpAddress is always 16 bytes; an IPv4 address is kept in its IPv4-mapped form
// (::ffff:a.b.c.d, RFC 4291 section 2.5.5.2).  So an AF_INET6 socket that talks IPv4 and an AF_INET
// one have the same keys, and no table needs a family.  Packets of IPv6 that bear such an address
// are dropped on input.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

namespace netstack {

class IpAddress {
 public:
  using Bytes = std::array<uint8_t, 16>;

  constexpr IpAddress() = default;  // ::
  static constexpr IpAddress V6(const Bytes& bytes) {
    IpAddress a;
    a.bytes_ = bytes;
    return a;
  }
  // `value` in host order: 0x7f000001 is 127.0.0.1.
  static constexpr IpAddress V4(uint32_t value) {
    IpAddress a;
    a.bytes_ = {0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0xff,
                0xff,
                static_cast<uint8_t>(value >> 24),
                static_cast<uint8_t>(value >> 16),
                static_cast<uint8_t>(value >> 8),
                static_cast<uint8_t>(value)};
    return a;
  }
  static IpAddress V4Bytes(const void* network_order);
  static IpAddress V6Bytes(const void* network_order);
  static constexpr IpAddress AnyV4() { return V4(0); }
  static constexpr IpAddress AnyV6() { return IpAddress(); }
  static constexpr IpAddress LoopbackV4() { return V4(0x7f000001); }
  static constexpr IpAddress LoopbackV6() {
    return V6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  }
  static constexpr IpAddress BroadcastV4() { return V4(0xffffffff); }
  static constexpr IpAddress AnyFor(bool v4) { return v4 ? AnyV4() : AnyV6(); }

  constexpr bool IsV4() const {
    for (size_t i = 0; i < 10; i++) {
      if (bytes_[i] != 0) return false;
    }
    return bytes_[10] == 0xff && bytes_[11] == 0xff;
  }
  constexpr bool IsV6() const { return !IsV4(); }
  // Of an IPv4 address, host order.
  constexpr uint32_t v4() const {
    return static_cast<uint32_t>(bytes_[12]) << 24 | static_cast<uint32_t>(bytes_[13]) << 16 |
           static_cast<uint32_t>(bytes_[14]) << 8 | bytes_[15];
  }
  const Bytes& bytes() const { return bytes_; }
  // What goes on the wire: 4 or 16 bytes.
  std::span<const uint8_t> wire() const {
    return IsV4() ? std::span<const uint8_t>(bytes_).subspan(12) : std::span<const uint8_t>(bytes_);
  }

  bool IsAny() const { return *this == AnyV4() || *this == AnyV6(); }
  bool IsLoopback() const { return IsV4() ? bytes_[12] == 127 : *this == LoopbackV6(); }
  bool IsMulticast() const { return IsV4() ? (bytes_[12] >> 4) == 14 : bytes_[0] == 0xff; }
  bool IsBroadcast() const { return *this == BroadcastV4(); }  // 255.255.255.255 only.
  bool IsLinkLocal() const {
    return IsV4() ? bytes_[12] == 169 && bytes_[13] == 254
                  : bytes_[0] == 0xfe && (bytes_[1] & 0xc0) == 0x80;
  }
  // Its lowest 4 bits: 1 interface-local, 2 link-local (RFC 4291 section 2.7).
  int MulticastScope() const { return bytes_[1] & 15; }
  // IPv6 whose meaning depends on the interface.
  bool NeedsScope() const {
    return IsV6() && (IsLinkLocal() || (IsMulticast() && MulticastScope() <= 2));
  }
  // ff02::1:ffXX:XXXX (RFC 4291 section 2.7.1).
  IpAddress SolicitedNode() const;

  // Whether the first `prefix` bits are those of `net`, of the same family.  `prefix` counts from
  // the family's own first bit: at most 32 or 128.
  bool InPrefix(const IpAddress& net, int prefix) const;
  IpAddress Masked(int prefix) const;
  int family_bits() const { return IsV4() ? 32 : 128; }
  std::string ToString() const;

  constexpr auto operator<=>(const IpAddress&) const = default;

 private:
  Bytes bytes_{};
};

struct MacAddress {
  std::array<uint8_t, 6> bytes{};

  static constexpr MacAddress Broadcast() { return {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}; }
  bool IsBroadcast() const { return *this == Broadcast(); }
  bool IsMulticast() const { return (bytes[0] & 1) != 0; }  // Broadcast too.
  bool IsZero() const { return *this == MacAddress{}; }
  // The group address that an IP multicast address maps to (RFC 1112 section 6.4, RFC 2464 section
  // 7).
  static MacAddress ForMulticast(const IpAddress& group);
  constexpr auto operator<=>(const MacAddress&) const = default;
};

// One end of a flow.  `scope` is an interface index, for addresses that NeedsScope(); 0: any.
struct SocketAddr {
  IpAddress addr;
  uint16_t port = 0;  // Host order.
  uint32_t scope = 0;

  constexpr auto operator<=>(const SocketAddr&) const = default;
  std::string ToString() const;
};

}  // namespace netstack
