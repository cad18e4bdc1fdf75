// Calls on the memory of other processes, for the table.
#pragma once

#include "sentry/kernel/task.h"

namespace sentry {

Result<uint64_t> SysProcessVmReadv(Task& task, int pid, uint64_t local, uint64_t local_count,
                                   uint64_t remote, uint64_t remote_count, uint64_t flags);
Result<uint64_t> SysProcessVmWritev(Task& task, int pid, uint64_t local, uint64_t local_count,
                                    uint64_t remote, uint64_t remote_count, uint64_t flags);
Result<uint64_t> SysProcessMadvise(Task& task, FdNum pidfd, uint64_t vec, uint64_t count,
                                   int advice, uint32_t flags);
Result<void> SysProcessMrelease(Task& task, FdNum pidfd, uint32_t flags);

}  // namespace sentry
