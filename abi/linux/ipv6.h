// ipv6(7): options that abi/linux/socket.h does not have.
#pragma once

#include <cstdint>

namespace abi {

inline constexpr int32_t kIpv6RecverrRfc4884 = 31;
inline constexpr int32_t kIpv6Recvorigdstaddr = 74;

}  // namespace abi
