// futex(2), futex_waitv(2), robust lists.
#pragma once

#include <cstdint>

namespace abi {

inline constexpr int32_t kFutexWait = 0;
inline constexpr int32_t kFutexWake = 1;
inline constexpr int32_t kFutexFd = 2;
inline constexpr int32_t kFutexRequeue = 3;
inline constexpr int32_t kFutexCmpRequeue = 4;
inline constexpr int32_t kFutexWakeOp = 5;
inline constexpr int32_t kFutexLockPi = 6;
inline constexpr int32_t kFutexUnlockPi = 7;
inline constexpr int32_t kFutexTrylockPi = 8;
inline constexpr int32_t kFutexWaitBitset = 9;
inline constexpr int32_t kFutexWakeBitset = 10;
inline constexpr int32_t kFutexWaitRequeuePi = 11;
inline constexpr int32_t kFutexCmpRequeuePi = 12;
inline constexpr int32_t kFutexLockPi2 = 13;
inline constexpr int32_t kFutexPrivateFlag = 0x80;
inline constexpr int32_t kFutexClockRealtime = 0x100;
inline constexpr int32_t kFutexCmdMask = -0x181;

// The word of a robust or PI futex.
inline constexpr uint32_t kFutexWaiters = 0x80000000;
inline constexpr uint32_t kFutexOwnerDied = 0x40000000;
inline constexpr uint32_t kFutexTidMask = 0x3fffffff;
inline constexpr uint32_t kFutexBitsetMatchAny = 0xffffffff;

// FUTEX_WAKE_OP: the operation in val3.
inline constexpr uint32_t kFutexOpSet = 0;
inline constexpr uint32_t kFutexOpAdd = 1;
inline constexpr uint32_t kFutexOpOr = 2;
inline constexpr uint32_t kFutexOpAndn = 3;
inline constexpr uint32_t kFutexOpXor = 4;
inline constexpr uint32_t kFutexOpOpargShift = 8;
inline constexpr uint32_t kFutexOpCmpEq = 0;
inline constexpr uint32_t kFutexOpCmpNe = 1;
inline constexpr uint32_t kFutexOpCmpLt = 2;
inline constexpr uint32_t kFutexOpCmpLe = 3;
inline constexpr uint32_t kFutexOpCmpGt = 4;
inline constexpr uint32_t kFutexOpCmpGe = 5;

struct RobustList {
  uint64_t next;
};

struct RobustListHead {
  RobustList list;
  int64_t futex_offset;
  uint64_t list_op_pending;
};
inline constexpr uint32_t kRobustListLimit = 2048;

// futex_waitv(2).
struct FutexWaitv {
  uint64_t val;
  uint64_t uaddr;
  uint32_t flags;
  uint32_t reserved;
};
inline constexpr uint32_t kFutex32 = 2;
inline constexpr uint32_t kFutexWaitvMax = 128;
// Flags of futex_waitv and of futex_wait/wake/requeue (Linux 6.7).
inline constexpr uint32_t kFutex2SizeU8 = 0x0;
inline constexpr uint32_t kFutex2SizeU16 = 0x1;
inline constexpr uint32_t kFutex2SizeU32 = 0x2;
inline constexpr uint32_t kFutex2SizeU64 = 0x3;
inline constexpr uint32_t kFutex2Numa = 0x4;
inline constexpr uint32_t kFutex2Private = 0x80;

}  // namespace abi
