// The Internet checksum.
#include "netstack/wire/checksum.h"

#include <cstring>

namespace netstack {
namespace {

// One's-complement sum in memory order: 64 bits at a time, carries added back.
uint64_t SumOf(const std::byte* at, size_t size) {
  uint64_t sum = 0;
  for (; size >= 32; size -= 32, at += 32) {
    uint64_t word[4];
    std::memcpy(word, at, sizeof(word));
    for (uint64_t w : word) {
      sum += w;
      sum += sum < w;
    }
  }
  for (; size >= 8; size -= 8, at += 8) {
    uint64_t w;
    std::memcpy(&w, at, sizeof(w));
    sum += w;
    sum += sum < w;
  }
  if (size != 0) {
    uint64_t w = 0;
    std::memcpy(&w, at, size);
    sum += w;
    sum += sum < w;
  }
  sum = (sum & 0xffffffff) + (sum >> 32);
  return (sum & 0xffffffff) + (sum >> 32);
}

uint16_t Fold(uint64_t sum) {
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(sum);
}

}  // namespace

void Checksum::Add(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  uint64_t sum = SumOf(bytes.data(), bytes.size());
  if (odd_) sum = __builtin_bswap16(Fold(sum));
  sum_ += sum;
  if ((bytes.size() & 1) != 0) odd_ = !odd_;
}

void Checksum::AddPseudoHeader(const IpAddress& source, const IpAddress& destination,
                               uint8_t protocol, size_t length) {
  Add(std::as_bytes(source.wire()));
  Add(std::as_bytes(destination.wire()));
  Add16(protocol);
  Add16(static_cast<uint32_t>(length >> 16));
  Add16(static_cast<uint32_t>(length));
}

uint16_t Checksum::Folded() const {
  return __builtin_bswap16(Fold(sum_));
}

uint16_t Checksum::Finish() const {
  return static_cast<uint16_t>(~Folded());
}

uint16_t ChecksumOf(std::span<const std::byte> bytes) {
  Checksum sum;
  sum.Add(bytes);
  return sum.Finish();
}

}  // namespace netstack
