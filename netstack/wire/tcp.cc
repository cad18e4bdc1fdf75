// The TCP header and its options: parsing and writing.
#include "netstack/wire/tcp.h"

#include <algorithm>

namespace netstack {
namespace {

constexpr uint8_t kEnd = 0, kNop = 1, kMss = 2, kWindowScale = 3, kSackPermitted = 4, kSack = 5,
                  kTimestamps = 8, kFastOpen = 34, kExperiment = 254;

void ParseSack(std::span<const std::byte> value, TcpOptions& out) {
  if (value.size() % 8 != 0) return;
  for (size_t at = 0; at < value.size() && out.sack_count < 4; at += 8) {
    out.sack[out.sack_count++] = {Load32(&value[at]), Load32(&value[at + 4])};
  }
}

void ParseFastOpen(std::span<const std::byte> value, TcpOptions& out) {
  // RFC 7413 section 4.1.1: 4 to 16 bytes, an even number; or empty.
  if (!value.empty() && (value.size() < 4 || value.size() > 16 || value.size() % 2 != 0)) return;
  out.fastopen = true;
  out.fastopen_cookie = value;
}

void ParseOne(uint8_t kind, std::span<const std::byte> value, TcpOptions& out) {
  if (kind == kMss && value.size() == 2) {
    out.mss = Load16(value.data());
  } else if (kind == kWindowScale && value.size() == 1) {
    out.window_scale = Load8(value.data());
  } else if (kind == kSackPermitted && value.empty()) {
    out.sack_permitted = true;
  } else if (kind == kSack) {
    ParseSack(value, out);
  } else if (kind == kTimestamps && value.size() == 8) {
    out.has_timestamps = true;
    out.timestamp = Load32(value.data());
    out.timestamp_echo = Load32(&value[4]);
  } else if (kind == kFastOpen) {
    ParseFastOpen(value, out);
  } else if (kind == kExperiment && value.size() >= 2 && Load16(value.data()) == 0xf989) {
    ParseFastOpen(value.subspan(2), out);
  }
}

}  // namespace

TcpOptions TcpOptions::Parse(std::span<const std::byte> bytes) {
  TcpOptions out;
  for (size_t at = 0; at < bytes.size();) {
    const uint8_t kind = Load8(&bytes[at]);
    if (kind == kEnd) break;
    if (kind == kNop) {
      at++;
      continue;
    }
    if (at + 2 > bytes.size()) break;
    const size_t length = Load8(&bytes[at + 1]);
    if (length < 2 || at + length > bytes.size()) break;
    ParseOne(kind, bytes.subspan(at + 2, length - 2), out);
    at += length;
  }
  return out;
}

size_t TcpOptions::Write(std::byte* to) const {
  size_t n = 0;
  auto put = [&](unsigned value) { Store8(to + n++, value); };
  if (mss) {
    put(kMss), put(4), put(*mss >> 8), put(*mss & 0xffu);
  }
  if (has_timestamps) {
    if (sack_permitted) {
      put(kSackPermitted), put(2);
    } else {
      put(kNop), put(kNop);
    }
    put(kTimestamps), put(10);
    Store32(to + n, timestamp);
    Store32(to + n + 4, timestamp_echo);
    n += 8;
  } else if (sack_permitted) {
    put(kNop), put(kNop), put(kSackPermitted), put(2);
  }
  if (window_scale) {
    put(kNop), put(kWindowScale), put(3), put(*window_scale);
  }
  if (fastopen && n + 2 + fastopen_cookie.size() + 3 <= kMaxSize) {
    put(kFastOpen), put(static_cast<unsigned>(2 + fastopen_cookie.size()));
    if (!fastopen_cookie.empty())
      std::memcpy(to + n, fastopen_cookie.data(), fastopen_cookie.size());
    n += fastopen_cookie.size();
    while (n % 4 != 0) put(kNop);
  }
  const size_t fit = n + 4 <= kMaxSize ? std::min<size_t>(sack_count, (kMaxSize - n - 4) / 8) : 0;
  if (fit != 0) {
    put(kNop), put(kNop), put(kSack), put(static_cast<unsigned>(2 + 8 * fit));
    for (size_t i = 0; i < fit; i++, n += 8) {
      Store32(to + n, sack[i].start);
      Store32(to + n + 4, sack[i].end);
    }
  }
  return n;
}

size_t TcpOptions::Size() const {
  std::array<std::byte, kMaxSize> scratch;
  return Write(scratch.data());
}

std::optional<TcpHeader> TcpHeader::Parse(std::span<const std::byte> bytes) {
  if (bytes.size() < kSize) return std::nullopt;
  const std::byte* at = bytes.data();
  TcpHeader h;
  h.source_port = Load16(at);
  h.destination_port = Load16(at + 2);
  h.seq = Load32(at + 4);
  h.ack = Load32(at + 8);
  const uint16_t word = Load16(at + 12);
  h.header_size = static_cast<uint8_t>((word >> 12) * 4);
  h.flags = word & 0x1ff;
  h.window = Load16(at + 14);
  h.checksum = Load16(at + 16);
  h.urgent = Load16(at + 18);
  if (h.header_size < kSize || h.header_size > bytes.size()) return std::nullopt;
  return h;
}

void TcpHeader::Write(std::byte* to) const {
  Store16(to, source_port);
  Store16(to + 2, destination_port);
  Store32(to + 4, seq);
  Store32(to + 8, ack);
  Store16(to + 12, static_cast<unsigned>(header_size / 4) << 12 | flags);
  Store16(to + 14, window);
  Store16(to + 16, checksum);
  Store16(to + 18, urgent);
}

}  // namespace netstack
