// alarm(2), getitimer(2), setitimer(2).
#include "sentry/kernel/process_timers.h"
#include "sentry/syscalls/time_calls.h"

namespace sentry {
namespace {

bool IsItimer(int32_t which) {
  return which >= abi::kItimerReal && which <= abi::kItimerProf;
}

}  // namespace

Result<uint64_t> SysAlarm(Task& task, uint32_t seconds) {
  abi::Itimerval value{};
  value.it_value.tv_sec = seconds;
  const abi::Itimerval old = SetRealTimer(task.group(), value);
  // Rounded, but an alarm that is still to come is never reported as none.
  const int64_t left = old.it_value.tv_sec + (old.it_value.tv_usec >= 500'000 ? 1 : 0);
  const bool pending = old.it_value.tv_sec != 0 || old.it_value.tv_usec != 0;
  return static_cast<uint64_t>(left == 0 && pending ? 1 : left);
}

Result<void> SysGetitimer(Task& task, int32_t which, UserPtr<abi::Itimerval> value) {
  if (!IsItimer(which)) return Errno(EINVAL);
  return task.CopyOut(value, which == abi::kItimerReal
                                 ? GetRealTimer(task.group())
                                 : ProcessTimers::Of(task.group()).GetCpu(which));
}

Result<void> SysSetitimer(Task& task, int32_t which, UserPtr<abi::Itimerval> value_ptr,
                          UserPtr<abi::Itimerval> old_ptr) {
  abi::Itimerval value{};  // A null pointer disarms, a leniency that Linux still keeps.
  if (!value_ptr.IsNull()) value = TRY(task.CopyIn(value_ptr));
  if (!IsValid(value.it_value) || !IsValid(value.it_interval)) return Errno(EINVAL);
  if (!IsItimer(which)) return Errno(EINVAL);
  const abi::Itimerval old = which == abi::kItimerReal
                                 ? SetRealTimer(task.group(), value)
                                 : ProcessTimers::Of(task.group()).SetCpu(which, value);
  if (!old_ptr.IsNull()) TRY(task.CopyOut(old_ptr, old));
  return {};
}

}  // namespace sentry
