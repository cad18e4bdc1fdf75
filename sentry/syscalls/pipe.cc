// pipe(2), pipe2(2).
#include "sentry/fs/pipefs/pipe_end.h"
#include "sentry/syscalls/events_calls.h"
#include "sentry/syscalls/fd_pair.h"

namespace sentry {

Result<void> SysPipe2(Task& task, UserPtr<int32_t> fds, uint32_t flags) {
  constexpr uint32_t kKnown = abi::kOCloexec | abi::kONonblock | abi::kODirect | abi::kOExcl;
  if ((flags & ~kKnown) != 0) return Errno(EINVAL);
  // O_NOTIFICATION_PIPE (O_EXCL) is for watch queues, which a kernel may be built without.
  if ((flags & abi::kOExcl) != 0) return Errno(ENOPKG);
  OpContext ctx = task.context();
  auto [reader, writer] = NewPipe(task.kernel(), ctx, flags & (abi::kONonblock | abi::kODirect));
  return InstallFdPair(task, std::move(reader), std::move(writer), (flags & abi::kOCloexec) != 0,
                       fds);
}

Result<void> SysPipe(Task& task, UserPtr<int32_t> fds) {
  return SysPipe2(task, fds, 0);
}

}  // namespace sentry
