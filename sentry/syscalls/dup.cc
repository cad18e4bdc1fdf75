// dup(2), dup2(2), dup3(2): a second descriptor for one open file description.
#include "sentry/kernel/close.h"
#include "sentry/syscalls/file_calls.h"

namespace sentry {
namespace {

Result<FdNum> DupTo(Task& task, FdNum old_fd, FdNum new_fd, FdFlags flags) {
  Ref<FileDescription> file = TRY(task.fds().Get(old_fd));
  Ref<FileDescription> replaced =
      TRY(task.fds().InstallAt(new_fd, std::move(file), flags, task.fd_limit()));
  task.group().installed_fds.erase(new_fd.value());
  if (replaced != nullptr) CloseFile(task, std::move(replaced));
  return new_fd;
}

}  // namespace

Result<FdNum> SysDup(Task& task, FdNum old_fd) {
  Ref<FileDescription> file = TRY(task.fds().Get(old_fd));
  return task.InstallFd(std::move(file), FdFlags{});
}

Result<FdNum> SysDup2(Task& task, FdNum old_fd, FdNum new_fd) {
  if (old_fd == new_fd) {
    TRY(task.fds().Get(old_fd));  // Same number: succeeds without effect if it is open.
    return new_fd;
  }
  return DupTo(task, old_fd, new_fd, FdFlags{});
}

Result<FdNum> SysDup3(Task& task, FdNum old_fd, FdNum new_fd, uint32_t flags) {
  if ((flags & ~abi::kOCloexec) != 0 || old_fd == new_fd) return Errno(EINVAL);
  return DupTo(task, old_fd, new_fd, FdFlags{.cloexec = flags != 0});
}

}  // namespace sentry
