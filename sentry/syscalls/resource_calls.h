// The calls of limits, usage and priorities, for the table.
#pragma once

#include "abi/linux/resource.h"
#include "abi/linux/time.h"
#include "sentry/kernel/task.h"

namespace sentry {

Result<void> SysGetrlimit(Task& task, int resource, UserPtr<abi::Rlimit> to);
Result<void> SysSetrlimit(Task& task, int resource, UserPtr<const abi::Rlimit> from);
Result<void> SysPrlimit64(Task& task, int pid, int resource, UserPtr<const abi::Rlimit> from,
                          UserPtr<abi::Rlimit> to);
Result<void> SysGetrusage(Task& task, int who, UserPtr<abi::Rusage> to);
Result<int64_t> SysTimes(Task& task, UserPtr<abi::Tms> to);
Result<int> SysGetpriority(Task& task, int which, int who);
Result<void> SysSetpriority(Task& task, int which, int who, int nice);
Result<int> SysIoprioGet(Task& task, int which, int who);
Result<void> SysIoprioSet(Task& task, int which, int who, int priority);

}  // namespace sentry
