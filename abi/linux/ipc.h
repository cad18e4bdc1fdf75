// System V IPC (sysvipc(7)), in the IPC_64 layouts that x86-64 uses.
#pragma once

#include <cstdint>

namespace abi {

inline constexpr int32_t kIpcPrivate = 0;
inline constexpr int32_t kIpcRmid = 0;
inline constexpr int32_t kIpcSet = 1;
inline constexpr int32_t kIpcStat = 2;
inline constexpr int32_t kIpcInfo = 3;
inline constexpr uint32_t kIpcCreat = 01000;
inline constexpr uint32_t kIpcExcl = 02000;
inline constexpr uint32_t kIpcNowait = 04000;
inline constexpr int32_t kIpc64 = 0x100;  // Or'ed into the command by old libraries.

struct IpcPerm {
  int32_t key;
  uint32_t uid;
  uint32_t gid;
  uint32_t cuid;
  uint32_t cgid;
  uint32_t mode;
  uint16_t seq;
  uint16_t pad[3];
  uint64_t reserved[2];
};

// Semaphores.
struct SemidDs {
  IpcPerm sem_perm;
  int64_t sem_otime;
  uint64_t reserved0;
  int64_t sem_ctime;
  uint64_t reserved1;
  uint64_t sem_nsems;
  uint64_t reserved2[2];
};
struct Sembuf {
  uint16_t sem_num;
  int16_t sem_op;
  int16_t sem_flg;
};
struct Seminfo {
  int32_t semmap;
  int32_t semmni;
  int32_t semmns;
  int32_t semmnu;
  int32_t semmsl;
  int32_t semopm;
  int32_t semume;
  int32_t semusz;
  int32_t semvmx;
  int32_t semaem;
};
inline constexpr uint32_t kSemUndo = 0x1000;
inline constexpr int32_t kGetpid = 11;
inline constexpr int32_t kGetval = 12;
inline constexpr int32_t kGetall = 13;
inline constexpr int32_t kGetncnt = 14;
inline constexpr int32_t kGetzcnt = 15;
inline constexpr int32_t kSetval = 16;
inline constexpr int32_t kSetall = 17;
inline constexpr int32_t kSemStat = 18;
inline constexpr int32_t kSemInfo = 19;
inline constexpr int32_t kSemStatAny = 20;
inline constexpr int32_t kSemmni = 32000;
inline constexpr int32_t kSemmsl = 32000;
inline constexpr int32_t kSemmns = 1024000000;
inline constexpr int32_t kSemopm = 500;
inline constexpr int32_t kSemvmx = 32767;
inline constexpr int32_t kSemaem = 32767;

// Message queues.
struct MsqidDs {
  IpcPerm msg_perm;
  int64_t msg_stime;
  int64_t msg_rtime;
  int64_t msg_ctime;
  uint64_t msg_cbytes;
  uint64_t msg_qnum;
  uint64_t msg_qbytes;
  int32_t msg_lspid;
  int32_t msg_lrpid;
  uint64_t reserved[2];
};
struct Msginfo {
  int32_t msgpool;
  int32_t msgmap;
  int32_t msgmax;
  int32_t msgmnb;
  int32_t msgmni;
  int32_t msgssz;
  int32_t msgtql;
  uint16_t msgseg;
};
inline constexpr uint32_t kMsgNoerror = 010000;
inline constexpr uint32_t kMsgExcept = 020000;
inline constexpr uint32_t kMsgCopy = 040000;
inline constexpr int32_t kMsgStat = 11;
inline constexpr int32_t kMsgInfo = 12;
inline constexpr int32_t kMsgStatAny = 13;
inline constexpr int32_t kMsgmni = 32000;
inline constexpr int32_t kMsgmax = 8192;
inline constexpr int32_t kMsgmnb = 16384;

// Shared memory.
struct ShmidDs {
  IpcPerm shm_perm;
  uint64_t shm_segsz;
  int64_t shm_atime;
  int64_t shm_dtime;
  int64_t shm_ctime;
  int32_t shm_cpid;
  int32_t shm_lpid;
  uint64_t shm_nattch;
  uint64_t reserved[2];
};
struct Shminfo {
  uint64_t shmmax;
  uint64_t shmmin;
  uint64_t shmmni;
  uint64_t shmseg;
  uint64_t shmall;
  uint64_t reserved[4];
};
struct ShmInfo {
  int32_t used_ids;
  int32_t pad;
  uint64_t shm_tot;
  uint64_t shm_rss;
  uint64_t shm_swp;
  uint64_t swap_attempts;
  uint64_t swap_successes;
};
inline constexpr uint32_t kShmR = 0400;
inline constexpr uint32_t kShmW = 0200;
inline constexpr uint32_t kShmHugetlb = 04000;
inline constexpr uint32_t kShmNoreserve = 010000;
inline constexpr uint32_t kShmRdonly = 010000;
inline constexpr uint32_t kShmRnd = 020000;
inline constexpr uint32_t kShmRemap = 040000;
inline constexpr uint32_t kShmExec = 0100000;
inline constexpr uint32_t kShmDest = 01000;
inline constexpr uint32_t kShmLocked = 02000;
inline constexpr int32_t kShmLock = 11;
inline constexpr int32_t kShmUnlock = 12;
inline constexpr int32_t kShmStat = 13;
inline constexpr int32_t kShmInfo = 14;
inline constexpr int32_t kShmStatAny = 15;
inline constexpr int32_t kShmmin = 1;
inline constexpr int32_t kShmmni = 4096;

}  // namespace abi
