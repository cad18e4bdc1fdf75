// prctl(2), arch_prctl(2), personality(2).
#pragma once

#include "sentry/kernel/task.h"

namespace sentry {

Result<uint64_t> SysPrctl(Task& task, int option, uint64_t arg2, uint64_t arg3, uint64_t arg4,
                          uint64_t arg5);
Result<uint64_t> SysArchPrctl(Task& task, int option);
Result<uint64_t> SysPersonality(Task& task, uint32_t persona);

}  // namespace sentry
