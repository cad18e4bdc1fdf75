// clock_gettime(2), clock_getres(2), clock_settime(2), settimeofday(2), adjtimex(2).  Guests share
// the host's clocks and set none of them.
#include "sentry/time/clock.h"

#include "abi/linux/capability.h"
#include "abi/linux/time.h"
#include "sentry/kernel/guest_clock.h"
#include "sentry/syscalls/time_calls.h"

namespace sentry {

// The host answers for its own clocks and for the CPU time of the caller itself; ids that name
// others are pids of the guest.
Result<uint64_t> SysClockGettime(Task& task, int32_t id, UserPtr<abi::Timespec> time) {
  GuestClock clock = TRY(ResolveClock(task, id));
  if (id >= 0) return Errno(kErrnoHost);
  TRY(task.CopyOut(time, ToTimespec(TRY(ReadClock(clock)))));
  return uint64_t{0};
}

Result<uint64_t> SysClockGetres(Task& task, int32_t id, UserPtr<abi::Timespec> resolution) {
  [[maybe_unused]] GuestClock clock = TRY(ResolveClock(task, id));
  if (id >= 0) return Errno(kErrnoHost);
  if (!resolution.IsNull()) TRY(task.CopyOut(resolution, abi::Timespec{0, 1}));
  return uint64_t{0};
}

Result<void> SysClockSettime(Task& task, int32_t id, UserPtr<abi::Timespec> time_ptr) {
  GuestClock clock = TRY(ResolveClock(task, id));
  if (clock.IsCpu() && id < 0) return Errno(EPERM);  // posix_cpu_clock_set()
  if (id != abi::kClockRealtime) return Errno(EINVAL);
  const abi::Timespec time = TRY(task.CopyIn(time_ptr));
  if (!IsValid(time)) return Errno(EINVAL);
  return Errno(EPERM);
}

Result<void> SysSettimeofday(Task& task, UserPtr<abi::Timeval> time, UserPtr<abi::Timezone> zone) {
  if (!time.IsNull()) {
    const abi::Timeval value = TRY(task.CopyIn(time));
    if (!abi::IsValid(value)) return Errno(EINVAL);
  }
  if (!zone.IsNull()) [[maybe_unused]]
    abi::Timezone ignored = TRY(task.CopyIn(zone));
  return Errno(EPERM);
}

namespace {

constexpr uint32_t kReadOnlyMode = 0xa001;  // ADJ_OFFSET_SS_READ

// timekeeping_validate_timex(), then that nothing is set here.
Result<void> RefuseToAdjust(Task& task, const abi::Timex& timex) {
  constexpr uint32_t kAdjTime = 0x8000, kSingleShot = 0x0001, kTick = 0x4000, kSetOffset = 0x0100,
                     kNano = 0x2000;
  constexpr int64_t kShortestTick = 9000, kLongestTick = 11000;
  const bool capable = task.creds().HasCapability(abi::kCapSysTime);
  if ((timex.modes & kAdjTime) != 0) {
    if ((timex.modes & kSingleShot) == 0) return Errno(EINVAL);
    return Errno(EPERM);
  }
  if (!capable) return Errno(EPERM);
  const bool ticks = timex.tick >= kShortestTick && timex.tick <= kLongestTick;
  if ((timex.modes & kTick) != 0 && !ticks) return Errno(EINVAL);
  if ((timex.modes & kSetOffset) != 0) {
    const int64_t most = (timex.modes & kNano) != 0 ? kNanosPerSecond : 1'000'000;
    if (timex.time.tv_usec < 0 || timex.time.tv_usec >= most) return Errno(EINVAL);
  }
  return Errno(EPERM);
}

}  // namespace

Result<int> SysAdjtimex(Task& task, UserPtr<abi::Timex> buffer) {
  abi::Timex timex = TRY(task.CopyIn(buffer));
  if (timex.modes != 0 && timex.modes != kReadOnlyMode) TRY(RefuseToAdjust(task, timex));
  const uint32_t modes = timex.modes;
  timex = {};
  timex.modes = modes;
  timex.maxerror = timex.esterror = 16'000'000;
  timex.status = abi::kStaUnsync;
  timex.constant = 2;
  timex.precision = 1;
  timex.tolerance = 32'768'000;
  timex.tick = 10'000;
  const int64_t now = RealtimeNowNs();
  timex.time = {now / kNanosPerSecond, now % kNanosPerSecond / 1000};
  TRY(task.CopyOut(buffer, timex));
  return abi::kTimeError;
}

Result<int> SysClockAdjtime(Task& task, int32_t id, UserPtr<abi::Timex> buffer) {
  [[maybe_unused]] GuestClock clock = TRY(ResolveClock(task, id));
  if (id != abi::kClockRealtime) return Errno(EOPNOTSUPP);
  return SysAdjtimex(task, buffer);
}

}  // namespace sentry
