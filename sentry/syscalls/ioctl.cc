// ioctl(2): the requests that all files have; the rest is the file's own.
#include "abi/linux/ioctl.h"

#include "abi/linux/errno.h"
#include "sentry/kernel/async_io.h"
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/ioctl.h"
#include "sentry/syscalls/seccomp.h"

namespace sentry {
namespace {

Result<void> SetFlag(Task& task, FileDescription& file, uint32_t flag, uint64_t arg) {
  int32_t on = TRY(task.CopyIn(UserPtr<int32_t>(arg)));
  file.SetStatusFlags(on != 0 ? file.flags() | flag : file.flags() & ~flag);
  return {};
}

// ioctl_fioasync(): what cannot tell may still be told to stay as it is.
Result<void> SetAsync(Task& task, FileDescription& file, uint64_t arg) {
  const bool on = TRY(task.CopyIn(UserPtr<int32_t>(arg))) != 0;
  const bool changes = on != ((file.flags() & abi::kOAsync) != 0);
  if (changes && !AsyncIo::Supports(file)) return Errno(ENOTTY);
  return SetFlag(task, file, abi::kOAsync, arg);
}

}  // namespace

Result<uint64_t> SysIoctl(Task& task, FdNum fd, uint32_t request, uint64_t arg) {
  Ref<FileDescription> file = TRY(task.fds().GetForIo(fd));
  Result<void> done;
  switch (request) {
    case abi::kFioclex:
    case abi::kFionclex:
      done = task.fds().SetFlags(fd, FdFlags{.cloexec = request == abi::kFioclex});
      break;
    case abi::kFionbio:
      done = SetFlag(task, *file, abi::kONonblock, arg);
      break;
    case abi::kFioasync:
      done = SetAsync(task, *file, arg);
      AsyncIo::Follow(task.kernel(), *file, fd);
      break;
    default: {
      if (auto answer = FileIoctl(task, *file, request, arg)) {
        done = *std::move(answer);
        break;
      }
      if (auto answer = SeccompListenerIoctl(task, file, request, arg)) return *std::move(answer);
      OpContext ctx = task.context();
      Result<uint64_t> result = file->Ioctl(ctx, task, request, arg);
      return result.Is(abi::kENoIoctlCmd) ? Errno(ENOTTY) : result;
    }
  }
  TRY(std::move(done));
  return uint64_t{0};
}

}  // namespace sentry
