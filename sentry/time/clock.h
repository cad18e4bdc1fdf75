// Guest clocks: which of Linux's clock ids there are, and reading them.  The wall clocks are the
// host's own, so that the vDSO, the host and we agree.
#pragma once

#include <cstdint>

#include "platform/base/result.h"
#include "sentry/time/time.h"

namespace sentry {

// Now on a clock of the host, in nanoseconds; EINVAL for one that it does not have.
base::Result<int64_t> ReadHostClock(int32_t clock);

// One that runs with the wall: REALTIME, MONOTONIC, BOOTTIME, TAI, the ALARM ones.
bool IsWallClock(int32_t clock);
// The clock behind a timer on `clock` (REALTIME_ALARM is REALTIME...).
int32_t TimerBaseClock(int32_t clock);

// The point on CLOCK_MONOTONIC at which wall clock `clock` shows `target_ns`.  A later change of
// CLOCK_REALTIME is not followed.
MonoTime DeadlineOn(int32_t clock, int64_t target_ns);

}  // namespace sentry
