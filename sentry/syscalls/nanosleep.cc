// nanosleep(2), clock_nanosleep(2).
#include <memory>

#include "sentry/kernel/guest_clock.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/time_calls.h"
#include "sentry/syscalls/wait_time.h"
#include "sentry/time/clock.h"

namespace sentry {
namespace {

Result<void> SleepUntil(Task& task, MonoTime deadline, UserPtr<abi::Timespec> remaining,
                        bool absolute) {
  WaitSpec wait;
  wait.deadline = deadline;
  wait.on_timeout = uint64_t{0};
  wait.on_signal = absolute ? abi::kERestartNoHand : abi::kERestartRestartBlock;
  if (!absolute) {
    wait.on_interrupt = [remaining, deadline](Task& t) { WriteRemaining(t, remaining, deadline); };
  }
  task.Block(std::move(wait), [](Task&) -> Result<uint64_t> { return Errno(EAGAIN); });
  return Errno(kErrnoBlocked);
}

// A sleep on CPU time, which only its own timer notices the end of.
struct CpuSleep {
  CpuSleep(Kernel& kernel, GuestClock on)
      : clock(std::move(on)), timer(kernel, [this] { queue.Notify(abi::kPollIn); }) {}
  GuestClock clock;
  base::WaitQueue queue;
  ClockTimer timer;
};

Result<void> SleepOnCpuTime(Task& task, GuestClock clock, int64_t target,
                            UserPtr<abi::Timespec> remaining, bool absolute) {
  auto sleep = std::make_shared<CpuSleep>(task.kernel(), std::move(clock));
  sleep->timer.Arm(sleep->clock, target);
  WaitSpec wait;
  wait.queues.push_back({&sleep->queue, abi::kPollIn});
  wait.on_signal = absolute ? abi::kERestartNoHand : EINTR;
  wait.on_interrupt = [sleep, target, remaining, absolute](Task& t) {
    if (absolute || remaining.IsNull()) return;
    const int64_t left = target - ReadClock(sleep->clock).value_or(target);
    [[maybe_unused]] auto written = t.CopyOut(remaining, ToTimespec(left > 0 ? left : 0));
  };
  return task.Retry(std::move(wait), false, [sleep, target](Task&) -> Result<void> {
    if (TRY(ReadClock(sleep->clock)) < target) return Errno(EAGAIN);
    return {};
  });
}

}  // namespace

Result<void> SysNanosleep(Task& task, UserPtr<abi::Timespec> request,
                          UserPtr<abi::Timespec> remaining) {
  return SysClockNanosleep(task, abi::kClockMonotonic, 0, request, remaining);
}

Result<void> SysClockNanosleep(Task& task, int32_t id, uint32_t flags,
                               UserPtr<abi::Timespec> request, UserPtr<abi::Timespec> remaining) {
  GuestClock clock = TRY(ResolveClock(task, id));
  if (id == abi::kClockThreadCputimeId) return Errno(EOPNOTSUPP);
  if (!clock.IsCpu() && !IsWallClock(id)) return Errno(EOPNOTSUPP);
  const abi::Timespec time = TRY(task.CopyIn(request));
  if (!IsValid(time)) return Errno(EINVAL);
  const bool absolute = (flags & abi::kTimerAbstime) != 0;
  const int64_t ns = ToNanoseconds(time);
  if (clock.IsCpu()) {
    const int64_t now = TRY(ReadClock(clock));
    int64_t target = ns;
    if (!absolute && __builtin_add_overflow(now, ns, &target)) target = ns;
    return SleepOnCpuTime(task, std::move(clock), target, remaining, absolute);
  }
  if (absolute) return SleepUntil(task, DeadlineOn(id, ns), {}, true);
  MonoTime deadline = task.restart_deadline().value_or(MonotonicNow() + ns);
  return SleepUntil(task, deadline, remaining, false);
}

}  // namespace sentry
