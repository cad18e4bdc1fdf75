// reboot(2).
#pragma once

#include <cstdint>

namespace abi {

inline constexpr uint32_t kRebootMagic1 = 0xfee1dead;
inline constexpr uint32_t kRebootMagic2 = 672274793;
inline constexpr uint32_t kRebootMagic2A = 85072278;
inline constexpr uint32_t kRebootMagic2B = 369367448;
inline constexpr uint32_t kRebootMagic2C = 537993216;
inline constexpr uint32_t kRebootCadOn = 0x89abcdef;
inline constexpr uint32_t kRebootCadOff = 0;
inline constexpr uint32_t kRebootRestart = 0x01234567;
inline constexpr uint32_t kRebootRestart2 = 0xa1b2c3d4;
inline constexpr uint32_t kRebootHalt = 0xcdef0123;
inline constexpr uint32_t kRebootPowerOff = 0x4321fedc;

}  // namespace abi
