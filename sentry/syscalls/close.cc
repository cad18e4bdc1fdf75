// close(2), close_range(2).
#include "sentry/kernel/close.h"

#include <algorithm>

#include "abi/linux/poll.h"
#include "sentry/socket/socket.h"
#include "sentry/syscalls/file_calls.h"

namespace sentry {

namespace {

Result<Ref<FileDescription>> CloseOne(Task& task, FdNum fd) {
  Ref<FileDescription> file = TRY(task.fds().Remove(fd));
  // What mmap(2) showed the host under this number is no longer it.
  task.group().installed_fds.erase(fd.value());
  CloseFile(task, file);
  return file;
}

// SO_LINGER (socket(7)): whoever closes a stream's last descriptor waits until the peer has all
// that was sent.  A signal or the time ends the wait, not the connection; the call succeeds.
Result<void> Linger(Task& task, Ref<FileDescription> file) {
  if (!file->StreamsWrites() || !file->HasOneRef()) return {};
  auto* socket = dynamic_cast<Socket*>(file.get());
  if (socket == nullptr) return {};
  const std::optional<int64_t> time = socket->BeginClose();
  if (!time) return {};
  WaitSpec wait;
  wait.queues.push_back({file->Queue(), abi::kPollHup | abi::kPollErr});
  wait.deadline = MonotonicNow() + *time;
  wait.on_cut_short = [](Task&, bool) { return std::optional(Result<uint64_t>(uint64_t{0})); };
  return task.Retry(std::move(wait), false, [file = std::move(file), socket](Task&) {
    return socket->Lingering() ? Result<void>(Errno(EAGAIN)) : Result<void>();
  });
}

}  // namespace

Result<void> SysClose(Task& task, FdNum fd) {
  return Linger(task, TRY(CloseOne(task, fd)));
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
      TRY(CloseOne(task, FdNum(fd)));
    }
  }
  return {};
}

}  // namespace sentry
