// The calls of the scheduler, for the table.
#pragma once

#include "abi/linux/sched.h"
#include "abi/linux/time.h"
#include "sentry/kernel/task.h"

namespace sentry {

Result<void> SysSchedSetscheduler(Task& task, int pid, int policy,
                                  UserPtr<const abi::SchedParam> param);
Result<int> SysSchedGetscheduler(Task& task, int pid);
Result<void> SysSchedSetparam(Task& task, int pid, UserPtr<const abi::SchedParam> param);
Result<void> SysSchedGetparam(Task& task, int pid, UserPtr<abi::SchedParam> param);
Result<void> SysSchedSetattr(Task& task, int pid, UserPtr<abi::SchedAttr> from, uint32_t flags);
Result<void> SysSchedGetattr(Task& task, int pid, UserPtr<abi::SchedAttr> to, uint32_t size,
                             uint32_t flags);
Result<int> SysSchedGetPriorityMax(Task& task, int policy);
Result<int> SysSchedGetPriorityMin(Task& task, int policy);
Result<void> SysSchedRrGetInterval(Task& task, int pid, UserPtr<abi::Timespec> to);
Result<void> SysSchedSetaffinity(Task& task, int pid, size_t size, UserPtr<std::byte> mask);
Result<size_t> SysSchedGetaffinity(Task& task, int pid, size_t size, UserPtr<std::byte> mask);

}  // namespace sentry
