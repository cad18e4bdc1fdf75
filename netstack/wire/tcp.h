// The TCP header and its options (RFC 9293 section 3.1, RFC 7323, RFC 2018, RFC 7413).
#pragma once

#include <array>
#include <optional>
#include <span>

#include "netstack/wire/bytes.h"

namespace netstack {

inline constexpr uint16_t kTcpFin = 1, kTcpSyn = 2, kTcpRst = 4, kTcpPsh = 8, kTcpAck = 16,
                          kTcpUrg = 32, kTcpEce = 64, kTcpCwr = 128, kTcpAe = 256;

// Sequence numbers are compared modulo 2^32.
inline bool SeqBefore(uint32_t a, uint32_t b) {
  return static_cast<int32_t>(a - b) < 0;
}
inline bool SeqAfter(uint32_t a, uint32_t b) {
  return SeqBefore(b, a);
}
inline bool SeqAtOrBefore(uint32_t a, uint32_t b) {
  return !SeqAfter(a, b);
}
inline bool SeqAtOrAfter(uint32_t a, uint32_t b) {
  return !SeqBefore(a, b);
}
inline uint32_t SeqMax(uint32_t a, uint32_t b) {
  return SeqAfter(a, b) ? a : b;
}

struct SackBlock {
  uint32_t start = 0, end = 0;
  bool operator==(const SackBlock&) const = default;
};

struct TcpOptions {
  static constexpr size_t kMaxSize = 40;
  static constexpr int kMaxWindowScale = 14;  // RFC 7323 section 2.3

  std::optional<uint16_t> mss;
  std::optional<uint8_t> window_scale;  // As it came, may exceed kMaxWindowScale.
  bool sack_permitted = false;
  bool has_timestamps = false;
  uint32_t timestamp = 0, timestamp_echo = 0;
  uint8_t sack_count = 0;
  std::array<SackBlock, 4> sack{};
  // TCP Fast Open: empty with `fastopen` set asks for a cookie.  Borrowed from the packet.
  bool fastopen = false;
  std::span<const std::byte> fastopen_cookie;

  // Skips what it does not know; stops at what is malformed (RFC 9293 MUST-7).
  static TcpOptions Parse(std::span<const std::byte> bytes);
  // Writes them, padded to 4; the size.  At most kMaxSize: SACK blocks that do not fit are left
  // out.
  size_t Write(std::byte* to) const;
  size_t Size() const;
};

struct TcpHeader {
  static constexpr size_t kSize = 20, kMaxSize = 60;

  uint16_t source_port = 0, destination_port = 0;
  uint32_t seq = 0, ack = 0;
  uint8_t header_size = kSize;
  uint16_t flags = 0;
  uint16_t window = 0, checksum = 0, urgent = 0;

  // `bytes` start with the header; nothing: it is malformed or cut.
  static std::optional<TcpHeader> Parse(std::span<const std::byte> bytes);
  // kSize bytes; the options follow.
  void Write(std::byte* to) const;
  bool Has(uint16_t flag) const { return (flags & flag) != 0; }
};

}  // namespace netstack
