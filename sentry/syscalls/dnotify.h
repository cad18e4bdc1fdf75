// F_NOTIFY of fcntl(2).
#pragma once

#include "sentry/kernel/task.h"

namespace sentry {

// The owner of `file`, an open directory, is to be signalled of what `mask` (DN_*) says.
Result<uint64_t> WatchDirectory(Task& task, FdNum fd, FileDescription& file, uint32_t mask);

}  // namespace sentry
