// Advisory locks of fcntl(2).
#pragma once

#include "sentry/kernel/task.h"

namespace sentry {

// F_GETLK, F_SETLK, F_SETLKW and their F_OFD_ forms.
Result<uint64_t> LockCommand(Task& task, Ref<FileDescription> file, int32_t command,
                             UserPtr<abi::Flock> arg);

}  // namespace sentry
