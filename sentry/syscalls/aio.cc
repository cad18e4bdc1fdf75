// io_setup(2), io_destroy(2), io_submit(2), io_getevents(2), io_pgetevents(2), io_cancel(2).
//
// Reads, writes and syncs are done when they are submitted, as Linux does them for buffered files;
// polls wait.  The ring that Linux maps into the caller is a page without its magic number here, so
// that libraries fetch events by the call.
#include <algorithm>

#include "abi/linux/eventfd.h"
#include "abi/linux/mman.h"
#include "abi/linux/poll.h"
#include "abi/linux/syscall_numbers.h"
#include "sentry/fs/eventfd/eventfd.h"
#include "sentry/fs/proc/sysctls.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/aio_calls.h"
#include "sentry/syscalls/aio_context.h"
#include "sentry/syscalls/file_io.h"
#include "sentry/syscalls/wait_time.h"

namespace sentry {
namespace {

constexpr uint64_t kRing = 4096;

void FinishSetup(Task& task, UserPtr<uint64_t> id_ptr, uint32_t slots, int64_t result) {
  if (result < 0 && result > -4096) return task.CompleteSyscall(Errno(static_cast<int>(-result)));
  const uint64_t id = static_cast<uint64_t>(result);
  AioContexts::Of(task).contexts[id] = MakeRef<AioContext>(slots);
  const uint32_t header[2] = {static_cast<uint32_t>(AioContexts::Of(task).contexts.size()), slots};
  [[maybe_unused]] Result<void> told = task.Write(id, std::as_bytes(std::span(header)));
  Result<void> written = task.CopyOut(id_ptr, id);
  if (!written.ok()) {
    AioContexts::Of(task).contexts.erase(id);
    return task.CompleteSyscall(written.error());
  }
  task.CompleteSyscall(uint64_t{0});
}

}  // namespace

Result<uint64_t> SysIoSetup(Task& task, uint32_t slots, UserPtr<uint64_t> id_ptr) {
  const uint64_t before = TRY(task.CopyIn(id_ptr));
  if (before != 0 || slots == 0) return Errno(EINVAL);
  constexpr uint32_t kTooMany = 0x10000000 / sizeof(abi::IoEvent);
  if (slots > kTooMany) return Errno(EINVAL);
  uint64_t used = slots;
  for (const auto& [id, context] : AioContexts::Of(task).contexts) used += context->slots();
  if (used > task.kernel().Get<Sysctls>().Unsigned("fs/aio-max-nr")) return Errno(EAGAIN);
  task.CaptureThen([id_ptr, slots](Task& self) {
    platform::HostCall call{.number = abi::kSysMmap,
                            .args = {0, kRing, abi::kProtRead | abi::kProtWrite,
                                     abi::kMapPrivate | abi::kMapAnonymous, ~uint64_t{0}, 0}};
    self.InjectThen(std::span(&call, 1),
                    [id_ptr, slots](Task& done, std::span<const int64_t> results) {
                      FinishSetup(done, id_ptr, slots, results[0]);
                    });
  });
  return Errno(kErrnoNoReturn);
}

Result<uint64_t> SysIoDestroy(Task& task, uint64_t id) {
  Ref<AioContext> context = TRY(AioContexts::Of(task).Find(id));
  AioContexts::Of(task).contexts.erase(id);
  context->Destroy();
  task.CaptureThen([id](Task& self) {
    platform::HostCall call{.number = abi::kSysMunmap, .args = {id, kRing}};
    self.InjectThen(std::span(&call, 1), [](Task& done, std::span<const int64_t>) {
      done.CompleteSyscall(uint64_t{0});
    });
  });
  return Errno(kErrnoNoReturn);
}

namespace {

Result<size_t> Transfer(Task& task, const abi::Iocb& iocb, FileDescription& file) {
  const bool write =
      iocb.aio_lio_opcode == abi::kIocbCmdPwrite || iocb.aio_lio_opcode == abi::kIocbCmdPwritev;
  const bool vector =
      iocb.aio_lio_opcode == abi::kIocbCmdPreadv || iocb.aio_lio_opcode == abi::kIocbCmdPwritev;
  std::vector<UserRange> ranges;
  if (vector) {
    ranges = TRY(CopyInIovec(task, iocb.aio_buf, iocb.aio_nbytes));
  } else {
    ranges.push_back({iocb.aio_buf, std::min<uint64_t>(iocb.aio_nbytes, kMaxRwCount)});
  }
  int64_t position = iocb.aio_offset;
  if (write) {
    UserSource source(task, std::move(ranges));
    return WriteOnce(task, file, source, &position);
  }
  UserSink sink(task, std::move(ranges));
  return ReadOnce(task, file, sink, &position);
}

// The end of a request that needs no wait: its `res`.
int64_t ResultOf(const Result<size_t>& moved) {
  if (moved.ok()) return static_cast<int64_t>(*moved);
  return -int64_t{moved.error().value()};
}

Result<void> CheckAccessMode(const abi::Iocb& iocb, const FileDescription& file) {
  switch (iocb.aio_lio_opcode) {
    case abi::kIocbCmdPread:
    case abi::kIocbCmdPreadv:
      if (!file.readable()) return Errno(EBADF);
      break;
    case abi::kIocbCmdPwrite:
    case abi::kIocbCmdPwritev:
      if (!file.writable()) return Errno(EBADF);
      break;
    default:
      return {};
  }
  if (file.HasPosition() && iocb.aio_offset < 0) return Errno(EINVAL);
  return {};
}

Result<Ref<FileDescription>> EventFdOf(Task& task, const abi::Iocb& iocb) {
  if ((iocb.aio_flags & abi::kIocbFlagResfd) == 0) return Ref<FileDescription>();
  Ref<FileDescription> file = TRY(task.fds().GetForIo(FdNum(static_cast<int32_t>(iocb.aio_resfd))));
  if (dynamic_cast<EventFd*>(file.get()) == nullptr) return Errno(EINVAL);
  return file;
}

Result<void> StartPoll(const abi::Iocb& iocb, uint64_t address, AioContext& context,
                       Ref<FileDescription> file, Ref<FileDescription> eventfd) {
  if (iocb.aio_buf > 0xffff || iocb.aio_offset != 0 || iocb.aio_nbytes != 0) return Errno(EINVAL);
  context.Poll(std::move(file), static_cast<uint32_t>(iocb.aio_buf), address, iocb.aio_data,
               std::move(eventfd));
  return {};
}

// io_submit_one(): an error means that it was not accepted.
Result<void> SubmitOne(Task& task, AioContext& context, uint64_t address) {
  abi::Iocb iocb = TRY(task.CopyIn(UserPtr<abi::Iocb>(address)));
  if (iocb.reserved2 != 0) return Errno(EINVAL);
  if (static_cast<int64_t>(iocb.aio_nbytes) < 0) return Errno(EINVAL);
  if (context.Full()) return Errno(EAGAIN);
  Ref<FileDescription> file =
      TRY(task.fds().GetForIo(FdNum(static_cast<int32_t>(iocb.aio_fildes))));
  Ref<FileDescription> eventfd = TRY(EventFdOf(task, iocb));
  TRY(task.CopyOut(UserPtr<uint32_t>(address + offsetof(abi::Iocb, aio_key)), uint32_t{0}));
  TRY(CheckAccessMode(iocb, *file));
  int64_t result = 0;
  switch (iocb.aio_lio_opcode) {
    case abi::kIocbCmdPread:
    case abi::kIocbCmdPreadv:
    case abi::kIocbCmdPwrite:
    case abi::kIocbCmdPwritev:
      result = ResultOf(Transfer(task, iocb, *file));
      break;
    case abi::kIocbCmdFsync:
    case abi::kIocbCmdFdsync: {
      if (iocb.aio_buf != 0 || iocb.aio_offset != 0 || iocb.aio_nbytes != 0 ||
          iocb.aio_rw_flags != 0) {
        return Errno(EINVAL);
      }
      OpContext ctx = task.context();
      Result<void> synced = file->Sync(ctx, iocb.aio_lio_opcode == abi::kIocbCmdFdsync);
      result = synced.ok() ? 0 : -int64_t{synced.error().value()};
      break;
    }
    case abi::kIocbCmdPoll:
      return StartPoll(iocb, address, context, std::move(file), std::move(eventfd));
    default:
      return Errno(EINVAL);
  }
  context.Complete({.data = iocb.aio_data, .obj = address, .res = result, .res2 = 0},
                   eventfd.get());
  return {};
}

}  // namespace

Result<size_t> SysIoSubmit(Task& task, uint64_t id, int64_t count, UserPtr<uint64_t> iocbs) {
  if (count < 0) return Errno(EINVAL);
  Ref<AioContext> context = TRY(AioContexts::Of(task).Find(id));
  const size_t most = std::min<size_t>(static_cast<size_t>(count), context->slots());
  size_t accepted = 0;
  for (; accepted < most; ++accepted) {
    std::optional<UserPtr<uint64_t>> at = iocbs.At(accepted);
    Result<uint64_t> address = at ? task.CopyIn(*at) : Result<uint64_t>(Errno(EFAULT));
    Result<void> submitted =
        address.ok() ? SubmitOne(task, *context, *address) : Result<void>(address.error());
    if (submitted.ok()) continue;
    if (accepted == 0) return submitted.error();
    break;
  }
  return accepted;
}

namespace {

struct Fetching {
  Ref<AioContext> context;
  size_t min, max;
  UserPtr<abi::IoEvent> to;
  size_t fetched = 0;
};

// EAGAIN: not enough yet.
Result<size_t> Fetch(Task& task, Fetching& fetching) {
  std::deque<abi::IoEvent>& events = fetching.context->events();
  while (fetching.fetched < fetching.max && !events.empty()) {
    std::optional<UserPtr<abi::IoEvent>> at = fetching.to.At(fetching.fetched);
    Result<void> copied = at ? task.CopyOut(*at, events.front()) : Result<void>(Errno(EFAULT));
    if (!copied.ok()) {
      if (fetching.fetched == 0) return copied.error();
      return fetching.fetched;
    }
    events.pop_front();
    ++fetching.fetched;
  }
  if (fetching.context->destroyed()) return Errno(EINVAL);
  if (fetching.fetched < fetching.min) return Errno(EAGAIN);
  return fetching.fetched;
}

Result<size_t> GetEvents(Task& task, uint64_t id, int64_t min, int64_t max,
                         UserPtr<abi::IoEvent> to, std::optional<MonoTime> deadline, bool no_wait) {
  Ref<AioContext> context = TRY(AioContexts::Of(task).Find(id));
  if (min < 0 || min > max) return Errno(EINVAL);
  auto fetching = std::make_shared<Fetching>(
      Fetching{std::move(context), static_cast<size_t>(min), static_cast<size_t>(max), to});
  if (no_wait) fetching->min = 0;
  WaitSpec wait;
  wait.queues.push_back({&fetching->context->queue, abi::kPollIn});
  wait.deadline = deadline;
  wait.on_timeout = uint64_t{0};
  wait.on_signal = EINTR;
  wait.on_cut_short = [fetching](Task&, bool) -> std::optional<Result<uint64_t>> {
    if (fetching->fetched == 0) return std::nullopt;
    return Result<uint64_t>(uint64_t{fetching->fetched});
  };
  return task.Retry(std::move(wait), false, [fetching](Task& t) { return Fetch(t, *fetching); });
}

bool IsZero(std::optional<MonoTime> deadline) {
  return deadline && *deadline <= MonotonicNow();
}

}  // namespace

Result<size_t> SysIoGetevents(Task& task, uint64_t id, int64_t min, int64_t max,
                              UserPtr<abi::IoEvent> to, UserPtr<abi::Timespec> timeout) {
  std::optional<MonoTime> deadline = TRY(DeadlineFrom(task, timeout));
  return GetEvents(task, id, min, max, to, deadline, IsZero(deadline));
}

Result<size_t> SysIoPgetevents(Task& task, uint64_t id, int64_t min, int64_t max,
                               UserPtr<abi::IoEvent> to, UserPtr<abi::Timespec> timeout,
                               UserPtr<abi::SigsetArgpack> mask) {
  std::optional<MonoTime> deadline = TRY(DeadlineFrom(task, timeout));
  abi::SigsetArgpack pack{};
  if (!mask.IsNull()) pack = TRY(task.CopyIn(mask));
  TRY(UseTemporaryMask(task, UserPtr<abi::Sigset>(pack.sigmask), pack.sigsetsize));
  return GetEvents(task, id, min, max, to, deadline, IsZero(deadline));
}

Result<void> SysIoCancel(Task& task, uint64_t id, UserPtr<abi::Iocb> iocb) {
  const uint32_t key =
      TRY(task.CopyIn(UserPtr<uint32_t>(iocb.value() + offsetof(abi::Iocb, aio_key))));
  if (key != 0) return Errno(EINVAL);
  Ref<AioContext> context = TRY(AioContexts::Of(task).Find(id));
  if (!context->Cancel(iocb.value())) return Errno(EINVAL);
  return Errno(EINPROGRESS);  // The event tells.
}

}  // namespace sentry
