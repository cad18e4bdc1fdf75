// clone(2), clone3(2), setns(2), unshare(2), sched_setattr(2).
#pragma once

#include <cstdint>

namespace abi {

inline constexpr uint64_t kCsignal = 0xff;  // CSIGNAL: the exit signal in clone's flags
inline constexpr uint64_t kCloneVm = 0x100;
inline constexpr uint64_t kCloneFs = 0x200;
inline constexpr uint64_t kCloneFiles = 0x400;
inline constexpr uint64_t kCloneSighand = 0x800;
inline constexpr uint64_t kClonePidfd = 0x1000;
inline constexpr uint64_t kClonePtrace = 0x2000;
inline constexpr uint64_t kCloneVfork = 0x4000;
inline constexpr uint64_t kCloneParent = 0x8000;
inline constexpr uint64_t kCloneThread = 0x10000;
inline constexpr uint64_t kCloneNewns = 0x20000;
inline constexpr uint64_t kCloneSysvsem = 0x40000;
inline constexpr uint64_t kCloneSettls = 0x80000;
inline constexpr uint64_t kCloneParentSettid = 0x100000;
inline constexpr uint64_t kCloneChildCleartid = 0x200000;
inline constexpr uint64_t kCloneDetached = 0x400000;
inline constexpr uint64_t kCloneUntraced = 0x800000;
inline constexpr uint64_t kCloneChildSettid = 0x1000000;
inline constexpr uint64_t kCloneNewcgroup = 0x2000000;
inline constexpr uint64_t kCloneNewuts = 0x4000000;
inline constexpr uint64_t kCloneNewipc = 0x8000000;
inline constexpr uint64_t kCloneNewuser = 0x10000000;
inline constexpr uint64_t kCloneNewpid = 0x20000000;
inline constexpr uint64_t kCloneNewnet = 0x40000000;
inline constexpr uint64_t kCloneIo = 0x80000000;
inline constexpr uint64_t kCloneClearSighand = 0x100000000ULL;
inline constexpr uint64_t kCloneIntoCgroup = 0x200000000ULL;
inline constexpr uint64_t kCloneNewtime = 0x80;

struct CloneArgs {
  uint64_t flags;
  uint64_t pidfd;
  uint64_t child_tid;
  uint64_t parent_tid;
  uint64_t exit_signal;
  uint64_t stack;
  uint64_t stack_size;
  uint64_t tls;
  uint64_t set_tid;
  uint64_t set_tid_size;
  uint64_t cgroup;
};
inline constexpr uint32_t kCloneArgsSizeVer0 = 64;
inline constexpr uint32_t kCloneArgsSizeVer1 = 80;
inline constexpr uint32_t kCloneArgsSizeVer2 = 88;

inline constexpr int32_t kSchedNormal = 0;
inline constexpr int32_t kSchedFifo = 1;
inline constexpr int32_t kSchedRr = 2;
inline constexpr int32_t kSchedBatch = 3;
inline constexpr int32_t kSchedIdle = 5;
inline constexpr int32_t kSchedDeadline = 6;
inline constexpr int32_t kSchedExt = 7;
inline constexpr int32_t kSchedResetOnFork = 0x40000000;
inline constexpr uint64_t kSchedFlagResetOnFork = 0x1;
inline constexpr uint64_t kSchedFlagReclaim = 0x2;
inline constexpr uint64_t kSchedFlagDlOverrun = 0x4;
inline constexpr uint64_t kSchedFlagKeepPolicy = 0x8;
inline constexpr uint64_t kSchedFlagKeepParams = 0x10;
inline constexpr uint64_t kSchedFlagUtilClampMin = 0x20;
inline constexpr uint64_t kSchedFlagUtilClampMax = 0x40;

struct SchedParam {
  int32_t sched_priority;
};

struct SchedAttr {
  uint32_t size;
  uint32_t sched_policy;
  uint64_t sched_flags;
  int32_t sched_nice;
  uint32_t sched_priority;
  uint64_t sched_runtime;
  uint64_t sched_deadline;
  uint64_t sched_period;
  uint32_t sched_util_min;
  uint32_t sched_util_max;
};
inline constexpr uint32_t kSchedAttrSizeVer0 = 48;
inline constexpr uint32_t kSchedAttrSizeVer1 = 56;

inline constexpr int32_t kPidMaxLimit = 4 * 1024 * 1024;

// pidfd_open(2), pidfd_send_signal(2).
inline constexpr uint32_t kPidfdNonblock = 0x800;
inline constexpr uint32_t kPidfdThread = 0x80;
inline constexpr uint32_t kPidfdSignalThread = 0x1;
inline constexpr uint32_t kPidfdSignalThreadGroup = 0x2;
inline constexpr uint32_t kPidfdSignalProcessGroup = 0x4;

// kcmp(2).
inline constexpr int32_t kKcmpFile = 0;
inline constexpr int32_t kKcmpVm = 1;
inline constexpr int32_t kKcmpFiles = 2;
inline constexpr int32_t kKcmpFs = 3;
inline constexpr int32_t kKcmpSighand = 4;
inline constexpr int32_t kKcmpIo = 5;
inline constexpr int32_t kKcmpSysvsem = 6;
inline constexpr int32_t kKcmpEpollTfd = 7;

}  // namespace abi
