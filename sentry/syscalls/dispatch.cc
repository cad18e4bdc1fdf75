#include "sentry/kernel/dispatch.h"

#include "sentry/syscalls/calls_ahead.h"
#include "sentry/syscalls/table.h"

namespace sentry {

Result<uint64_t> DispatchSyscall(Task& task) {
  const SyscallEntry* entry = FindSyscall(task.call().number);
  if (entry == nullptr) return Errno(ENOSYS);
  if (entry->handler == nullptr) return Errno(entry->refusal);
  Result<uint64_t> result = entry->handler(task, task.call().args);
  NoteCall(task, result);
  return result;
}

}  // namespace sentry
