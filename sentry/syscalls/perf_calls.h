// perf_event_open(2), for the table.
#pragma once

#include "sentry/kernel/task.h"

namespace sentry {

Result<FdNum> SysPerfEventOpen(Task& task, UserAddr attr, int32_t pid, int32_t cpu, FdNum group,
                               uint64_t flags);

}  // namespace sentry
