// Two descriptors at once, written to an int[2] of the guest: pipe(2), socketpair(2).
#pragma once

#include "sentry/kernel/task.h"

namespace sentry {

// Both or none.
Result<void> InstallFdPair(Task& task, Ref<FileDescription> first, Ref<FileDescription> second,
                           bool cloexec, UserPtr<int32_t> to);

}  // namespace sentry
