// The calls of users, groups and capabilities, for the table.
#pragma once

#include "abi/linux/capability.h"
#include "sentry/kernel/task.h"

namespace sentry {

Result<uint32_t> SysGetuid(Task& task);
Result<uint32_t> SysGeteuid(Task& task);
Result<uint32_t> SysGetgid(Task& task);
Result<uint32_t> SysGetegid(Task& task);
Result<void> SysSetuid(Task& task, uint32_t uid);
Result<void> SysSetreuid(Task& task, uint32_t real, uint32_t effective);
Result<void> SysSetresuid(Task& task, uint32_t real, uint32_t effective, uint32_t saved);
Result<void> SysGetresuid(Task& task, UserPtr<uint32_t> real, UserPtr<uint32_t> effective,
                          UserPtr<uint32_t> saved);
Result<void> SysSetgid(Task& task, uint32_t gid);
Result<void> SysSetregid(Task& task, uint32_t real, uint32_t effective);
Result<void> SysSetresgid(Task& task, uint32_t real, uint32_t effective, uint32_t saved);
Result<void> SysGetresgid(Task& task, UserPtr<uint32_t> real, UserPtr<uint32_t> effective,
                          UserPtr<uint32_t> saved);
Result<uint32_t> SysSetfsuid(Task& task, uint32_t uid);
Result<uint32_t> SysSetfsgid(Task& task, uint32_t gid);
Result<uint64_t> SysGetgroups(Task& task, int size, UserPtr<uint32_t> list);
Result<void> SysSetgroups(Task& task, int size, UserPtr<uint32_t> list);
Result<void> SysCapget(Task& task, UserPtr<abi::CapUserHeader> header,
                       UserPtr<abi::CapUserData> to);
Result<void> SysCapset(Task& task, UserPtr<abi::CapUserHeader> header,
                       UserPtr<abi::CapUserData> from);

}  // namespace sentry
