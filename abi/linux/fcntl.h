// open(2), openat2(2), fcntl(2), the *at(2) flags, locks, seals, fallocate(2), lseek(2).
#pragma once

#include <cstddef>
#include <cstdint>

namespace abi {

// open(2).
inline constexpr uint32_t kOAccmode = 03;
inline constexpr uint32_t kORdonly = 0;
inline constexpr uint32_t kOWronly = 01;
inline constexpr uint32_t kORdwr = 02;
inline constexpr uint32_t kOCreat = 0100;
inline constexpr uint32_t kOExcl = 0200;
inline constexpr uint32_t kONoctty = 0400;
inline constexpr uint32_t kOTrunc = 01000;
inline constexpr uint32_t kOAppend = 02000;
inline constexpr uint32_t kONonblock = 04000;
inline constexpr uint32_t kODsync = 010000;
inline constexpr uint32_t kFasync = 020000;
inline constexpr uint32_t kODirect = 040000;
inline constexpr uint32_t kOLargefile = 0100000;
inline constexpr uint32_t kODirectory = 0200000;
inline constexpr uint32_t kONofollow = 0400000;
inline constexpr uint32_t kONoatime = 01000000;
inline constexpr uint32_t kOCloexec = 02000000;
inline constexpr uint32_t kOSync = 04010000;
inline constexpr uint32_t kOPath = 010000000;
inline constexpr uint32_t kOTmpfile = 020200000;
inline constexpr uint32_t kOAsync = kFasync;
inline constexpr uint32_t kOTmpfileBit = kOTmpfile & ~kODirectory;  // __O_TMPFILE
inline constexpr uint32_t kFModeExec = 040;  // FMODE_EXEC, for /proc/[pid]/fdinfo.

// openat2(2).
struct OpenHow {
  uint64_t flags;
  uint64_t mode;
  uint64_t resolve;
};
inline constexpr uint64_t kResolveNoXdev = 0x1;
inline constexpr uint64_t kResolveNoMagiclinks = 0x2;
inline constexpr uint64_t kResolveNoSymlinks = 0x4;
inline constexpr uint64_t kResolveBeneath = 0x8;
inline constexpr uint64_t kResolveInRoot = 0x10;
inline constexpr uint64_t kResolveCached = 0x20;

// The *at(2) calls.
inline constexpr int32_t kAtFdcwd = -100;
inline constexpr uint32_t kAtSymlinkNofollow = 0x100;
inline constexpr uint32_t kAtEaccess = 0x200;
inline constexpr uint32_t kAtRemovedir = 0x200;
inline constexpr uint32_t kAtSymlinkFollow = 0x400;
inline constexpr uint32_t kAtNoAutomount = 0x800;
inline constexpr uint32_t kAtEmptyPath = 0x1000;
inline constexpr uint32_t kAtStatxSyncType = 0x6000;
inline constexpr uint32_t kAtStatxSyncAsStat = 0x0;
inline constexpr uint32_t kAtStatxForceSync = 0x2000;
inline constexpr uint32_t kAtStatxDontSync = 0x4000;
inline constexpr uint32_t kAtRecursive = 0x8000;
inline constexpr uint32_t kAtHandleFid = 0x200;
inline constexpr uint32_t kAtExecveCheck = 0x10000;
inline constexpr uint32_t kRenameNoreplace = 0x1;
inline constexpr uint32_t kRenameExchange = 0x2;
inline constexpr uint32_t kRenameWhiteout = 0x4;
inline constexpr int32_t kFOk = 0;  // access(2)
inline constexpr int32_t kXOk = 1;
inline constexpr int32_t kWOk = 2;
inline constexpr int32_t kROk = 4;

// fcntl(2).
inline constexpr int32_t kFDupfd = 0;
inline constexpr int32_t kFGetfd = 1;
inline constexpr int32_t kFSetfd = 2;
inline constexpr int32_t kFGetfl = 3;
inline constexpr int32_t kFSetfl = 4;
inline constexpr int32_t kFGetlk = 5;
inline constexpr int32_t kFSetlk = 6;
inline constexpr int32_t kFSetlkw = 7;
inline constexpr int32_t kFSetown = 8;
inline constexpr int32_t kFGetown = 9;
inline constexpr int32_t kFSetsig = 10;
inline constexpr int32_t kFGetsig = 11;
inline constexpr int32_t kFSetownEx = 15;
inline constexpr int32_t kFGetownEx = 16;
inline constexpr int32_t kFGetownerUids = 17;
inline constexpr int32_t kFOfdGetlk = 36;
inline constexpr int32_t kFOfdSetlk = 37;
inline constexpr int32_t kFOfdSetlkw = 38;
inline constexpr int32_t kFSetlease = 1024;
inline constexpr int32_t kFGetlease = 1025;
inline constexpr int32_t kFDupfdQuery = 1027;
inline constexpr int32_t kFCreatedQuery = 1028;
inline constexpr int32_t kFCancellk = 1029;
inline constexpr int32_t kFDupfdCloexec = 1030;
inline constexpr int32_t kFNotify = 1026;
inline constexpr int32_t kFSetpipeSz = 1031;
inline constexpr int32_t kFGetpipeSz = 1032;
inline constexpr int32_t kFAddSeals = 1033;
inline constexpr int32_t kFGetSeals = 1034;
inline constexpr int32_t kFGetRwHint = 1035;
inline constexpr int32_t kFSetRwHint = 1036;
inline constexpr int32_t kFGetFileRwHint = 1037;
inline constexpr int32_t kFSetFileRwHint = 1038;
inline constexpr int32_t kFdCloexec = 1;
inline constexpr int32_t kFRdlck = 0;
inline constexpr int32_t kFWrlck = 1;
inline constexpr int32_t kFUnlck = 2;
inline constexpr int32_t kFExlck = 4;
inline constexpr int32_t kFShlck = 8;
inline constexpr int32_t kFOwnerTid = 0;
inline constexpr int32_t kFOwnerPid = 1;
inline constexpr int32_t kFOwnerPgrp = 2;
inline constexpr int32_t kLockSh = 1;
inline constexpr int32_t kLockEx = 2;
inline constexpr int32_t kLockNb = 4;
inline constexpr int32_t kLockUn = 8;
inline constexpr int32_t kLockMand = 32;
inline constexpr int32_t kLockRead = 64;
inline constexpr int32_t kLockWrite = 128;
inline constexpr int32_t kLockRw = 192;
inline constexpr uint32_t kFSealSeal = 0x1;
inline constexpr uint32_t kFSealShrink = 0x2;
inline constexpr uint32_t kFSealGrow = 0x4;
inline constexpr uint32_t kFSealWrite = 0x8;
inline constexpr uint32_t kFSealFutureWrite = 0x10;
inline constexpr uint32_t kFSealExec = 0x20;
inline constexpr uint32_t kDnAccess = 0x1;
inline constexpr uint32_t kDnModify = 0x2;
inline constexpr uint32_t kDnCreate = 0x4;
inline constexpr uint32_t kDnDelete = 0x8;
inline constexpr uint32_t kDnRename = 0x10;
inline constexpr uint32_t kDnAttrib = 0x20;
inline constexpr uint32_t kDnMultishot = 0x80000000;

struct Flock {
  int16_t l_type;
  int16_t l_whence;
  int32_t pad;
  int64_t l_start;
  int64_t l_len;
  int32_t l_pid;
  int32_t pad2;
};

struct FOwnerEx {
  int32_t type;
  int32_t pid;
};

// lseek(2), fallocate(2), posix_fadvise(2), close_range(2), sync_file_range(2), preadv2(2),
// splice(2).
inline constexpr int32_t kSeekSet = 0;
inline constexpr int32_t kSeekCur = 1;
inline constexpr int32_t kSeekEnd = 2;
inline constexpr int32_t kSeekData = 3;
inline constexpr int32_t kSeekHole = 4;
inline constexpr uint32_t kFallocFlKeepSize = 0x1;
inline constexpr uint32_t kFallocFlPunchHole = 0x2;
inline constexpr uint32_t kFallocFlNoHideStale = 0x4;
inline constexpr uint32_t kFallocFlCollapseRange = 0x8;
inline constexpr uint32_t kFallocFlZeroRange = 0x10;
inline constexpr uint32_t kFallocFlInsertRange = 0x20;
inline constexpr uint32_t kFallocFlUnshareRange = 0x40;
inline constexpr int32_t kPosixFadvNormal = 0;
inline constexpr int32_t kPosixFadvRandom = 1;
inline constexpr int32_t kPosixFadvSequential = 2;
inline constexpr int32_t kPosixFadvWillneed = 3;
inline constexpr int32_t kPosixFadvDontneed = 4;
inline constexpr int32_t kPosixFadvNoreuse = 5;
inline constexpr uint32_t kCloseRangeUnshare = 0x2;
inline constexpr uint32_t kCloseRangeCloexec = 0x4;
inline constexpr uint32_t kSyncFileRangeWaitBefore = 0x1;
inline constexpr uint32_t kSyncFileRangeWrite = 0x2;
inline constexpr uint32_t kSyncFileRangeWaitAfter = 0x4;
inline constexpr uint32_t kRwfHipri = 0x1;
inline constexpr uint32_t kRwfDsync = 0x2;
inline constexpr uint32_t kRwfSync = 0x4;
inline constexpr uint32_t kRwfNowait = 0x8;
inline constexpr uint32_t kRwfAppend = 0x10;
inline constexpr uint32_t kRwfNoappend = 0x20;
inline constexpr uint32_t kRwfAtomic = 0x40;
inline constexpr uint32_t kRwfDontcache = 0x80;
inline constexpr uint32_t kSpliceFMove = 0x1;
inline constexpr uint32_t kSpliceFNonblock = 0x2;
inline constexpr uint32_t kSpliceFMore = 0x4;
inline constexpr uint32_t kSpliceFGift = 0x8;

// Sizes that bound paths and transfers (linux/limits.h, fs.h).
inline constexpr size_t kPathMax = 4096;  // Including the NUL.
inline constexpr size_t kNameMax = 255;
inline constexpr size_t kMaxRwCount = 0x7ffff000;  // One read or write moves at most this.
inline constexpr int kMaxSymlinks = 40;

// name_to_handle_at(2): followed by handle_bytes of data.
struct FileHandle {
  uint32_t handle_bytes;
  int32_t handle_type;
};
inline constexpr uint32_t kMaxHandleSize = 128;

}  // namespace abi
