// Resource usage of tasks and processes (getrusage(2), times(2)).
#pragma once

#include "abi/linux/resource.h"
#include "sentry/kernel/thread_group.h"

namespace sentry {

// Of one live task; nothing of a dead one.  Of a process: ThreadGroup::TotalUsage().
Usage TaskUsage(const Task& task);
abi::Rusage ToRusage(const Usage& usage);

}  // namespace sentry
