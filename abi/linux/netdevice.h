// netdevice(7): the structures of the SIOCGIF* requests, interface flags.
#pragma once

#include <cstdint>

namespace abi {

// struct ifreq: the name, then a union that depends on the request.
struct Ifreq {
  char name[16];
  uint8_t data[24];
};

struct Ifconf {
  int32_t len;
  int32_t pad;
  uint64_t buf;
};

inline constexpr uint32_t kSiocsifdstaddr = 0x8918;
inline constexpr uint32_t kSiocsifbrdaddr = 0x891a;
inline constexpr uint32_t kSiocsifmetric = 0x891e;
inline constexpr uint32_t kSiocsifname = 0x8923;
inline constexpr uint32_t kSiocsifhwaddr = 0x8924;
inline constexpr uint32_t kSiocsiftxqlen = 0x8943;
inline constexpr uint32_t kSiocoutqnsd = 0x894b;
inline constexpr uint32_t kSiocgifmap = 0x8970;
inline constexpr uint32_t kIffUp = 0x1;
inline constexpr uint32_t kIffBroadcast = 0x2;
inline constexpr uint32_t kIffDebug = 0x4;
inline constexpr uint32_t kIffLoopback = 0x8;
inline constexpr uint32_t kIffPointopoint = 0x10;
inline constexpr uint32_t kIffRunning = 0x40;
inline constexpr uint32_t kIffNoarp = 0x80;
inline constexpr uint32_t kIffPromisc = 0x100;
inline constexpr uint32_t kIffAllmulti = 0x200;
inline constexpr uint32_t kIffMulticast = 0x1000;
inline constexpr uint32_t kIffLowerUp = 0x10000;
inline constexpr uint16_t kArphrdEther = 1;
inline constexpr uint16_t kArphrdLoopback = 772;
inline constexpr uint16_t kArphrdNone = 65534;
inline constexpr uint8_t kIfOperUnknown = 0;
inline constexpr uint8_t kIfOperDown = 2;
inline constexpr uint8_t kIfOperLowerlayerdown = 3;
inline constexpr uint8_t kIfOperUp = 6;
inline constexpr int32_t kIfNameSize = 16;

}  // namespace abi
