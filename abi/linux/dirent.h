// getdents64(2), getdents(2).  The host installs no header with them; the layout is the man page's.
#pragma once

#include <cstddef>
#include <cstdint>

namespace abi {

// Followed by the name and its NUL; the record is padded to 8 bytes.
struct LinuxDirent64 {
  uint64_t d_ino;
  int64_t d_off;
  uint16_t d_reclen;
  uint8_t d_type;
  static constexpr size_t kNameOffset = 19;

  static constexpr uint16_t RecordLength(size_t name_length) {
    return static_cast<uint16_t>((kNameOffset + name_length + 1 + 7) & ~size_t{7});
  }
};
static_assert(offsetof(LinuxDirent64, d_type) + 1 == LinuxDirent64::kNameOffset);

// The record of getdents(2): the type stands in the last byte of the record.
struct LinuxDirent {
  uint64_t d_ino;
  uint64_t d_off;
  uint16_t d_reclen;
  static constexpr size_t kNameOffset = 18;

  static constexpr uint16_t RecordLength(size_t name_length) {
    return static_cast<uint16_t>((kNameOffset + name_length + 2 + 7) & ~size_t{7});
  }
};

inline constexpr uint8_t kDtUnknown = 0;
inline constexpr uint8_t kDtFifo = 1;
inline constexpr uint8_t kDtChr = 2;
inline constexpr uint8_t kDtDir = 4;
inline constexpr uint8_t kDtBlk = 6;
inline constexpr uint8_t kDtReg = 8;
inline constexpr uint8_t kDtLnk = 10;
inline constexpr uint8_t kDtSock = 12;

constexpr uint8_t DirentType(uint32_t mode) {
  return static_cast<uint8_t>((mode >> 12) & 15);
}

}  // namespace abi
