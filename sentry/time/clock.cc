#include "sentry/time/clock.h"

#include <time.h>

#include "abi/linux/time.h"

namespace sentry {

base::Result<int64_t> ReadHostClock(int32_t clock) {
  timespec now;
  if (::clock_gettime(clock, &now) != 0) return base::LastErrno();
  return now.tv_sec * kNanosPerSecond + now.tv_nsec;
}

bool IsWallClock(int32_t clock) {
  switch (clock) {
    case abi::kClockRealtime:
    case abi::kClockMonotonic:
    case abi::kClockBoottime:
    case abi::kClockTai:
    case abi::kClockRealtimeAlarm:
    case abi::kClockBoottimeAlarm:
      return true;
    default:
      return false;
  }
}

int32_t TimerBaseClock(int32_t clock) {
  if (clock == abi::kClockRealtimeAlarm) return abi::kClockRealtime;
  if (clock == abi::kClockBoottimeAlarm) return abi::kClockBoottime;
  return clock;
}

MonoTime DeadlineOn(int32_t clock, int64_t target_ns) {
  const int32_t base_clock = TimerBaseClock(clock);
  if (base_clock == abi::kClockMonotonic) return {target_ns};
  const int64_t now = ReadHostClock(base_clock).value_or(0);
  int64_t left = 0;
  if (__builtin_sub_overflow(target_ns, now, &left)) left = target_ns;
  return MonotonicNow() + left;
}

}  // namespace sentry
