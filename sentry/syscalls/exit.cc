// _exit(2), exit_group(2).
#include "abi/linux/wait.h"
#include "sentry/syscalls/process_calls.h"

namespace sentry {

Result<uint64_t> SysExit(Task& task, int status) {
  task.ExitFromCall(abi::WaitStatusExited(status), false);
  return Errno(kErrnoNoReturn);
}

Result<uint64_t> SysExitGroup(Task& task, int status) {
  task.ExitFromCall(abi::WaitStatusExited(status), true);
  return Errno(kErrnoNoReturn);
}

}  // namespace sentry
