// The calls about the system as a whole, for the table.
#pragma once

#include "abi/linux/utsname.h"
#include "sentry/kernel/task.h"

namespace sentry {

Result<void> SysUname(Task& task, UserPtr<abi::UtsName> to);
Result<void> SysSethostname(Task& task, UserPtr<char> name, int length);
Result<void> SysSetdomainname(Task& task, UserPtr<char> name, int length);
Result<void> SysSysinfo(Task& task, UserPtr<abi::SysInfo> to);
Result<uint64_t> SysKcmp(Task& task, int pid1, int pid2, int type, uint64_t index1,
                         uint64_t index2);
Result<uint64_t> SysReboot(Task& task, uint32_t magic1, uint32_t magic2, uint32_t command,
                           UserAddr restart_command);
// syslog.cc
Result<size_t> SysSyslog(Task& task, int type, UserPtr<std::byte> to, int size);
// swap.cc
Result<void> SysSwapon(Task& task, UserPtr<const char> path, uint32_t flags);
Result<void> SysSwapoff(Task& task, UserPtr<const char> path);
// namespaces.cc
Result<void> SysUnshare(Task& task, uint64_t flags);
Result<void> SysSetns(Task& task, FdNum fd, uint32_t type);

}  // namespace sentry
