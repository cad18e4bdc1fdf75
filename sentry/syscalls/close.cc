// close(2), close_range(2).
#include "sentry/kernel/close.h"

#include <algorithm>

#include "sentry/syscalls/file_calls.h"

namespace sentry {

Result<void> SysClose(Task& task, FdNum fd) {
  Ref<FileDescription> file = TRY(task.fds().Remove(fd));
  // What mmap(2) showed the host under this number is no longer it.
  task.group().installed_fds.erase(fd.value());
  CloseFile(task, std::move(file));
  return {};
}

Result<void> SysCloseRange(Task& task, uint32_t first, uint32_t last, uint32_t flags) {
  if ((flags & ~(abi::kCloseRangeUnshare | abi::kCloseRangeCloexec)) != 0) return Errno(EINVAL);
  if (first > last) return Errno(EINVAL);
  if ((flags & abi::kCloseRangeUnshare) != 0) task.UnshareFds();
  for (int fd : task.fds().Numbers()) {
    if (static_cast<uint32_t>(fd) < first || static_cast<uint32_t>(fd) > last) continue;
    if ((flags & abi::kCloseRangeCloexec) != 0) {
      TRY(task.fds().SetFlags(FdNum(fd), FdFlags{.cloexec = true}));
    } else {
      TRY(SysClose(task, FdNum(fd)));
    }
  }
  return {};
}

}  // namespace sentry
