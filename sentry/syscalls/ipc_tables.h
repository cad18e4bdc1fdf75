// What the calls of System V IPC have in common: where the objects of a task's namespace are.
#pragma once

#include "sentry/ipc/sysv_ipc.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/task.h"

namespace sentry {

inline SharedMemory& Segments(Task& task) {
  return task.kernel().Get<SysvIpc>().shm;
}
inline Semaphores& Sets(Task& task) {
  return task.kernel().Get<SysvIpc>().sem;
}
inline MessageQueues& Queues(Task& task) {
  return task.kernel().Get<SysvIpc>().msg;
}

// Who made an object or used it last, as the caller's own namespace numbers it.
inline int32_t IpcPid(Task& task) {
  return task.NumberOf(task.group().pid);
}

}  // namespace sentry
