// Flags and numbers of memory, futexes and System V IPC.
#include "abi/linux/futex.h"
#include "abi/linux/ipc.h"
#include "abi/linux/mman.h"
#include "sentry/strace/names.h"

namespace sentry {
namespace {

constexpr NamedValue kProtectionsRows[] = {
    {abi::kProtRead, "PROT_READ"},           {abi::kProtWrite, "PROT_WRITE"},
    {abi::kProtExec, "PROT_EXEC"},           {abi::kProtSem, "PROT_SEM"},
    {abi::kProtGrowsdown, "PROT_GROWSDOWN"}, {abi::kProtGrowsup, "PROT_GROWSUP"},
};

constexpr NamedValue kMapTypesRows[] = {
    {abi::kMapShared, "MAP_SHARED"},
    {abi::kMapPrivate, "MAP_PRIVATE"},
    {abi::kMapSharedValidate, "MAP_SHARED_VALIDATE"},
    {abi::kMapDroppable, "MAP_DROPPABLE"},
};

constexpr NamedValue kMapFlagsRows[] = {
    {abi::kMapFixed, "MAP_FIXED"},
    {abi::kMapAnonymous, "MAP_ANONYMOUS"},
    {abi::kMap32bit, "MAP_32BIT"},
    {abi::kMapAbove4g, "MAP_ABOVE4G"},
    {abi::kMapGrowsdown, "MAP_GROWSDOWN"},
    {abi::kMapDenywrite, "MAP_DENYWRITE"},
    {abi::kMapExecutable, "MAP_EXECUTABLE"},
    {abi::kMapLocked, "MAP_LOCKED"},
    {abi::kMapNoreserve, "MAP_NORESERVE"},
    {abi::kMapPopulate, "MAP_POPULATE"},
    {abi::kMapNonblock, "MAP_NONBLOCK"},
    {abi::kMapStack, "MAP_STACK"},
    {abi::kMapHugetlb, "MAP_HUGETLB"},
    {abi::kMapSync, "MAP_SYNC"},
    {abi::kMapFixedNoreplace, "MAP_FIXED_NOREPLACE"},
};

constexpr NamedValue kMremapFlagsRows[] = {
    {abi::kMremapMaymove, "MREMAP_MAYMOVE"},
    {abi::kMremapFixed, "MREMAP_FIXED"},
    {abi::kMremapDontunmap, "MREMAP_DONTUNMAP"},
};

constexpr NamedValue kMsyncFlagsRows[] = {
    {abi::kMsAsync, "MS_ASYNC"},
    {abi::kMsInvalidate, "MS_INVALIDATE"},
    {abi::kMsSync, "MS_SYNC"},
};

constexpr NamedValue kAdvicesRows[] = {
    {abi::kMadvNormal, "MADV_NORMAL"},
    {abi::kMadvRandom, "MADV_RANDOM"},
    {abi::kMadvSequential, "MADV_SEQUENTIAL"},
    {abi::kMadvWillneed, "MADV_WILLNEED"},
    {abi::kMadvDontneed, "MADV_DONTNEED"},
    {abi::kMadvFree, "MADV_FREE"},
    {abi::kMadvRemove, "MADV_REMOVE"},
    {abi::kMadvDontfork, "MADV_DONTFORK"},
    {abi::kMadvDofork, "MADV_DOFORK"},
    {abi::kMadvMergeable, "MADV_MERGEABLE"},
    {abi::kMadvUnmergeable, "MADV_UNMERGEABLE"},
    {abi::kMadvHugepage, "MADV_HUGEPAGE"},
    {abi::kMadvNohugepage, "MADV_NOHUGEPAGE"},
    {abi::kMadvDontdump, "MADV_DONTDUMP"},
    {abi::kMadvDodump, "MADV_DODUMP"},
    {abi::kMadvWipeonfork, "MADV_WIPEONFORK"},
    {abi::kMadvKeeponfork, "MADV_KEEPONFORK"},
    {abi::kMadvCold, "MADV_COLD"},
    {abi::kMadvPageout, "MADV_PAGEOUT"},
    {abi::kMadvPopulateRead, "MADV_POPULATE_READ"},
    {abi::kMadvPopulateWrite, "MADV_POPULATE_WRITE"},
    {abi::kMadvDontneedLocked, "MADV_DONTNEED_LOCKED"},
    {abi::kMadvCollapse, "MADV_COLLAPSE"},
    {abi::kMadvGuardInstall, "MADV_GUARD_INSTALL"},
    {abi::kMadvGuardRemove, "MADV_GUARD_REMOVE"},
    {abi::kMadvHwpoison, "MADV_HWPOISON"},
    {abi::kMadvSoftOffline, "MADV_SOFT_OFFLINE"},
};

constexpr NamedValue kMlockallFlagsRows[] = {
    {abi::kMclCurrent, "MCL_CURRENT"},
    {abi::kMclFuture, "MCL_FUTURE"},
    {abi::kMclOnfault, "MCL_ONFAULT"},
};

constexpr NamedValue kMlock2FlagsRows[] = {
    {abi::kMlockOnfault, "MLOCK_ONFAULT"},
};

constexpr NamedValue kMemfdFlagsRows[] = {
    {abi::kMfdCloexec, "MFD_CLOEXEC"}, {abi::kMfdAllowSealing, "MFD_ALLOW_SEALING"},
    {abi::kMfdHugetlb, "MFD_HUGETLB"}, {abi::kMfdNoexecSeal, "MFD_NOEXEC_SEAL"},
    {abi::kMfdExec, "MFD_EXEC"},
};

constexpr NamedValue kPkeyRightsRows[] = {
    {abi::kPkeyDisableAccess, "PKEY_DISABLE_ACCESS"},
    {abi::kPkeyDisableWrite, "PKEY_DISABLE_WRITE"},
};

constexpr NamedValue kMempolicyModesRows[] = {
    {abi::kMpolDefault, "MPOL_DEFAULT"}, {abi::kMpolPreferred, "MPOL_PREFERRED"},
    {abi::kMpolBind, "MPOL_BIND"},       {abi::kMpolInterleave, "MPOL_INTERLEAVE"},
    {abi::kMpolLocal, "MPOL_LOCAL"},     {abi::kMpolPreferredMany, "MPOL_PREFERRED_MANY"},
};

constexpr NamedValue kMempolicyFlagsRows[] = {
    {abi::kMpolFNode, "MPOL_F_NODE"},
    {abi::kMpolFAddr, "MPOL_F_ADDR"},
    {abi::kMpolFMemsAllowed, "MPOL_F_MEMS_ALLOWED"},
};

constexpr NamedValue kMempolicyMoveFlagsRows[] = {
    {abi::kMpolMfStrict, "MPOL_MF_STRICT"},
    {abi::kMpolMfMove, "MPOL_MF_MOVE"},
    {abi::kMpolMfMoveAll, "MPOL_MF_MOVE_ALL"},
};

constexpr NamedValue kMembarrierCommandsRows[] = {
    {1, "GLOBAL"},
    {2, "GLOBAL_EXPEDITED"},
    {4, "REGISTER_GLOBAL_EXPEDITED"},
    {8, "PRIVATE_EXPEDITED"},
    {16, "REGISTER_PRIVATE_EXPEDITED"},
    {32, "PRIVATE_EXPEDITED_SYNC_CORE"},
    {64, "REGISTER_PRIVATE_EXPEDITED_SYNC_CORE"},
    {128, "PRIVATE_EXPEDITED_RSEQ"},
    {256, "REGISTER_PRIVATE_EXPEDITED_RSEQ"},
};

constexpr NamedValue kFutexCommandsRows[] = {
    {abi::kFutexWait, "FUTEX_WAIT"},
    {abi::kFutexWake, "FUTEX_WAKE"},
    {abi::kFutexFd, "FUTEX_FD"},
    {abi::kFutexRequeue, "FUTEX_REQUEUE"},
    {abi::kFutexCmpRequeue, "FUTEX_CMP_REQUEUE"},
    {abi::kFutexWakeOp, "FUTEX_WAKE_OP"},
    {abi::kFutexLockPi, "FUTEX_LOCK_PI"},
    {abi::kFutexUnlockPi, "FUTEX_UNLOCK_PI"},
    {abi::kFutexTrylockPi, "FUTEX_TRYLOCK_PI"},
    {abi::kFutexWaitBitset, "FUTEX_WAIT_BITSET"},
    {abi::kFutexWakeBitset, "FUTEX_WAKE_BITSET"},
    {abi::kFutexWaitRequeuePi, "FUTEX_WAIT_REQUEUE_PI"},
    {abi::kFutexCmpRequeuePi, "FUTEX_CMP_REQUEUE_PI"},
    {abi::kFutexLockPi2, "FUTEX_LOCK_PI2"},
};

constexpr NamedValue kFutex2FlagsRows[] = {
    {abi::kFutex2SizeU64, "FUTEX2_SIZE_U64"}, {abi::kFutex2SizeU16, "FUTEX2_SIZE_U16"},
    {abi::kFutex2SizeU32, "FUTEX2_SIZE_U32"}, {abi::kFutex2Numa, "FUTEX2_NUMA"},
    {abi::kFutex2Private, "FUTEX2_PRIVATE"},
};

constexpr NamedValue kIpcFlagsRows[] = {
    {abi::kIpcCreat, "IPC_CREAT"},
    {abi::kIpcExcl, "IPC_EXCL"},
    {abi::kIpcNowait, "IPC_NOWAIT"},
};

constexpr NamedValue kShmFlagsRows[] = {
    {abi::kIpcCreat, "IPC_CREAT"},
    {abi::kIpcExcl, "IPC_EXCL"},
    {abi::kShmHugetlb, "SHM_HUGETLB"},
    {abi::kShmNoreserve, "SHM_NORESERVE"},
};

constexpr NamedValue kShmatFlagsRows[] = {
    {abi::kShmRdonly, "SHM_RDONLY"},
    {abi::kShmRnd, "SHM_RND"},
    {abi::kShmRemap, "SHM_REMAP"},
    {abi::kShmExec, "SHM_EXEC"},
};

constexpr NamedValue kMsgqFlagsRows[] = {
    {abi::kIpcNowait, "IPC_NOWAIT"},
    {abi::kMsgNoerror, "MSG_NOERROR"},
    {abi::kMsgExcept, "MSG_EXCEPT"},
    {abi::kMsgCopy, "MSG_COPY"},
};

constexpr NamedValue kIpcCommandsRows[] = {
    {abi::kIpcRmid, "IPC_RMID"},        {abi::kIpcSet, "IPC_SET"},   {abi::kIpcStat, "IPC_STAT"},
    {abi::kIpcInfo, "IPC_INFO"},        {abi::kMsgStat, "MSG_STAT"}, {abi::kMsgInfo, "MSG_INFO"},
    {abi::kMsgStatAny, "MSG_STAT_ANY"},
};

constexpr NamedValue kShmCommandsRows[] = {
    {abi::kIpcRmid, "IPC_RMID"}, {abi::kIpcSet, "IPC_SET"},   {abi::kIpcStat, "IPC_STAT"},
    {abi::kIpcInfo, "IPC_INFO"}, {abi::kShmLock, "SHM_LOCK"}, {abi::kShmUnlock, "SHM_UNLOCK"},
    {abi::kShmStat, "SHM_STAT"}, {abi::kShmInfo, "SHM_INFO"}, {abi::kShmStatAny, "SHM_STAT_ANY"},
};

constexpr NamedValue kSemCommandsRows[] = {
    {abi::kIpcRmid, "IPC_RMID"}, {abi::kIpcSet, "IPC_SET"},          {abi::kIpcStat, "IPC_STAT"},
    {abi::kIpcInfo, "IPC_INFO"}, {abi::kGetpid, "GETPID"},           {abi::kGetval, "GETVAL"},
    {abi::kGetall, "GETALL"},    {abi::kGetncnt, "GETNCNT"},         {abi::kGetzcnt, "GETZCNT"},
    {abi::kSetval, "SETVAL"},    {abi::kSetall, "SETALL"},           {abi::kSemStat, "SEM_STAT"},
    {abi::kSemInfo, "SEM_INFO"}, {abi::kSemStatAny, "SEM_STAT_ANY"},
};

constexpr NamedValue kSemFlagsRows[] = {
    {abi::kSemUndo, "SEM_UNDO"},
    {abi::kIpcNowait, "IPC_NOWAIT"},
};

}  // namespace

constexpr NameSet kProtectionsNames{kProtectionsRows, "PROT_???", "PROT_NONE"};
constexpr NameSet kMapTypesNames{kMapTypesRows, "MAP_???", ""};
constexpr NameSet kMapFlagsNames{kMapFlagsRows, "MAP_???", ""};
constexpr NameSet kMremapFlagsNames{kMremapFlagsRows, "MREMAP_???", ""};
constexpr NameSet kMsyncFlagsNames{kMsyncFlagsRows, "MS_???", ""};
constexpr NameSet kAdvicesNames{kAdvicesRows, "MADV_???", ""};
constexpr NameSet kMlockallFlagsNames{kMlockallFlagsRows, "MCL_???", ""};
constexpr NameSet kMlock2FlagsNames{kMlock2FlagsRows, "MLOCK_???", ""};
constexpr NameSet kMemfdFlagsNames{kMemfdFlagsRows, "MFD_???", ""};
constexpr NameSet kPkeyRightsNames{kPkeyRightsRows, "PKEY_???", ""};
constexpr NameSet kMempolicyModesNames{kMempolicyModesRows, "MPOL_???", ""};
constexpr NameSet kMempolicyFlagsNames{kMempolicyFlagsRows, "MPOL_F_???", ""};
constexpr NameSet kMempolicyMoveFlagsNames{kMempolicyMoveFlagsRows, "MPOL_MF_???", ""};
constexpr NameSet kMembarrierCommandsNames{kMembarrierCommandsRows, "MEMBARRIER_CMD_???",
                                           "MEMBARRIER_CMD_QUERY", "MEMBARRIER_CMD_"};
constexpr NameSet kFutexCommandsNames{kFutexCommandsRows, "FUTEX_???", ""};
constexpr NameSet kFutex2FlagsNames{kFutex2FlagsRows, "FUTEX2_???", "FUTEX2_SIZE_U8"};
constexpr NameSet kIpcFlagsNames{kIpcFlagsRows, "IPC_???", ""};
constexpr NameSet kShmFlagsNames{kShmFlagsRows, "SHM_???", ""};
constexpr NameSet kShmatFlagsNames{kShmatFlagsRows, "SHM_???", ""};
constexpr NameSet kMsgqFlagsNames{kMsgqFlagsRows, "MSG_???", ""};
constexpr NameSet kIpcCommandsNames{kIpcCommandsRows, "IPC_???", ""};
constexpr NameSet kShmCommandsNames{kShmCommandsRows, "SHM_???", ""};
constexpr NameSet kSemCommandsNames{kSemCommandsRows, "SEM_???", ""};
constexpr NameSet kSemFlagsNames{kSemFlagsRows, "SEM_???", ""};

}  // namespace sentry
