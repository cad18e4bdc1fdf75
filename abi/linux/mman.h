// mmap(2) and its family.
#pragma once

#include <cstdint>

namespace abi {

inline constexpr uint32_t kProtNone = 0x0;
inline constexpr uint32_t kProtRead = 0x1;
inline constexpr uint32_t kProtWrite = 0x2;
inline constexpr uint32_t kProtExec = 0x4;
inline constexpr uint32_t kProtSem = 0x8;
inline constexpr uint32_t kProtGrowsdown = 0x1000000;
inline constexpr uint32_t kProtGrowsup = 0x2000000;
inline constexpr uint32_t kMapType = 0xf;
inline constexpr uint32_t kMapShared = 0x1;
inline constexpr uint32_t kMapPrivate = 0x2;
inline constexpr uint32_t kMapSharedValidate = 0x3;
inline constexpr uint32_t kMapDroppable = 0x8;
inline constexpr uint32_t kMapFixed = 0x10;
inline constexpr uint32_t kMapAnonymous = 0x20;
inline constexpr uint32_t kMap32bit = 0x40;
inline constexpr uint32_t kMapAbove4g = 0x80;
inline constexpr uint32_t kMapGrowsdown = 0x100;
inline constexpr uint32_t kMapDenywrite = 0x800;
inline constexpr uint32_t kMapExecutable = 0x1000;
inline constexpr uint32_t kMapLocked = 0x2000;
inline constexpr uint32_t kMapNoreserve = 0x4000;
inline constexpr uint32_t kMapPopulate = 0x8000;
inline constexpr uint32_t kMapNonblock = 0x10000;
inline constexpr uint32_t kMapStack = 0x20000;
inline constexpr uint32_t kMapHugetlb = 0x40000;
inline constexpr uint32_t kMapSync = 0x80000;
inline constexpr uint32_t kMapFixedNoreplace = 0x100000;
inline constexpr uint32_t kMapUninitialized = 0x4000000;
inline constexpr uint32_t kMapHugeShift = 26;
inline constexpr uint32_t kMapHugeMask = 63;
inline constexpr int32_t kMadvNormal = 0;
inline constexpr int32_t kMadvRandom = 1;
inline constexpr int32_t kMadvSequential = 2;
inline constexpr int32_t kMadvWillneed = 3;
inline constexpr int32_t kMadvDontneed = 4;
inline constexpr int32_t kMadvFree = 8;
inline constexpr int32_t kMadvRemove = 9;
inline constexpr int32_t kMadvDontfork = 10;
inline constexpr int32_t kMadvDofork = 11;
inline constexpr int32_t kMadvMergeable = 12;
inline constexpr int32_t kMadvUnmergeable = 13;
inline constexpr int32_t kMadvHugepage = 14;
inline constexpr int32_t kMadvNohugepage = 15;
inline constexpr int32_t kMadvDontdump = 16;
inline constexpr int32_t kMadvDodump = 17;
inline constexpr int32_t kMadvWipeonfork = 18;
inline constexpr int32_t kMadvKeeponfork = 19;
inline constexpr int32_t kMadvCold = 20;
inline constexpr int32_t kMadvPageout = 21;
inline constexpr int32_t kMadvPopulateRead = 22;
inline constexpr int32_t kMadvPopulateWrite = 23;
inline constexpr int32_t kMadvDontneedLocked = 24;
inline constexpr int32_t kMadvCollapse = 25;
inline constexpr int32_t kMadvGuardInstall = 102;
inline constexpr int32_t kMadvGuardRemove = 103;
inline constexpr int32_t kMadvHwpoison = 100;
inline constexpr int32_t kMadvSoftOffline = 101;
inline constexpr uint32_t kMremapMaymove = 0x1;
inline constexpr uint32_t kMremapFixed = 0x2;
inline constexpr uint32_t kMremapDontunmap = 0x4;
inline constexpr uint32_t kMsAsync = 0x1;
inline constexpr uint32_t kMsInvalidate = 0x2;
inline constexpr uint32_t kMsSync = 0x4;
inline constexpr uint32_t kMclCurrent = 0x1;
inline constexpr uint32_t kMclFuture = 0x2;
inline constexpr uint32_t kMclOnfault = 0x4;
inline constexpr uint32_t kMlockOnfault = 0x1;
inline constexpr uint32_t kMfdCloexec = 0x1;
inline constexpr uint32_t kMfdAllowSealing = 0x2;
inline constexpr uint32_t kMfdHugetlb = 0x4;
inline constexpr uint32_t kMfdNoexecSeal = 0x8;
inline constexpr uint32_t kMfdExec = 0x10;
inline constexpr uint32_t kPkeyDisableAccess = 0x1;
inline constexpr uint32_t kPkeyDisableWrite = 0x2;

inline constexpr uint64_t kPageSize = 4096;
inline constexpr uint64_t kPageMask = ~(kPageSize - 1);
inline constexpr uint64_t kTaskSize = 0x7ffffffff000;  // First address user space cannot map.

constexpr bool IsPageAligned(uint64_t value) {
  return (value & (kPageSize - 1)) == 0;
}
constexpr uint64_t PageDown(uint64_t value) {
  return value & kPageMask;
}
// Wraps to 0 for the last page; the caller checks.
constexpr uint64_t PageUp(uint64_t value) {
  return (value + kPageSize - 1) & kPageMask;
}

// set_mempolicy(2), mbind(2).
inline constexpr int32_t kMpolDefault = 0;
inline constexpr int32_t kMpolPreferred = 1;
inline constexpr int32_t kMpolBind = 2;
inline constexpr int32_t kMpolInterleave = 3;
inline constexpr int32_t kMpolLocal = 4;
inline constexpr int32_t kMpolPreferredMany = 5;
inline constexpr uint32_t kMpolFNode = 0x1;
inline constexpr uint32_t kMpolFAddr = 0x2;
inline constexpr uint32_t kMpolFMemsAllowed = 0x4;
inline constexpr uint32_t kMpolFStaticNodes = 0x8000;
inline constexpr uint32_t kMpolFRelativeNodes = 0x4000;
inline constexpr uint32_t kMpolFNumaBalancing = 0x2000;
inline constexpr uint32_t kMpolMfStrict = 0x1;
inline constexpr uint32_t kMpolMfMove = 0x2;
inline constexpr uint32_t kMpolMfMoveAll = 0x4;

// membarrier(2).
inline constexpr int32_t kMembarrierCmdQuery = 0x0;
inline constexpr int32_t kMembarrierCmdGlobal = 0x1;
inline constexpr int32_t kMembarrierCmdGlobalExpedited = 0x2;
inline constexpr int32_t kMembarrierCmdRegisterGlobalExpedited = 0x4;
inline constexpr int32_t kMembarrierCmdPrivateExpedited = 0x8;
inline constexpr int32_t kMembarrierCmdRegisterPrivateExpedited = 0x10;
inline constexpr int32_t kMembarrierCmdPrivateExpeditedSyncCore = 0x20;
inline constexpr int32_t kMembarrierCmdRegisterPrivateExpeditedSyncCore = 0x40;
inline constexpr int32_t kMembarrierCmdPrivateExpeditedRseq = 0x80;
inline constexpr int32_t kMembarrierCmdRegisterPrivateExpeditedRseq = 0x100;

}  // namespace abi
