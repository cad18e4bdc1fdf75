// pidfd_open(2), pidfd_send_signal(2), pidfd_getfd(2), and what clone(2) and waitid(2) need of
// them.
#pragma once

#include "sentry/kernel/task.h"

namespace sentry {

// EBADF when it is none.
Result<Ref<ThreadGroup>> GroupOfPidfd(Task& task, FdNum fd);
Result<FdNum> InstallPidfd(Task& task, ThreadGroup& group, uint32_t flags);

Result<FdNum> SysPidfdOpen(Task& task, Tid pid, uint32_t flags);
Result<void> SysPidfdSendSignal(Task& task, FdNum fd, int signal, UserPtr<const abi::SigInfo> info,
                                uint32_t flags);
Result<FdNum> SysPidfdGetfd(Task& task, FdNum fd, FdNum target_fd, uint32_t flags);

}  // namespace sentry
