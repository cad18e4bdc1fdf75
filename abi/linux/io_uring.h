// io_uring(7): the rings' entries, and the numbers of its calls.
#pragma once

#include <cstdint>

namespace abi {

struct UringSqe {
  uint8_t opcode;
  uint8_t flags;  // IOSQE_*
  uint16_t ioprio;
  int32_t fd;
  uint64_t off;   // Or a second address.
  uint64_t addr;  // Or the offset that splice(2) reads from.
  uint32_t len;
  uint32_t op_flags;  // The operation's own.
  uint64_t user_data;
  uint16_t buf_index;  // Or the group of provided buffers.
  uint16_t personality;
  int32_t splice_fd_in;  // Or the slot of a registered file.
  uint64_t addr3;
  uint64_t pad;
};
static_assert(sizeof(UringSqe) == 64);

struct UringCqe {
  uint64_t user_data;
  int32_t res;
  uint32_t flags;
};

struct UringSqOffsets {
  uint32_t head, tail, ring_mask, ring_entries, flags, dropped, array, resv1;
  uint64_t user_addr;
};
struct UringCqOffsets {
  uint32_t head, tail, ring_mask, ring_entries, overflow, cqes, flags, resv1;
  uint64_t user_addr;
};
struct UringParams {
  uint32_t sq_entries, cq_entries, flags, sq_thread_cpu, sq_thread_idle, features, wq_fd;
  uint32_t resv[3];
  UringSqOffsets sq_off;
  UringCqOffsets cq_off;
};
static_assert(sizeof(UringParams) == 120);

struct UringGeteventsArg {
  uint64_t sigmask;
  uint32_t sigmask_sz;
  uint32_t pad;
  uint64_t ts;
};

struct UringBuf {
  uint64_t addr;
  uint32_t len;
  uint16_t bid;
  uint16_t resv;  // Of the first entry: the ring's tail.
};
struct UringBufReg {
  uint64_t ring_addr;
  uint32_t ring_entries;
  uint16_t bgid;
  uint16_t flags;
  uint64_t resv[3];
};
struct UringFilesUpdate {
  uint32_t offset;
  uint32_t resv;
  uint64_t fds;
};
struct UringRsrcRegister {
  uint32_t nr, flags;
  uint64_t resv2;
  uint64_t data, tags;  // Arrays of `nr`.
};
struct UringRsrcUpdate {
  uint32_t offset, resv;
  uint64_t data, tags;
  uint32_t nr, resv2;
};
static_assert(sizeof(UringRsrcRegister) == 32 && sizeof(UringRsrcUpdate) == 32);
struct UringFileRange {
  uint32_t off, len;
  uint64_t resv;
};
struct UringRestriction {
  uint16_t opcode;  // IORING_RESTRICTION_*
  uint8_t what;     // A registration, an operation, or flags of entries.
  uint8_t resv;
  uint32_t resv2[3];
};
struct UringSyncCancel {
  uint64_t addr;
  int32_t fd;
  uint32_t flags;
  int64_t seconds, nanoseconds;
  uint64_t pad[4];
};
static_assert(sizeof(UringSyncCancel) == 64);
// In front of what a repeated RECVMSG received.
struct UringRecvmsgOut {
  uint32_t namelen, controllen, payloadlen, flags;
};
struct UringProbeOp {
  uint8_t op;
  uint8_t resv;
  uint16_t flags;
  uint32_t resv2;
};
struct UringProbe {
  uint8_t last_op;
  uint8_t ops_len;
  uint16_t resv;
  uint32_t resv2[3];
};

// Where the rings are mapped.
inline constexpr uint64_t kUringOffSqRing = 0;
inline constexpr uint64_t kUringOffCqRing = 0x8000000;
inline constexpr uint64_t kUringOffSqes = 0x10000000;

enum UringOpcode : uint8_t {
  kUringNop,
  kUringReadv,
  kUringWritev,
  kUringFsync,
  kUringReadFixed,
  kUringWriteFixed,
  kUringPollAdd,
  kUringPollRemove,
  kUringSyncFileRange,
  kUringSendmsg,
  kUringRecvmsg,
  kUringTimeout,
  kUringTimeoutRemove,
  kUringAccept,
  kUringAsyncCancel,
  kUringLinkTimeout,
  kUringConnect,
  kUringFallocate,
  kUringOpenat,
  kUringClose,
  kUringFilesUpdate,
  kUringStatx,
  kUringRead,
  kUringWrite,
  kUringFadvise,
  kUringMadvise,
  kUringSend,
  kUringRecv,
  kUringOpenat2,
  kUringEpollCtl,
  kUringSplice,
  kUringProvideBuffers,
  kUringRemoveBuffers,
  kUringTee,
  kUringShutdown,
  kUringRenameat,
  kUringUnlinkat,
  kUringMkdirat,
  kUringSymlinkat,
  kUringLinkat,
  kUringMsgRing,
  kUringFsetxattr,
  kUringSetxattr,
  kUringFgetxattr,
  kUringGetxattr,
  kUringSocket,
  kUringUringCmd,
  kUringSendZc,
  kUringSendmsgZc,
  kUringOpCount,
};

inline constexpr uint8_t kSqeFixedFile = 1, kSqeDrain = 2, kSqeLink = 4, kSqeHardlink = 8,
                         kSqeAsync = 16, kSqeBufferSelect = 32, kSqeCqeSkip = 64;
inline constexpr uint32_t kCqeBuffer = 1, kCqeMore = 2, kCqeNotif = 8;
inline constexpr int kCqeBufferShift = 16;

inline constexpr uint32_t kUringSetupIopoll = 1, kUringSetupSqpoll = 2, kUringSetupSqAff = 4,
                          kUringSetupCqsize = 8, kUringSetupClamp = 16, kUringSetupAttachWq = 32,
                          kUringSetupRDisabled = 64, kUringSetupSubmitAll = 128,
                          kUringSetupCoopTaskrun = 256, kUringSetupTaskrunFlag = 512,
                          kUringSetupSqe128 = 1024, kUringSetupCqe32 = 2048,
                          kUringSetupSingleIssuer = 4096, kUringSetupDeferTaskrun = 8192;
inline constexpr uint32_t kUringFeatSingleMmap = 1, kUringFeatNodrop = 2,
                          kUringFeatSubmitStable = 4, kUringFeatRwCurPos = 8,
                          kUringFeatCurPersonality = 16, kUringFeatFastPoll = 32,
                          kUringFeatPoll32bits = 64, kUringFeatSqpollNonfixed = 128,
                          kUringFeatExtArg = 256, kUringFeatNativeWorkers = 512,
                          kUringFeatRsrcTags = 1024, kUringFeatCqeSkip = 2048,
                          kUringFeatLinkedFile = 4096;
inline constexpr uint32_t kUringEnterGetevents = 1, kUringEnterSqWakeup = 2, kUringEnterSqWait = 4,
                          kUringEnterExtArg = 8;
inline constexpr uint32_t kUringSqNeedWakeup = 1, kUringSqCqOverflow = 2;
inline constexpr uint32_t kUringCqEventfdDisabled = 1;

inline constexpr uint32_t kUringTimeoutAbs = 1, kUringTimeoutUpdate = 2, kUringTimeoutBoottime = 4,
                          kUringTimeoutRealtime = 8, kUringLinkTimeoutUpdate = 16,
                          kUringTimeoutEtimeSuccess = 32;
// In the length of POLL_ADD and POLL_REMOVE.
inline constexpr uint32_t kUringPollAddMulti = 1, kUringPollUpdateEvents = 2,
                          kUringPollUpdateUserData = 4, kUringPollAddLevel = 8;
// In the priority of socket operations.
inline constexpr uint16_t kUringAcceptMultishot = 1, kUringPollFirst = 1, kUringRecvMultishot = 2,
                          kUringRecvsendFixedBuf = 4;
inline constexpr uint32_t kUringCancelAll = 1, kUringCancelFd = 2, kUringCancelAny = 4,
                          kUringCancelFdFixed = 8;
inline constexpr uint32_t kUringSpliceFdInFixed = uint32_t{1} << 31;
// Any free slot of the registered files.
inline constexpr uint32_t kUringFileIndexAlloc = ~uint32_t{0};
inline constexpr uint64_t kUringMsgData = 0, kUringMsgSendFd = 1;
inline constexpr uint32_t kUringMsgRingCqeSkip = 1;
inline constexpr uint32_t kUringRsrcSparse = 1;
enum UringRestrictionKind : uint16_t {
  kUringRestrictRegisterOp,
  kUringRestrictSqeOp,
  kUringRestrictSqeFlagsAllowed,
  kUringRestrictSqeFlagsRequired,
};

enum UringRegister : uint32_t {
  kUringRegisterBuffers,
  kUringUnregisterBuffers,
  kUringRegisterFiles,
  kUringUnregisterFiles,
  kUringRegisterEventfd,
  kUringUnregisterEventfd,
  kUringRegisterFilesUpdate,
  kUringRegisterEventfdAsync,
  kUringRegisterProbe,
  kUringRegisterPersonality,
  kUringUnregisterPersonality,
  kUringRegisterRestrictions,
  kUringRegisterEnableRings,
  kUringRegisterFiles2,
  kUringRegisterFilesUpdate2,
  kUringRegisterBuffers2,
  kUringRegisterBuffersUpdate,
  kUringRegisterIowqAff,
  kUringUnregisterIowqAff,
  kUringRegisterIowqMaxWorkers,
  kUringRegisterRingFds,
  kUringUnregisterRingFds,
  kUringRegisterPbufRing,
  kUringUnregisterPbufRing,
  kUringRegisterSyncCancel,
  kUringRegisterFileAllocRange,
  kUringRegisterCount,
};

}  // namespace abi
