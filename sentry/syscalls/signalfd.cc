// signalfd(2), signalfd4(2).
#include "sentry/fs/signalfd/signalfd.h"

#include "abi/linux/eventfd.h"
#include "sentry/syscalls/events_calls.h"

namespace sentry {

Result<FdNum> SysSignalfd4(Task& task, FdNum fd, UserPtr<abi::Sigset> mask_ptr, size_t size,
                           uint32_t flags) {
  if (size != sizeof(abi::Sigset)) return Errno(EINVAL);
  const abi::Sigset mask = TRY(task.CopyIn(mask_ptr)) & ~abi::kUnblockableSignals;
  if ((flags & ~(abi::kSfdCloexec | abi::kSfdNonblock)) != 0) return Errno(EINVAL);
  if (fd.value() == -1) {
    return task.InstallFd(NewSignalFd(task.kernel(), mask, flags & abi::kSfdNonblock),
                          FdFlags{.cloexec = (flags & abi::kSfdCloexec) != 0});
  }
  Ref<FileDescription> file = TRY(task.fds().GetForIo(fd));
  SignalFd* signals = AsSignalFd(*file);
  if (signals == nullptr) return Errno(EINVAL);
  signals->SetMask(mask);
  return fd;
}

Result<FdNum> SysSignalfd(Task& task, FdNum fd, UserPtr<abi::Sigset> mask, size_t size) {
  return SysSignalfd4(task, fd, mask, size, 0);
}

}  // namespace sentry
