// set_robust_list(2), get_robust_list(2); kernel/futex.h walks the list.
#include "abi/linux/futex.h"
#include "sentry/kernel/answers.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace_access.h"
#include "sentry/syscalls/process_calls.h"

namespace sentry {

Result<void> SysSetRobustList(Task& task, uint64_t head, size_t size) {
  if (size != sizeof(abi::RobustListHead)) return Errno(EINVAL);
  task.robust_list = head;
  task.robust_list_size = size;
  LendOwn(task);
  return {};
}

Result<void> SysGetRobustList(Task& task, Tid pid, UserPtr<uint64_t> head, UserPtr<uint64_t> size) {
  Task* target = pid.value() == 0 ? &task : task.FindTask(pid.value());
  if (target == nullptr) return Errno(ESRCH);
  if (!MayRead(task, *target)) return Errno(EPERM);
  FetchOwn(*target);
  TRY(task.CopyOut(size, uint64_t{sizeof(abi::RobustListHead)}));
  return task.CopyOut(head, target->robust_list);
}

}  // namespace sentry
