// The calls of futexes, clocks, sleeping and timers, for the table.
#pragma once

#include "abi/linux/signal.h"
#include "abi/linux/time.h"
#include "sentry/kernel/task.h"

namespace sentry {

// futex.cc
Result<uint64_t> SysFutex(Task& task, uint64_t address, int32_t op, uint32_t value,
                          uint64_t timeout_or_count, uint64_t address2, uint32_t value3);

// restart_syscall.cc
Result<uint64_t> SysRestartSyscall(Task& task);

// nanosleep.cc
Result<void> SysNanosleep(Task& task, UserPtr<abi::Timespec> request,
                          UserPtr<abi::Timespec> remaining);
Result<void> SysClockNanosleep(Task& task, int32_t clock, uint32_t flags,
                               UserPtr<abi::Timespec> request, UserPtr<abi::Timespec> remaining);

// itimer.cc
Result<uint64_t> SysAlarm(Task& task, uint32_t seconds);
Result<void> SysGetitimer(Task& task, int32_t which, UserPtr<abi::Itimerval> value);
Result<void> SysSetitimer(Task& task, int32_t which, UserPtr<abi::Itimerval> value,
                          UserPtr<abi::Itimerval> old);

// posix_timer.cc
Result<void> SysTimerCreate(Task& task, int32_t clock, UserPtr<abi::SigEvent> event,
                            UserPtr<int32_t> id);
Result<void> SysTimerSettime(Task& task, int32_t id, uint32_t flags, UserPtr<abi::Itimerspec> value,
                             UserPtr<abi::Itimerspec> old);
Result<void> SysTimerGettime(Task& task, int32_t id, UserPtr<abi::Itimerspec> value);
Result<int> SysTimerGetoverrun(Task& task, int32_t id);
Result<void> SysTimerDelete(Task& task, int32_t id);

// clock.cc
Result<uint64_t> SysClockGettime(Task& task, int32_t clock, UserPtr<abi::Timespec> time);
Result<uint64_t> SysClockGetres(Task& task, int32_t clock, UserPtr<abi::Timespec> resolution);
Result<void> SysClockSettime(Task& task, int32_t clock, UserPtr<abi::Timespec> time);
Result<void> SysSettimeofday(Task& task, UserPtr<abi::Timeval> time, UserPtr<abi::Timezone> zone);
Result<int> SysAdjtimex(Task& task, UserPtr<abi::Timex> buffer);
Result<int> SysClockAdjtime(Task& task, int32_t clock, UserPtr<abi::Timex> buffer);

}  // namespace sentry
