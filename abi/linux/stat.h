// stat(2), statx(2), statfs(2), mode bits, file system magic numbers, extended attribute limits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "abi/linux/time.h"

namespace abi {

inline constexpr uint32_t kSIfmt = 0170000;
inline constexpr uint32_t kSIfsock = 0140000;
inline constexpr uint32_t kSIflnk = 0120000;
inline constexpr uint32_t kSIfreg = 0100000;
inline constexpr uint32_t kSIfblk = 060000;
inline constexpr uint32_t kSIfdir = 040000;
inline constexpr uint32_t kSIfchr = 020000;
inline constexpr uint32_t kSIfifo = 010000;
inline constexpr uint32_t kSIsuid = 04000;
inline constexpr uint32_t kSIsgid = 02000;
inline constexpr uint32_t kSIsvtx = 01000;
inline constexpr uint32_t kSIrwxu = 0700;
inline constexpr uint32_t kSIrusr = 0400;
inline constexpr uint32_t kSIwusr = 0200;
inline constexpr uint32_t kSIxusr = 0100;
inline constexpr uint32_t kSIrwxg = 070;
inline constexpr uint32_t kSIrgrp = 040;
inline constexpr uint32_t kSIwgrp = 020;
inline constexpr uint32_t kSIxgrp = 010;
inline constexpr uint32_t kSIrwxo = 07;
inline constexpr uint32_t kSIroth = 04;
inline constexpr uint32_t kSIwoth = 02;
inline constexpr uint32_t kSIxoth = 01;
inline constexpr uint32_t kSIallugo = 07777;  // S_IALLUGO: every permission bit
inline constexpr uint32_t kSIrwxugo = 0777;

constexpr bool IsRegular(uint32_t mode) {
  return (mode & kSIfmt) == kSIfreg;
}
constexpr bool IsDirectory(uint32_t mode) {
  return (mode & kSIfmt) == kSIfdir;
}
constexpr bool IsSymlink(uint32_t mode) {
  return (mode & kSIfmt) == kSIflnk;
}

// The time fields carry the C library's names: st_atime and its like are macros there.
struct Stat {
  uint64_t st_dev;
  uint64_t st_ino;
  uint64_t st_nlink;
  uint32_t st_mode;
  uint32_t st_uid;
  uint32_t st_gid;
  uint32_t pad0;
  uint64_t st_rdev;
  int64_t st_size;
  int64_t st_blksize;
  int64_t st_blocks;
  Timespec st_atim;
  Timespec st_mtim;
  Timespec st_ctim;
  int64_t reserved[3];
};

struct StatxTimestamp {
  int64_t tv_sec;
  uint32_t tv_nsec;
  int32_t reserved;
};

struct Statx {
  uint32_t stx_mask;
  uint32_t stx_blksize;
  uint64_t stx_attributes;
  uint32_t stx_nlink;
  uint32_t stx_uid;
  uint32_t stx_gid;
  uint16_t stx_mode;
  uint16_t pad0;
  uint64_t stx_ino;
  uint64_t stx_size;
  uint64_t stx_blocks;
  uint64_t stx_attributes_mask;
  StatxTimestamp stx_atime;
  StatxTimestamp stx_btime;
  StatxTimestamp stx_ctime;
  StatxTimestamp stx_mtime;
  uint32_t stx_rdev_major;
  uint32_t stx_rdev_minor;
  uint32_t stx_dev_major;
  uint32_t stx_dev_minor;
  uint64_t stx_mnt_id;
  uint32_t stx_dio_mem_align;
  uint32_t stx_dio_offset_align;
  uint64_t stx_subvol;
  uint32_t stx_atomic_write_unit_min;
  uint32_t stx_atomic_write_unit_max;
  uint32_t stx_atomic_write_segments_max;
  uint32_t stx_dio_read_offset_align;
  uint64_t reserved[9];
};
inline constexpr uint32_t kStatxType = 0x1;
inline constexpr uint32_t kStatxMode = 0x2;
inline constexpr uint32_t kStatxNlink = 0x4;
inline constexpr uint32_t kStatxUid = 0x8;
inline constexpr uint32_t kStatxGid = 0x10;
inline constexpr uint32_t kStatxAtime = 0x20;
inline constexpr uint32_t kStatxMtime = 0x40;
inline constexpr uint32_t kStatxCtime = 0x80;
inline constexpr uint32_t kStatxIno = 0x100;
inline constexpr uint32_t kStatxSize = 0x200;
inline constexpr uint32_t kStatxBlocks = 0x400;
inline constexpr uint32_t kStatxBasicStats = 0x7ff;
inline constexpr uint32_t kStatxBtime = 0x800;
inline constexpr uint32_t kStatxAll = 0xfff;
inline constexpr uint32_t kStatxMntId = 0x1000;
inline constexpr uint32_t kStatxDioalign = 0x2000;
inline constexpr uint32_t kStatxMntIdUnique = 0x4000;
inline constexpr uint32_t kStatxSubvol = 0x8000;
inline constexpr uint32_t kStatxReserved = 0x80000000;
inline constexpr uint64_t kStatxAttrCompressed = 0x4;
inline constexpr uint64_t kStatxAttrImmutable = 0x10;
inline constexpr uint64_t kStatxAttrAppend = 0x20;
inline constexpr uint64_t kStatxAttrNodump = 0x40;
inline constexpr uint64_t kStatxAttrEncrypted = 0x800;
inline constexpr uint64_t kStatxAttrAutomount = 0x1000;
inline constexpr uint64_t kStatxAttrMountRoot = 0x2000;
inline constexpr uint64_t kStatxAttrVerity = 0x100000;
inline constexpr uint64_t kStatxAttrDax = 0x200000;

struct Statfs {
  int64_t f_type;
  int64_t f_bsize;
  uint64_t f_blocks;
  uint64_t f_bfree;
  uint64_t f_bavail;
  uint64_t f_files;
  uint64_t f_ffree;
  int32_t f_fsid[2];
  int64_t f_namelen;
  int64_t f_frsize;
  int64_t f_flags;
  int64_t f_spare[4];
};
// f_flags (linux/statfs.h, not installed).
inline constexpr uint32_t kStRdonly = 0x1;
inline constexpr uint32_t kStNosuid = 0x2;
inline constexpr uint32_t kStNodev = 0x4;
inline constexpr uint32_t kStNoexec = 0x8;
inline constexpr uint32_t kStSynchronous = 0x10;
inline constexpr uint32_t kStValid = 0x20;
inline constexpr uint32_t kStMandlock = 0x40;
inline constexpr uint32_t kStNoatime = 0x400;
inline constexpr uint32_t kStNodiratime = 0x800;
inline constexpr uint32_t kStRelatime = 0x1000;
inline constexpr uint32_t kStNosymfollow = 0x2000;

inline constexpr uint32_t kTmpfsMagic = 0x1021994;
inline constexpr uint32_t kRamfsMagic = 0x858458f6;
inline constexpr uint32_t kProcSuperMagic = 0x9fa0;
inline constexpr uint32_t kSysfsMagic = 0x62656572;
inline constexpr uint32_t kDevptsSuperMagic = 0x1cd1;
inline constexpr uint32_t kPipefsMagic = 0x50495045;
inline constexpr uint32_t kSockfsMagic = 0x534f434b;
inline constexpr uint32_t kAnonInodeFsMagic = 0x9041934;
inline constexpr uint32_t kOverlayfsSuperMagic = 0x794c7630;
inline constexpr uint32_t kExt4SuperMagic = 0xef53;
inline constexpr uint32_t kXfsSuperMagic = 0x58465342;
inline constexpr uint32_t kBtrfsSuperMagic = 0x9123683e;
inline constexpr uint32_t kCgroupSuperMagic = 0x27e0eb;
inline constexpr uint32_t kCgroup2SuperMagic = 0x63677270;
inline constexpr uint32_t kNsfsMagic = 0x6e736673;
inline constexpr uint32_t kSecurityfsMagic = 0x73636673;
inline constexpr uint32_t kDebugfsMagic = 0x64626720;
inline constexpr uint32_t kTracefsMagic = 0x74726163;
inline constexpr uint32_t kBinfmtfsMagic = 0x42494e4d;
inline constexpr uint32_t kHugetlbfsMagic = 0x958458f6;
inline constexpr uint32_t kV9fsMagic = 0x1021997;
inline constexpr uint32_t kNfsSuperMagic = 0x6969;
inline constexpr uint32_t kSquashfsMagic = 0x73717368;
inline constexpr uint32_t kErofsSuperMagicV1 = 0xe0f5e1e2;
inline constexpr uint32_t kFuseSuperMagic = 0x65735546;
inline constexpr uint32_t kBpfFsMagic = 0xcafe4a11;
inline constexpr uint32_t kMqueueMagic = 0x19800202;
inline constexpr uint32_t kPidFsMagic = 0x50494446;

struct Utimbuf {
  int64_t actime;
  int64_t modtime;
};

// setxattr(2).
inline constexpr uint32_t kXattrCreate = 0x1;
inline constexpr uint32_t kXattrReplace = 0x2;
inline constexpr uint32_t kXattrNameMax = 255;
inline constexpr uint32_t kXattrSizeMax = 65536;
inline constexpr uint32_t kXattrListMax = 65536;

// Device numbers as the 64-bit kernel encodes them (new_encode_dev with huge minor numbers).
constexpr uint64_t MakeDev(uint32_t major, uint32_t minor) {
  return (minor & 0xffU) | (uint64_t{major & 0xfffU} << 8) | (uint64_t{minor & 0xfffff00U} << 12) |
         (uint64_t{major & 0xfffff000U} << 32);
}
constexpr uint32_t DevMajor(uint64_t dev) {
  return static_cast<uint32_t>(((dev >> 8) & 0xfff) | ((dev >> 32) & 0xfffff000));
}
constexpr uint32_t DevMinor(uint64_t dev) {
  return static_cast<uint32_t>((dev & 0xff) | ((dev >> 12) & 0xffffff00));
}

}  // namespace abi
