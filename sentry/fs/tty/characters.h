// Classes of characters as the kernel's tables have them: Latin-1, whatever the user's locale.
#pragma once

#include <cstdint>

namespace sentry::latin1 {

constexpr bool IsControl(uint8_t c) {
  return c < 0x20 || c == 0x7f;
}
constexpr bool IsLower(uint8_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 0xdf && c != 0xf7);
}
constexpr bool IsUpper(uint8_t c) {
  return (c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7);
}
constexpr bool IsAlnum(uint8_t c) {
  return IsLower(c) || IsUpper(c) || (c >= '0' && c <= '9');
}
constexpr uint8_t ToLower(uint8_t c) {
  return IsUpper(c) ? static_cast<uint8_t>(c + 0x20) : c;
}
constexpr uint8_t ToUpper(uint8_t c) {
  return IsLower(c) ? static_cast<uint8_t>(c - 0x20) : c;
}

}  // namespace sentry::latin1
