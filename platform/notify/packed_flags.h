// The flags as the shim packs them into two bytes (own.S, call.S): what SAHF loads (SDM 2), and the
// overflow flag.
#pragma once

#include "platform/platform.h"

namespace platform::notify {

inline void UnpackFlags(uint64_t packed, Registers* regs) {
  constexpr uint64_t kLowFlags = 0xd5, kOverflow = 0x800;
  regs->eflags &= ~(kLowFlags | kOverflow);
  regs->eflags |= packed >> 8 & kLowFlags;
  if ((packed & 0xff) != 0) regs->eflags |= kOverflow;
}

// And the address in the other six.
inline uint64_t UnpackAddress(uint64_t packed) {
  return __builtin_bswap64(packed & ~uint64_t{0xffff});
}

}  // namespace platform::notify
