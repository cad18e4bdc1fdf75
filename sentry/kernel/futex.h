// Futexes as far as they are the kernel's: those whose word holds guest thread ids, priority
// inheritance (FUTEX_LOCK_PI) and robust lists.  Everything else the host does in the guest's own
// memory.
#pragma once

#include <cstdint>
#include <vector>

#include "platform/platform.h"

namespace sentry {

class Task;
class ThreadGroup;

// The thread ends or execs: walks its robust list (get_robust_list(2)), marks what it held and
// hands PI futexes on.  Its memory is still there.  What is returned are the host's own wake-ups
// (FUTEX_WAKE), which only a thread of that host process can run: inject them before it goes.
std::vector<platform::HostCall> FutexOwnerDied(Task& task);
// The same for all threads of a process that ends.
std::vector<platform::HostCall> FutexOwnersDied(ThreadGroup& group);
// Some thread has something in its robust list.
bool HoldsRobustFutexes(ThreadGroup& group);

}  // namespace sentry
