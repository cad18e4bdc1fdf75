// landlock(7): file system access rights and the structures of its calls.
#pragma once

#include <cstdint>

namespace abi {

inline constexpr uint32_t kLandlockCreateRulesetVersion = 0x1;
inline constexpr uint32_t kLandlockRulePathBeneath = 1;
inline constexpr uint64_t kLandlockExecute = 0x1;
inline constexpr uint64_t kLandlockWriteFile = 0x2;
inline constexpr uint64_t kLandlockReadFile = 0x4;
inline constexpr uint64_t kLandlockReadDir = 0x8;
inline constexpr uint64_t kLandlockRemoveDir = 0x10;
inline constexpr uint64_t kLandlockRemoveFile = 0x20;
inline constexpr uint64_t kLandlockMakeChar = 0x40;
inline constexpr uint64_t kLandlockMakeDir = 0x80;
inline constexpr uint64_t kLandlockMakeReg = 0x100;
inline constexpr uint64_t kLandlockMakeSock = 0x200;
inline constexpr uint64_t kLandlockMakeFifo = 0x400;
inline constexpr uint64_t kLandlockMakeBlock = 0x800;
inline constexpr uint64_t kLandlockMakeSym = 0x1000;
inline constexpr uint64_t kLandlockRefer = 0x2000;

struct LandlockRulesetAttr {
  uint64_t handled_access_fs;
};

// Packed: 12 bytes in the guest.
struct [[gnu::packed]] LandlockPathBeneathAttr {
  uint64_t allowed_access;
  int32_t parent_fd;
};

}  // namespace abi
