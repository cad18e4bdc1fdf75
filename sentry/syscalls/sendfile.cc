// sendfile(2), copy_file_range(2).
#include <algorithm>

#include "abi/linux/poll.h"
#include "sentry/fs/pipefs/pipe_end.h"
#include "sentry/kernel/transfer.h"
#include "sentry/syscalls/copy_chunk.h"
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/file_io.h"

namespace sentry {
namespace {

// What one call moves at most, since it holds the kernel all the while; callers go on by
// themselves.
constexpr uint64_t kMostPerCall = 16 << 20;

// A position that the caller keeps in its memory, or the file's own.
class Position {
 public:
  // Unchecked: callers differ in what they make of a negative one.
  static Result<Position> From(Task& task, FileDescription& file, UserPtr<int64_t> at) {
    const int64_t value = at.IsNull() ? 0 : TRY(task.CopyIn(at));
    return Position(file, at, value);
  }
  Position(FileDescription& file, UserPtr<int64_t> at, int64_t value)
      : file_(&file), at_(at), value_(value) {}
  int64_t* get() { return at_.IsNull() ? &file_->offset : &value_; }
  // After it moved.
  Result<void> Store(Task& task) {
    return at_.IsNull() ? Result<void>() : task.CopyOut(at_, value_);
  }

 private:
  FileDescription* file_;
  UserPtr<int64_t> at_;
  int64_t value_;
};

// Counts what is left of a transfer without a buffer of its own.
struct Left {
  uint64_t bytes;
  Position in;
  size_t remaining() const { return static_cast<size_t>(bytes); }
};

// generic_copy_file_checks(): one file system, or two of a kind that copies between them.
bool CopiesBetween(Inode& in, Inode& out) {
  Filesystem& from = in.filesystem();
  Filesystem& to = out.filesystem();
  if (&from == &to) return true;
  return std::string_view(from.type()) == to.type() && std::string_view(to.type()) == "overlay";
}

Result<void> CheckCopyRange(FileDescription& in, FileDescription& out) {
  // The order of generic_file_rw_checks().
  if (in.inode() == nullptr || out.inode() == nullptr) return Errno(EINVAL);
  if (in.inode()->IsDirectory() || out.inode()->IsDirectory()) return Errno(EISDIR);
  if (!in.inode()->IsRegular() || !out.inode()->IsRegular()) return Errno(EINVAL);
  if (!in.readable() || !out.writable() || (out.flags() & abi::kOAppend) != 0) {
    return Errno(EBADF);
  }
  return {};
}

// generic_copy_file_checks(): how much of `count` there is to copy.
Result<uint64_t> CheckOverlap(Task& task, FileDescription& in, int64_t from,
                              const FileDescription& out, int64_t to, uint64_t count) {
  // Positions count as unsigned here, and what is negative is looked at later.
  for (int64_t at : {from, to}) {
    if (static_cast<uint64_t>(at) + count < static_cast<uint64_t>(at)) return Errno(EOVERFLOW);
  }
  if (from < 0 || to < 0) return Errno(EINVAL);
  OpContext ctx = task.context();
  const auto size = static_cast<int64_t>(TRY(in.inode()->GetAttributes(ctx)).size);
  count = from >= size ? 0 : std::min(count, static_cast<uint64_t>(size - from));
  if (to == INT64_MAX) return Errno(EFBIG);  // generic_write_check_limits()
  count = std::min(count, static_cast<uint64_t>(INT64_MAX - to));
  const auto length = static_cast<int64_t>(count);
  const bool overlap = from < to + length && to < from + length;
  if (in.inode() == out.inode() && overlap && length != 0) return Errno(EINVAL);
  return count;
}

// In the order of do_sendfile().
Result<size_t> Send(Task& task, FdNum out_fd, FdNum in_fd, UserPtr<int64_t> offset,
                    std::optional<int64_t> at, uint64_t count) {
  Ref<FileDescription> in = TRY(FileToRead(task, in_fd));
  if (at && !in->HasPosition()) return Errno(ESPIPE);
  TRY(CheckSpan(at.value_or(in->HasPosition() ? in->offset : 0), count));
  Ref<FileDescription> out = TRY(FileToWrite(task, out_fd));
  const bool to_pipe = AsPipe(*out) != nullptr;
  if (!to_pipe && (out->flags() & abi::kOAppend) != 0) return Errno(EINVAL);
  // Only a pipe takes in order what could not be asked for again.
  if (!to_pipe && !in->HasPosition()) return Errno(EINVAL);
  if (count == 0) return size_t{0};
  if (!CanSpliceFrom(*in) || !CanSpliceTo(*out)) return Errno(EINVAL);
  if (to_pipe) {
    const size_t max = std::min(count, kMostPerCall);
    return SpliceIntoPipe(task, {std::move(in), std::move(out), offset, at, max, false});
  }
  Left left{std::min(count, kMostPerCall), Position(*in, offset, at.value_or(0))};
  TransferRules rules{.events = abi::kPollOut, .nonblocking = out->NonBlocking()};
  FileDescription& to = *out;
  return Transfer(
      task, std::move(out), rules, left, [in, &to](Task& t, Left& rest) -> Result<size_t> {
        size_t n = TRY(CopyChunk(t, *in, rest.in.get(), to, &to.offset, rest.remaining()));
        rest.bytes -= n;
        TRY(rest.in.Store(t));
        return n;
      });
}

}  // namespace

// The offset is read before all else and written whatever became of the call.
Result<size_t> SysSendfile(Task& task, FdNum out_fd, FdNum in_fd, UserPtr<int64_t> offset,
                           uint64_t count) {
  if (offset.IsNull()) return Send(task, out_fd, in_fd, offset, {}, count);
  const int64_t at = TRY(task.CopyIn(offset));
  Result<size_t> sent = Send(task, out_fd, in_fd, offset, at, count);
  const bool moved = sent.ok() && *sent != 0;
  if (!moved && !sent.Is(kErrnoBlocked)) TRY(task.CopyOut(offset, at));
  return sent;
}

Result<size_t> SysCopyFileRange(Task& task, FdNum in_fd, UserPtr<int64_t> in_offset, FdNum out_fd,
                                UserPtr<int64_t> out_offset, uint64_t count, uint32_t flags) {
  Ref<FileDescription> in = TRY(task.fds().GetForIo(in_fd));
  Ref<FileDescription> out = TRY(task.fds().GetForIo(out_fd));
  Position from = TRY(Position::From(task, *in, in_offset));
  Position to = TRY(Position::From(task, *out, out_offset));
  if (flags != 0) return Errno(EINVAL);
  TRY(CheckCopyRange(*in, *out));
  if (!CopiesBetween(*in->inode(), *out->inode())) return Errno(EXDEV);
  count = TRY(CheckOverlap(task, *in, *from.get(), *out, *to.get(), count));
  uint64_t left = std::min(count, kMostPerCall);
  size_t done = 0;
  while (left != 0) {
    Result<size_t> n = CopyChunk(task, *in, from.get(), *out, to.get(), left);
    if (!n.ok() && done == 0) return n;
    if (!n.ok() || *n == 0) break;
    done += *n;
    left -= *n;
  }
  TRY(from.Store(task));
  TRY(to.Store(task));
  return done;
}

}  // namespace sentry
