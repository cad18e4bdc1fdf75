// What boot needs of /proc.
#pragma once

#include "sentry/kernel/kernel.h"

namespace sentry {

// Of the pid namespace of the kernel's current task.
Ref<Filesystem> MakeProc(Kernel& kernel);

}  // namespace sentry
