// ioctl_tty(2): requests that few need, beside those of ioctl.h.
#pragma once

#include <cstdint>

namespace abi {

inline constexpr uint32_t kTiocglcktrmios = 0x5456;
inline constexpr uint32_t kTiocslcktrmios = 0x5457;

}  // namespace abi
