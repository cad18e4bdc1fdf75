// Calls about file systems as such, for the table.
#pragma once

#include "abi/linux/ustat.h"
#include "sentry/syscalls/file_calls.h"

namespace sentry {

Result<void> SysUstat(Task& task, uint32_t device, UserPtr<abi::Ustat> to);
Result<uint64_t> SysSysfs(Task& task, int32_t option, uint64_t first, UserPtr<char> to);
Result<void> SysQuotactl(Task& task, uint32_t command, PathPtr special);
Result<void> SysQuotactlFd(Task& task, FdNum fd, uint32_t command);
// file_handle.cc
Result<void> SysNameToHandleAt(Task& task, FdNum dirfd, PathPtr path,
                               UserPtr<abi::FileHandle> handle, UserPtr<int32_t> mount_id,
                               uint32_t flags);
Result<FdNum> SysOpenByHandleAt(Task& task, FdNum mount_fd, UserPtr<abi::FileHandle> handle,
                                uint32_t flags);

}  // namespace sentry
