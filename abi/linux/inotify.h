// inotify(7).
#pragma once

#include <cstdint>

namespace abi {

// Followed by len bytes of name, NUL-padded.
struct InotifyEvent {
  int32_t wd;
  uint32_t mask;
  uint32_t cookie;
  uint32_t len;
};

inline constexpr uint32_t kInCloexec = 02000000;
inline constexpr uint32_t kInNonblock = 04000;
inline constexpr uint32_t kInAccess = 0x1;
inline constexpr uint32_t kInModify = 0x2;
inline constexpr uint32_t kInAttrib = 0x4;
inline constexpr uint32_t kInCloseWrite = 0x8;
inline constexpr uint32_t kInCloseNowrite = 0x10;
inline constexpr uint32_t kInOpen = 0x20;
inline constexpr uint32_t kInMovedFrom = 0x40;
inline constexpr uint32_t kInMovedTo = 0x80;
inline constexpr uint32_t kInCreate = 0x100;
inline constexpr uint32_t kInDelete = 0x200;
inline constexpr uint32_t kInDeleteSelf = 0x400;
inline constexpr uint32_t kInMoveSelf = 0x800;
inline constexpr uint32_t kInUnmount = 0x2000;
inline constexpr uint32_t kInQOverflow = 0x4000;
inline constexpr uint32_t kInIgnored = 0x8000;
inline constexpr uint32_t kInClose = 0x18;
inline constexpr uint32_t kInMove = 0xc0;
inline constexpr uint32_t kInOnlydir = 0x1000000;
inline constexpr uint32_t kInDontFollow = 0x2000000;
inline constexpr uint32_t kInExclUnlink = 0x4000000;
inline constexpr uint32_t kInMaskCreate = 0x10000000;
inline constexpr uint32_t kInMaskAdd = 0x20000000;
inline constexpr uint32_t kInIsdir = 0x40000000;
inline constexpr uint32_t kInOneshot = 0x80000000;
inline constexpr uint32_t kInAllEvents = 0xfff;

}  // namespace abi
