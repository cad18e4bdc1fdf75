// SipHash-2-4.
#include "netstack/stack/siphash.h"

#include <bit>
#include <cstring>

namespace netstack {
namespace {

struct State {
  uint64_t v0, v1, v2, v3;

  void Round() {
    v0 += v1, v2 += v3;
    v1 = std::rotl(v1, 13) ^ v0, v3 = std::rotl(v3, 16) ^ v2;
    v0 = std::rotl(v0, 32);
    v2 += v1, v0 += v3;
    v1 = std::rotl(v1, 17) ^ v2, v3 = std::rotl(v3, 21) ^ v0;
    v2 = std::rotl(v2, 32);
  }
  void Word(uint64_t word) {
    v3 ^= word;
    Round(), Round();
    v0 ^= word;
  }
};

}  // namespace

uint64_t SipHash(const uint64_t key[2], std::span<const std::byte> bytes) {
  State s{key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d, key[0] ^ 0x6c7967656e657261,
          key[1] ^ 0x7465646279746573};
  const size_t size = bytes.size();
  size_t at = 0;
  for (; at + 8 <= size; at += 8) {
    uint64_t word;
    std::memcpy(&word, bytes.data() + at, 8);
    s.Word(word);
  }
  uint64_t last = 0;
  if (at < size) std::memcpy(&last, bytes.data() + at, size - at);
  s.Word(last | static_cast<uint64_t>(size) << 56);
  s.v2 ^= 0xff;
  for (int i = 0; i < 4; i++) s.Round();
  return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

}  // namespace netstack
