// The linked shim (shim.S, boot.cc) as bytes in this binary.
#pragma once

#include <cstddef>
#include <span>

extern "C" {
extern const std::byte platform_shim_begin[];
extern const std::byte platform_shim_end[];
}

namespace platform {

inline std::span<const std::byte> ShimCode() {
  return {platform_shim_begin, platform_shim_end};
}

}  // namespace platform
