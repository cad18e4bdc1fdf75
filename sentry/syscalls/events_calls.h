// The calls of pipes, event descriptors and readiness, for the table.
#pragma once

#include "abi/linux/epoll.h"
#include "abi/linux/poll.h"
#include "abi/linux/time.h"
#include "sentry/kernel/task.h"

namespace sentry {

// pipe.cc
Result<void> SysPipe(Task& task, UserPtr<int32_t> fds);
Result<void> SysPipe2(Task& task, UserPtr<int32_t> fds, uint32_t flags);

}  // namespace sentry
