#include "sentry/syscalls/fd_pair.h"

namespace sentry {

Result<void> InstallFdPair(Task& task, Ref<FileDescription> first, Ref<FileDescription> second,
                           bool cloexec, UserPtr<int32_t> to) {
  FdFlags flags{.cloexec = cloexec};
  FdNum first_fd = TRY(task.InstallFd(std::move(first), flags));
  Result<FdNum> second_fd = task.InstallFd(std::move(second), flags);
  Result<void> done;
  if (second_fd.ok()) {
    int32_t numbers[2] = {first_fd.value(), second_fd.value().value()};
    done = task.CopyOutArray(to, std::span<const int32_t>(numbers));
    if (done.ok()) return done;
    [[maybe_unused]] auto dropped = task.fds().Remove(second_fd.value());
  } else {
    done = second_fd.error();
  }
  [[maybe_unused]] auto dropped = task.fds().Remove(first_fd);
  return done;
}

}  // namespace sentry
