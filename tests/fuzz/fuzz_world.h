// What a fuzzer's stack lives in, and what the input is taken from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "netstack/stack/environment.h"

namespace netstack {

// A clock that only moves when told, and random numbers that repeat.
class FuzzWorld : public Environment {
 public:
  Time Now() override { return now; }
  Time WallTime() override { return now; }
  void Random(std::span<std::byte> out) override {
    for (std::byte& b : out) b = static_cast<std::byte>((state = state * 1103515245 + 12345) >> 16);
  }
  void WakeAt(Time when) override { wake = when; }
  Time now = 1000 * kSecond;
  std::optional<Time> wake;
  uint32_t state = 1;
};

struct FuzzInput {
  const uint8_t* data;
  size_t size;
  uint32_t Take(int bytes) {
    uint32_t value = 0;
    for (int i = 0; i < bytes && size != 0; i++, data++, size--) value = value << 8 | *data;
    return value;
  }
};

}  // namespace netstack
