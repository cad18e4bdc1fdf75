// Numbers in network order at any alignment.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace netstack {

inline uint8_t Load8(const std::byte* at) {
  return static_cast<uint8_t>(*at);
}
inline uint16_t Load16(const std::byte* at) {
  uint16_t value;
  std::memcpy(&value, at, sizeof(value));
  return __builtin_bswap16(value);
}
inline uint32_t Load32(const std::byte* at) {
  uint32_t value;
  std::memcpy(&value, at, sizeof(value));
  return __builtin_bswap32(value);
}
inline void Store8(std::byte* at, unsigned value) {
  *at = static_cast<std::byte>(value & 0xff);
}
inline void Store16(std::byte* at, unsigned value) {
  const uint16_t swapped = __builtin_bswap16(static_cast<uint16_t>(value & 0xffff));
  std::memcpy(at, &swapped, sizeof(swapped));
}
inline void Store32(std::byte* at, uint32_t value) {
  value = __builtin_bswap32(value);
  std::memcpy(at, &value, sizeof(value));
}
static_assert(std::endian::native == std::endian::little);

}  // namespace netstack
