// The calls of landlock(7), for the table.
#pragma once

#include "abi/linux/landlock.h"
#include "sentry/kernel/task.h"

namespace sentry {

Result<uint64_t> SysLandlockCreateRuleset(Task& task, UserPtr<abi::LandlockRulesetAttr> attr,
                                          uint64_t size, uint32_t flags);
Result<void> SysLandlockAddRule(Task& task, FdNum fd, uint32_t type,
                                UserPtr<abi::LandlockPathBeneathAttr> attr, uint32_t flags);
Result<void> SysLandlockRestrictSelf(Task& task, FdNum fd, uint32_t flags);

}  // namespace sentry
