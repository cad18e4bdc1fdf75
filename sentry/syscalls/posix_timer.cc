// timer_create(2), timer_settime(2), timer_gettime(2), timer_getoverrun(2), timer_delete(2).
#include "abi/linux/capability.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/process_timers.h"
#include "sentry/syscalls/time_calls.h"
#include "sentry/time/clock.h"

namespace sentry {
namespace {

// Linux: good_sigevent().
Result<void> CheckEvent(Task& task, const abi::SigEvent& event) {
  switch (event.notify) {
    case abi::kSigevSignal | abi::kSigevThreadId: {
      Task* target = task.FindTask(event.tid);
      if (target == nullptr || &target->group() != &task.group()) return Errno(EINVAL);
      [[fallthrough]];
    }
    case abi::kSigevSignal:
    case abi::kSigevThread:
      if (event.signo <= 0 || event.signo > abi::kNumSignals) return Errno(EINVAL);
      return {};
    case abi::kSigevNone:
      return {};
    default:
      return Errno(EINVAL);
  }
}

Result<GuestClock> TimerClock(Task& task, int32_t id) {
  GuestClock clock = TRY(ResolveClock(task, id));
  if (clock.IsCpu()) return clock;
  if (!IsWallClock(id)) return Errno(EOPNOTSUPP);
  const bool alarm = TimerBaseClock(id) != id;
  if (alarm && !task.creds().HasCapability(abi::kCapWakeAlarm)) return Errno(EPERM);
  return clock;
}

}  // namespace

Result<void> SysTimerCreate(Task& task, int32_t clock_id, UserPtr<abi::SigEvent> event_ptr,
                            UserPtr<int32_t> id_ptr) {
  abi::SigEvent event{};
  event.signo = abi::kSigAlrm;
  if (!event_ptr.IsNull()) event = TRY(task.CopyIn(event_ptr));
  GuestClock clock = TRY(TimerClock(task, clock_id));
  TRY(CheckEvent(task, event));
  ProcessTimers& timers = ProcessTimers::Of(task.group());
  const int32_t id = TRY(timers.Create(std::move(clock), event, event_ptr.IsNull()));
  Result<void> written = task.CopyOut(id_ptr, id);
  if (!written.ok()) [[maybe_unused]]
    auto deleted = timers.Delete(id);
  return written;
}

Result<void> SysTimerSettime(Task& task, int32_t id, uint32_t flags, UserPtr<abi::Itimerspec> value,
                             UserPtr<abi::Itimerspec> old) {
  if (value.IsNull()) return Errno(EINVAL);
  const abi::Itimerspec spec = TRY(task.CopyIn(value));
  if (!IsValid(spec.it_value) || !IsValid(spec.it_interval)) return Errno(EINVAL);
  PosixTimer* timer = TRY(ProcessTimers::Of(task.group()).Find(id));
  const abi::Itimerspec before = TRY(timer->Set((flags & abi::kTimerAbstime) != 0, spec));
  if (!old.IsNull()) TRY(task.CopyOut(old, before));
  return {};
}

Result<void> SysTimerGettime(Task& task, int32_t id, UserPtr<abi::Itimerspec> value) {
  PosixTimer* timer = TRY(ProcessTimers::Of(task.group()).Find(id));
  return task.CopyOut(value, TRY(timer->Get()));
}

Result<int> SysTimerGetoverrun(Task& task, int32_t id) {
  return TRY(ProcessTimers::Of(task.group()).Find(id))->Overrun();
}

Result<void> SysTimerDelete(Task& task, int32_t id) {
  return ProcessTimers::Of(task.group()).Delete(id);
}

}  // namespace sentry
