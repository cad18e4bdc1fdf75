// linux/if_tun.h: /dev/net/tun.
#pragma once

#include <cstdint>

namespace abi {

inline constexpr uint32_t kTunMinor = 200;  // Of the misc devices.

inline constexpr uint16_t kIffTun = 0x1, kIffTap = 0x2;
inline constexpr uint16_t kIffMultiQueue = 0x100;
inline constexpr uint16_t kIffAttachQueue = 0x200, kIffDetachQueue = 0x400;
inline constexpr uint16_t kIffPersist = 0x800;
inline constexpr uint16_t kIffNofilter = 0x1000;  // Told only, where it does not mean kIffNoPi.
inline constexpr uint16_t kIffNoPi = 0x1000;
inline constexpr uint16_t kIffOneQueue = 0x2000;
inline constexpr uint16_t kIffVnetHdr = 0x4000;
inline constexpr uint16_t kIffTunExcl = 0x8000;

inline constexpr uint32_t kTunSetNoCsum = 0x400454c8;
inline constexpr uint32_t kTunSetDebug = 0x400454c9;
inline constexpr uint32_t kTunSetIff = 0x400454ca;
inline constexpr uint32_t kTunSetPersist = 0x400454cb;
inline constexpr uint32_t kTunSetOwner = 0x400454cc;
inline constexpr uint32_t kTunSetLink = 0x400454cd;
inline constexpr uint32_t kTunSetGroup = 0x400454ce;
inline constexpr uint32_t kTunGetFeatures = 0x800454cf;
inline constexpr uint32_t kTunSetOffload = 0x400454d0;
inline constexpr uint32_t kTunSetTxFilter = 0x400454d1;
inline constexpr uint32_t kTunGetIff = 0x800454d2;
inline constexpr uint32_t kTunGetSndbuf = 0x800454d3;
inline constexpr uint32_t kTunSetSndbuf = 0x400454d4;
inline constexpr uint32_t kTunGetVnetHdrSz = 0x800454d7;
inline constexpr uint32_t kTunSetVnetHdrSz = 0x400454d8;
inline constexpr uint32_t kTunSetQueue = 0x400454d9;
inline constexpr uint32_t kTunSetIfIndex = 0x400454da;
inline constexpr uint32_t kTunSetVnetLe = 0x400454dc;
inline constexpr uint32_t kTunGetVnetLe = 0x800454dd;
inline constexpr uint32_t kTunSetCarrier = 0x400454e2;

inline constexpr uint32_t kTunFCsum = 0x1, kTunFTso4 = 0x2, kTunFTso6 = 0x4, kTunFTsoEcn = 0x8;
inline constexpr uint32_t kTunFUfo = 0x10, kTunFUso4 = 0x20, kTunFUso6 = 0x40;

// Of rtnetlink, linux/if_link.h.
inline constexpr uint16_t kIflaTunOwner = 1, kIflaTunGroup = 2, kIflaTunType = 3, kIflaTunPi = 4;
inline constexpr uint16_t kIflaTunVnetHdr = 5, kIflaTunPersist = 6, kIflaTunMultiQueue = 7;

// struct tun_pi
struct TunPi {
  uint16_t flags;
  uint16_t proto;  // In network byte order.
};
inline constexpr uint16_t kTunPktStrip = 0x1;

}  // namespace abi
