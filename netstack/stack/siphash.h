// SipHash-2-4 (Aumasson and Bernstein): a keyed hash that cannot be steered from outside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace netstack {

uint64_t SipHash(const uint64_t key[2], std::span<const std::byte> bytes);

}  // namespace netstack
