// eventfd(2), eventfd2(2), timerfd_create(2), timerfd_settime(2), timerfd_gettime(2).
#include "abi/linux/capability.h"
#include "abi/linux/eventfd.h"
#include "sentry/fs/eventfd/eventfd.h"
#include "sentry/fs/timerfd/timerfd.h"
#include "sentry/syscalls/events_calls.h"
#include "sentry/time/clock.h"

namespace sentry {

Result<FdNum> SysEventfd2(Task& task, uint32_t count, uint32_t flags) {
  if ((flags & ~(abi::kEfdCloexec | abi::kEfdNonblock | abi::kEfdSemaphore)) != 0) {
    return Errno(EINVAL);
  }
  return task.InstallFd(NewEventFd(task.kernel(), count, flags & abi::kEfdNonblock,
                                   (flags & abi::kEfdSemaphore) != 0),
                        FdFlags{.cloexec = (flags & abi::kEfdCloexec) != 0});
}

Result<FdNum> SysEventfd(Task& task, uint32_t count) {
  return SysEventfd2(task, count, 0);
}

Result<FdNum> SysTimerfdCreate(Task& task, int32_t clock, uint32_t flags) {
  if ((flags & ~(abi::kTfdCloexec | abi::kTfdNonblock)) != 0) return Errno(EINVAL);
  if (!IsWallClock(clock) || clock == abi::kClockTai) return Errno(EINVAL);
  const bool alarm = TimerBaseClock(clock) != clock;
  if (alarm && !task.creds().HasCapability(abi::kCapWakeAlarm)) return Errno(EPERM);
  return task.InstallFd(NewTimerFd(task.kernel(), clock, flags & abi::kTfdNonblock),
                        FdFlags{.cloexec = (flags & abi::kTfdCloexec) != 0});
}

namespace {

// Keeps `holder` alive while the timer is used.
Result<TimerFd*> FindTimer(Task& task, FdNum fd, Ref<FileDescription>& holder) {
  holder = TRY(task.fds().GetForIo(fd));
  TimerFd* timer = AsTimerFd(*holder);
  if (timer == nullptr) return Errno(EINVAL);
  return timer;
}

}  // namespace

Result<void> SysTimerfdSettime(Task& task, FdNum fd, uint32_t flags, UserPtr<abi::Itimerspec> value,
                               UserPtr<abi::Itimerspec> old) {
  const abi::Itimerspec spec = TRY(task.CopyIn(value));
  if ((flags & ~(abi::kTfdTimerAbstime | abi::kTfdTimerCancelOnSet)) != 0 ||
      !IsValid(spec.it_value) || !IsValid(spec.it_interval)) {
    return Errno(EINVAL);
  }
  Ref<FileDescription> holder;
  TimerFd* timer = TRY(FindTimer(task, fd, holder));
  const abi::Itimerspec before = timer->Set(flags, spec);
  if (!old.IsNull()) TRY(task.CopyOut(old, before));
  return {};
}

Result<void> SysTimerfdGettime(Task& task, FdNum fd, UserPtr<abi::Itimerspec> value) {
  Ref<FileDescription> holder;
  TimerFd* timer = TRY(FindTimer(task, fd, holder));
  return task.CopyOut(value, timer->Get());
}

}  // namespace sentry
