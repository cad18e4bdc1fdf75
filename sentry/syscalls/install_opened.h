// The last step of the calls that open files.
#pragma once

#include "sentry/kernel/task.h"

namespace sentry {

// A descriptor for what was opened, once its other side is there if it is a FIFO (fifo(7)).
Result<FdNum> InstallOpened(Task& task, Ref<FileDescription> file, bool cloexec);

}  // namespace sentry
