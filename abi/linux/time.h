// Times, clocks and timers.
#pragma once

#include <cstdint>

namespace abi {

struct Timespec {
  int64_t tv_sec;
  int64_t tv_nsec;
  bool operator==(const Timespec&) const = default;
};

struct Timeval {
  int64_t tv_sec;
  int64_t tv_usec;
  bool operator==(const Timeval&) const = default;
};

struct Itimerspec {
  Timespec it_interval;
  Timespec it_value;
};

struct Itimerval {
  Timeval it_interval;
  Timeval it_value;
};

struct Timezone {
  int32_t tz_minuteswest;
  int32_t tz_dsttime;
};

struct Tms {
  int64_t tms_utime;
  int64_t tms_stime;
  int64_t tms_cutime;
  int64_t tms_cstime;
};

// adjtimex(2), clock_adjtime(2).
struct Timex {
  uint32_t modes;
  int32_t pad0;
  int64_t offset;
  int64_t freq;
  int64_t maxerror;
  int64_t esterror;
  int32_t status;
  int32_t pad1;
  int64_t constant;
  int64_t precision;
  int64_t tolerance;
  Timeval time;
  int64_t tick;
  int64_t ppsfreq;
  int64_t jitter;
  int32_t shift;
  int32_t pad2;
  int64_t stabil;
  int64_t jitcnt;
  int64_t calcnt;
  int64_t errcnt;
  int64_t stbcnt;
  int32_t tai;
  int32_t pad3[11];
};
inline constexpr int32_t kTimeOk = 0;
inline constexpr int32_t kTimeError = 5;
inline constexpr int32_t kStaUnsync = 0x40;
inline constexpr int32_t kStaNano = 0x2000;

inline constexpr int32_t kClockRealtime = 0;
inline constexpr int32_t kClockMonotonic = 1;
inline constexpr int32_t kClockProcessCputimeId = 2;
inline constexpr int32_t kClockThreadCputimeId = 3;
inline constexpr int32_t kClockMonotonicRaw = 4;
inline constexpr int32_t kClockRealtimeCoarse = 5;
inline constexpr int32_t kClockMonotonicCoarse = 6;
inline constexpr int32_t kClockBoottime = 7;
inline constexpr int32_t kClockRealtimeAlarm = 8;
inline constexpr int32_t kClockBoottimeAlarm = 9;
inline constexpr int32_t kClockTai = 11;
inline constexpr int32_t kItimerReal = 0;
inline constexpr int32_t kItimerVirtual = 1;
inline constexpr int32_t kItimerProf = 2;
inline constexpr uint32_t kTimerAbstime = 0x1;
inline constexpr uint32_t kTfdTimerAbstime = 01;
inline constexpr uint32_t kTfdTimerCancelOnSet = 02;
inline constexpr uint32_t kTfdCloexec = 02000000;
inline constexpr uint32_t kTfdNonblock = 04000;
inline constexpr uint32_t kTfdIocSetTicks = 0x40085400;  // TFD_IOC_SET_TICKS

// utimensat(2): tv_nsec values with a meaning of their own.
inline constexpr int64_t kUtimeNow = 0x3fffffff;
inline constexpr int64_t kUtimeOmit = 0x3ffffffe;

inline constexpr int64_t kUserHz = 100;  // Ticks per second of times(2) and /proc.
inline constexpr int64_t kNsecPerSec = 1'000'000'000;
inline constexpr int64_t kUsecPerSec = 1'000'000;

constexpr bool IsValid(const Timespec& ts) {
  return ts.tv_sec >= 0 && ts.tv_nsec >= 0 && ts.tv_nsec < kNsecPerSec;
}
constexpr bool IsValid(const Timeval& tv) {
  return tv.tv_sec >= 0 && tv.tv_usec >= 0 && tv.tv_usec < kUsecPerSec;
}

// Clock ids of other processes and threads carry the complement of the id (clock_getcpuclockid(3)).
constexpr bool IsCpuClock(int32_t clock) {
  return clock < 0;
}
constexpr int32_t CpuClockTid(int32_t clock) {
  return ~(clock >> 3);
}
constexpr bool CpuClockIsThread(int32_t clock) {
  return (clock & 4) != 0;
}

}  // namespace abi
