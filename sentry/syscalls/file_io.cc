// Reading and writing a description with all that read(2) and write(2) promise around the file's
// own part.
#include "sentry/syscalls/file_io.h"

#include <algorithm>

#include "abi/linux/mman.h"
#include "abi/linux/poll.h"
#include "sentry/kernel/signals.h"
#include "sentry/kernel/transfer.h"
#include "sentry/vfs/inotify.h"
#include "sentry/vfs/name_ops.h"
#include "sentry/vfs/patient_reader.h"

namespace sentry {
namespace {

// The first `max` bytes of another source.
class FirstPart final : public IoSource {
 public:
  FirstPart(IoSource& from, size_t max) : from_(from), left_(max) {}
  Result<size_t> Get(std::span<std::byte> bytes) override {
    size_t n = TRY(from_.Get(bytes.first(std::min(bytes.size(), left_))));
    left_ -= n;
    return n;
  }
  size_t remaining() const override { return std::min(left_, from_.remaining()); }

 private:
  IoSource& from_;
  size_t left_;
};

// How much may be written at `position` (generic_write_checks); EFBIG when nothing may.
Result<size_t> RoomForWrite(Task& task, OpContext& ctx, FileDescription& file, int64_t position,
                            size_t wanted) {
  constexpr int64_t kMaxBytes = INT64_MAX;
  uint64_t limit = std::min<uint64_t>(ctx.file_size_limit, kMaxBytes);
  if (limit == kMaxBytes && static_cast<uint64_t>(position) <= kMaxBytes - wanted) return wanted;
  if ((file.flags() & abi::kOAppend) != 0) {
    position = static_cast<int64_t>(TRY(file.inode()->GetAttributes(ctx)).size);
  }
  if (static_cast<uint64_t>(position) < limit) {
    return static_cast<size_t>(std::min<uint64_t>(wanted, limit - static_cast<uint64_t>(position)));
  }
  if (ctx.file_size_limit < kMaxBytes) {
    [[maybe_unused]] auto sent = task.SendSignal(KernelSignal(abi::kSigXfsz));
  }
  return Errno(EFBIG);
}

bool Stored(const FileDescription& file) {
  return file.inode() != nullptr && file.inode()->IsRegular();
}

// A read whose wait may end before there is all that it waits for.
Result<size_t> ReadPatiently(Task& task, Ref<FileDescription> file, PatientReader& reader,
                             uint32_t events, UserSink to) {
  auto sink = std::make_shared<UserSink>(std::move(to));
  WaitSpec wait;
  wait.queues.push_back({file->Queue(), events});
  if (std::optional<int64_t> limit = reader.Patience()) wait.deadline = MonotonicNow() + *limit;
  wait.on_cut_short = [&reader, sink](Task&, bool timed_out) {
    std::optional<Result<size_t>> less = reader.ReadLess(*sink, timed_out);
    std::optional<Result<uint64_t>> result;
    if (less) result = EncodeResult(*less);
    return result;
  };
  const bool nonblocking = file->NonBlocking();
  return task.Retry(std::move(wait), nonblocking, [file = std::move(file), sink](Task& t) {
    return ReadOnce(t, *file, *sink, &file->offset);
  });
}

void Notify(FileDescription& file, uint32_t event) {
  if (file.path().valid() && file.inode() != nullptr) NotifyObject(*file.path().dentry, event);
}

}  // namespace

Result<void> CheckArea(const FileDescription& file, UserRange buffer, int64_t position) {
  uint64_t end = 0;
  const bool wraps = __builtin_add_overflow(buffer.address, buffer.length, &end);
  if (wraps || end > abi::kTaskSize) return Errno(EFAULT);
  if (file.HasPosition() && position > INT64_MAX - static_cast<int64_t>(buffer.length)) {
    return Errno(EINVAL);
  }
  return {};
}

Result<Ref<FileDescription>> FileToRead(Task& task, FdNum fd, bool positioned) {
  Ref<FileDescription> file = TRY(task.fds().Get(fd));
  if (!file->readable() && (file->flags() & abi::kOPath) != 0) return Errno(EBADF);
  if (positioned && !file->HasPosition()) return Errno(ESPIPE);
  if (!file->readable()) return Errno(EBADF);
  return file;
}

Result<Ref<FileDescription>> FileToWrite(Task& task, FdNum fd, bool positioned) {
  Ref<FileDescription> file = TRY(task.fds().Get(fd));
  if ((file->flags() & abi::kOPath) != 0) return Errno(EBADF);
  if (positioned && !file->HasPosition()) return Errno(ESPIPE);
  if (!file->writable()) return Errno(EBADF);
  return file;
}

Result<size_t> ReadOnce(Task& task, FileDescription& file, IoSink& to, int64_t* position) {
  OpContext ctx = task.context();
  Result<size_t> n = file.Read(ctx, to, position);
  if (n.ok()) {
    if (*n != 0) Notify(file, abi::kInAccess);
  } else if (n.Is(EINVAL) && file.inode() != nullptr && file.inode()->IsDirectory()) {
    return Errno(EISDIR);
  }
  return n;
}

Result<size_t> WriteOnce(Task& task, FileDescription& file, IoSource& from, int64_t* position) {
  OpContext ctx = task.context();
  Result<size_t> n = size_t{0};
  if (Stored(file)) {
    size_t wanted = from.remaining();
    size_t room = wanted == 0 ? 0 : TRY(RoomForWrite(task, ctx, file, *position, wanted));
    TRY(DropSetidBits(ctx, file.path()));
    FirstPart part(from, room);
    n = file.Write(ctx, room == wanted ? from : part, position);
    bool sync = (file.flags() & abi::kODsync) != 0;
    if (n.ok() && *n != 0 && sync) TRY(file.Sync(ctx, (file.flags() & abi::kOSync) != abi::kOSync));
  } else {
    n = file.Write(ctx, from, position);
  }
  if (n.ok() && *n != 0) Notify(file, abi::kInModify);
  return n;
}

Result<size_t> ReadFile(Task& task, Ref<FileDescription> file, UserSink to,
                        const IoOptions& options) {
  constexpr uint32_t kEvents = abi::kPollIn | abi::kPollErr | abi::kPollHup | abi::kPollRdhup;
  if (file->StreamsWrites() && !options.nowait) {
    if (auto* patient = dynamic_cast<PatientReader*>(file.get())) {
      return ReadPatiently(task, std::move(file), *patient, kEvents, std::move(to));
    }
  }
  auto attempt = [to = std::move(to), at = options.at](Task& t, FileDescription& f) mutable {
    int64_t position = at.value_or(0);
    return ReadOnce(t, f, to, at ? &position : &f.offset);
  };
  if (options.nowait || file->Queue() == nullptr) return attempt(task, *file);
  FileDescription& borrowed = *file;
  return task.RetryOn(
      std::move(file), kEvents,
      [attempt = std::move(attempt), &borrowed](Task& t) mutable { return attempt(t, borrowed); });
}

Result<size_t> WriteFile(Task& task, Ref<FileDescription> file, UserSource from,
                         const IoOptions& options) {
  if (file->Queue() != nullptr) {
    TransferRules rules{.events = abi::kPollOut,
                        .nonblocking = file->NonBlocking() || options.nowait,
                        .until_done = file->StreamsWrites()};
    FileDescription& borrowed = *file;
    return Transfer(task, std::move(file), rules, std::move(from),
                    [&borrowed](Task& t, UserSource& source) -> Result<size_t> {
                      // What a file took from the source but could not write must not be lost.
                      UserSource trial = source;
                      size_t n = TRY(WriteOnce(t, borrowed, trial, &borrowed.offset));
                      source.Skip(n);
                      return n;
                    });
  }
  int64_t position = options.at.value_or(0);
  OpContext ctx = task.context();
  if (options.append && Stored(*file)) {
    position = static_cast<int64_t>(TRY(file->inode()->GetAttributes(ctx)).size);
  }
  size_t n =
      TRY(WriteOnce(task, *file, from, options.at || options.append ? &position : &file->offset));
  if (options.append && !options.at) file->offset = position;
  if (options.sync && n != 0) TRY(file->Sync(ctx, true));
  return n;
}

}  // namespace sentry
