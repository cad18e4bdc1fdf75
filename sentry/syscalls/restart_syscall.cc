// restart_syscall(2): what a thread finds itself in after a stop in a sleep or a poll(2).
#include "sentry/kernel/dispatch.h"
#include "sentry/kernel/task.h"
#include "sentry/syscalls/time_calls.h"

namespace sentry {

Result<uint64_t> SysRestartSyscall(Task& task) {
  TRY(task.BecomeRestarted());
  return DispatchSyscall(task);
}

}  // namespace sentry
