// getrlimit(2), getrusage(2), getpriority(2), ioprio_set(2).
#pragma once

#include <cstdint>

#include "abi/linux/time.h"

namespace abi {

struct Rlimit {
  uint64_t rlim_cur;
  uint64_t rlim_max;
};

inline constexpr int32_t kRlimitCpu = 0;
inline constexpr int32_t kRlimitFsize = 1;
inline constexpr int32_t kRlimitData = 2;
inline constexpr int32_t kRlimitStack = 3;
inline constexpr int32_t kRlimitCore = 4;
inline constexpr int32_t kRlimitRss = 5;
inline constexpr int32_t kRlimitNproc = 6;
inline constexpr int32_t kRlimitNofile = 7;
inline constexpr int32_t kRlimitMemlock = 8;
inline constexpr int32_t kRlimitAs = 9;
inline constexpr int32_t kRlimitLocks = 10;
inline constexpr int32_t kRlimitSigpending = 11;
inline constexpr int32_t kRlimitMsgqueue = 12;
inline constexpr int32_t kRlimitNice = 13;
inline constexpr int32_t kRlimitRtprio = 14;
inline constexpr int32_t kRlimitRttime = 15;
inline constexpr int32_t kRlimNlimits = 16;
inline constexpr uint64_t kRlimInfinity = ~uint64_t{0};

struct Rusage {
  Timeval ru_utime;
  Timeval ru_stime;
  int64_t ru_maxrss;
  int64_t ru_ixrss;
  int64_t ru_idrss;
  int64_t ru_isrss;
  int64_t ru_minflt;
  int64_t ru_majflt;
  int64_t ru_nswap;
  int64_t ru_inblock;
  int64_t ru_oublock;
  int64_t ru_msgsnd;
  int64_t ru_msgrcv;
  int64_t ru_nsignals;
  int64_t ru_nvcsw;
  int64_t ru_nivcsw;
};
inline constexpr int32_t kRusageSelf = 0;
inline constexpr int32_t kRusageChildren = -1;
inline constexpr int32_t kRusageThread = 1;
inline constexpr int32_t kRusageBoth = -2;
inline constexpr int32_t kPrioProcess = 0;
inline constexpr int32_t kPrioPgrp = 1;
inline constexpr int32_t kPrioUser = 2;
inline constexpr int32_t kPrioMin = -20;
inline constexpr int32_t kPrioMax = 20;
inline constexpr int32_t kIoprioWhoProcess = 1;
inline constexpr int32_t kIoprioWhoPgrp = 2;
inline constexpr int32_t kIoprioWhoUser = 3;
inline constexpr int32_t kIoprioClassNone = 0;
inline constexpr int32_t kIoprioClassRt = 1;
inline constexpr int32_t kIoprioClassBe = 2;
inline constexpr int32_t kIoprioClassIdle = 3;

}  // namespace abi
