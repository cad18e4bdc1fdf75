// epoll_create(2), epoll_ctl(2), epoll_wait(2) and their variants.
#include "sentry/fs/epoll/epoll.h"

#include <limits>

#include "abi/linux/capability.h"
#include "sentry/syscalls/events_calls.h"
#include "sentry/syscalls/wait_time.h"

namespace sentry {
namespace {

constexpr uint32_t kExclusiveOk = abi::kEpollIn | abi::kEpollOut | abi::kEpollErr | abi::kEpollHup |
                                  abi::kEpollWakeup | abi::kEpollEt | abi::kEpollExclusive;

Result<Ref<FileDescription>> GetEpoll(Task& task, FdNum fd) {
  Ref<FileDescription> file = TRY(task.fds().Get(fd));
  if (AsEpoll(*file) == nullptr) return Errno(EINVAL);
  return file;
}

// EPOLLEXCLUSIVE comes with an item or never, and not with every other flag (ep_ctl of Linux).
bool ExclusiveIsAllowed(int32_t op, uint32_t events, FileDescription& file) {
  if (op == abi::kEpollCtlMod) return false;
  return op != abi::kEpollCtlAdd || (AsEpoll(file) == nullptr && (events & ~kExclusiveOk) == 0);
}

Result<size_t> WaitForEvents(Task& task, FdNum fd, UserPtr<abi::EpollEvent> events, int32_t max,
                             std::optional<MonoTime> deadline) {
  constexpr int32_t kMaxEvents =
      std::numeric_limits<int32_t>::max() / static_cast<int32_t>(sizeof(abi::EpollEvent));
  if (max <= 0 || max > kMaxEvents) return Errno(EINVAL);
  Ref<FileDescription> file = TRY(GetEpoll(task, fd));
  WaitSpec wait;
  wait.queues.push_back({file->Queue(), abi::kPollIn});
  const bool no_wait = deadline && *deadline <= MonotonicNow();
  wait.deadline = deadline;
  wait.on_timeout = uint64_t{0};
  wait.on_signal = EINTR;
  Result<size_t> ready =
      task.Retry(std::move(wait), no_wait, [file, events, max](Task& t) -> Result<size_t> {
        size_t found = TRY(AsEpoll(*file)->Harvest(
            static_cast<size_t>(max),
            [&](std::span<const abi::EpollEvent> batch) { return t.CopyOutArray(events, batch); }));
        if (found == 0) return Errno(EAGAIN);
        return found;
      });
  if (no_wait && ready.Is(EAGAIN)) return size_t{0};
  return ready;
}

std::optional<MonoTime> DeadlineInMs(int32_t timeout_ms) {
  if (timeout_ms < 0) return std::nullopt;
  return MonotonicNow() + int64_t{timeout_ms} * 1'000'000;
}

}  // namespace

Result<FdNum> SysEpollCreate1(Task& task, uint32_t flags) {
  if ((flags & ~abi::kEpollCloexec) != 0) return Errno(EINVAL);
  return task.InstallFd(NewEpoll(task.kernel()), FdFlags{.cloexec = flags != 0});
}

Result<FdNum> SysEpollCreate(Task& task, int32_t size) {
  if (size <= 0) return Errno(EINVAL);
  return SysEpollCreate1(task, 0);
}

Result<void> SysEpollCtl(Task& task, FdNum epfd, int32_t op, FdNum fd,
                         UserPtr<abi::EpollEvent> event_ptr) {
  abi::EpollEvent event{};
  if (op != abi::kEpollCtlDel) event = TRY(task.CopyIn(event_ptr));
  Ref<FileDescription> epoll_file = TRY(task.fds().GetForIo(epfd));
  Ref<FileDescription> file = TRY(task.fds().GetForIo(fd));
  if (file->Queue() == nullptr) return Errno(EPERM);  // Always ready: there is nothing to watch.
  EpollFile* epoll = AsEpoll(*epoll_file);
  if (epoll == nullptr || epoll_file == file) return Errno(EINVAL);
  if (!task.creds().HasCapability(abi::kCapBlockSuspend)) event.events &= ~abi::kEpollWakeup;
  if ((event.events & abi::kEpollExclusive) != 0 && !ExclusiveIsAllowed(op, event.events, *file)) {
    return Errno(EINVAL);
  }
  switch (op) {
    case abi::kEpollCtlAdd:
      return epoll->Add(fd.value(), *file, event);
    case abi::kEpollCtlMod:
      return epoll->Modify(fd.value(), *file, event);
    case abi::kEpollCtlDel:
      return epoll->Delete(fd.value(), *file);
    default:
      return Errno(EINVAL);
  }
}

Result<size_t> SysEpollWait(Task& task, FdNum fd, UserPtr<abi::EpollEvent> events, int32_t max,
                            int32_t timeout_ms) {
  return WaitForEvents(task, fd, events, max, DeadlineInMs(timeout_ms));
}

Result<size_t> SysEpollPwait(Task& task, FdNum fd, UserPtr<abi::EpollEvent> events, int32_t max,
                             int32_t timeout_ms, UserPtr<abi::Sigset> mask, size_t mask_size) {
  TRY(UseTemporaryMask(task, mask, mask_size));
  return WaitForEvents(task, fd, events, max, DeadlineInMs(timeout_ms));
}

Result<size_t> SysEpollPwait2(Task& task, FdNum fd, UserPtr<abi::EpollEvent> events, int32_t max,
                              UserPtr<abi::Timespec> timeout, UserPtr<abi::Sigset> mask,
                              size_t mask_size) {
  std::optional<MonoTime> deadline = TRY(DeadlineFrom(task, timeout));
  TRY(UseTemporaryMask(task, mask, mask_size));
  return WaitForEvents(task, fd, events, max, deadline);
}

}  // namespace sentry
