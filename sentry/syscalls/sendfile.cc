// sendfile(2), copy_file_range(2).
#include <algorithm>

#include "abi/linux/poll.h"
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
    Position position(file, at);
    if (!at.IsNull()) position.value_ = TRY(task.CopyIn(at));
    return position;
  }
  int64_t* get() { return at_.IsNull() ? &file_->offset : &value_; }
  // After it moved.
  Result<void> Store(Task& task) {
    return at_.IsNull() ? Result<void>() : task.CopyOut(at_, value_);
  }

 private:
  Position(FileDescription& file, UserPtr<int64_t> at) : file_(&file), at_(at) {}
  FileDescription* file_;
  UserPtr<int64_t> at_;
  int64_t value_ = 0;
};

// Counts what is left of a transfer without a buffer of its own.
struct Left {
  uint64_t bytes;
  Position in;
  size_t remaining() const { return static_cast<size_t>(bytes); }
};

Result<void> CheckCopyRange(FileDescription& in, FileDescription& out) {
  // The order of generic_file_rw_checks().
  if (in.inode() == nullptr || out.inode() == nullptr) return Errno(EINVAL);
  if (in.inode()->IsDirectory() || out.inode()->IsDirectory()) return Errno(EISDIR);
  if (!in.inode()->IsRegular() || !out.inode()->IsRegular()) return Errno(EINVAL);
  if (!in.readable() || !out.writable() || (out.flags() & abi::kOAppend) != 0) {
    return Errno(EBADF);
  }
  // Between file systems of one kind at most (generic_copy_file_checks).
  std::string_view type = in.inode()->filesystem().type();
  if (type != out.inode()->filesystem().type()) return Errno(EXDEV);
  return {};
}

Result<void> CheckOverlap(const FileDescription& in, int64_t from, const FileDescription& out,
                          int64_t to, uint64_t count) {
  // Positions count as unsigned here, and what is negative is looked at later.
  for (int64_t at : {from, to}) {
    if (static_cast<uint64_t>(at) + count < static_cast<uint64_t>(at)) return Errno(EOVERFLOW);
  }
  if (from < 0 || to < 0) return Errno(EINVAL);
  int64_t end = 0;
  int64_t length = static_cast<int64_t>(std::min<uint64_t>(count, kMaxRwCount));
  if (__builtin_add_overflow(from, length, &end)) return Errno(EOVERFLOW);
  if (__builtin_add_overflow(to, length, &end)) return Errno(EOVERFLOW);
  bool overlap = from < to + length && to < from + length;
  if (in.inode() == out.inode() && overlap && length != 0) return Errno(EINVAL);
  return {};
}

}  // namespace

Result<size_t> SysSendfile(Task& task, FdNum out_fd, FdNum in_fd, UserPtr<int64_t> offset,
                           uint64_t count) {
  Ref<FileDescription> in = TRY(FileToRead(task, in_fd));
  if (!in->HasPosition()) return Errno(offset.IsNull() ? EINVAL : ESPIPE);
  Ref<FileDescription> out = TRY(FileToWrite(task, out_fd));
  if ((out->flags() & abi::kOAppend) != 0) return Errno(EINVAL);
  if (static_cast<int64_t>(count) < 0) return Errno(EINVAL);
  Position position = TRY(Position::From(task, *in, offset));
  if (*position.get() < 0) return Errno(EINVAL);
  Left left{std::min(count, kMostPerCall), position};
  if (left.bytes == 0) return size_t{0};
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

Result<size_t> SysCopyFileRange(Task& task, FdNum in_fd, UserPtr<int64_t> in_offset, FdNum out_fd,
                                UserPtr<int64_t> out_offset, uint64_t count, uint32_t flags) {
  Ref<FileDescription> in = TRY(task.fds().GetForIo(in_fd));
  Ref<FileDescription> out = TRY(task.fds().GetForIo(out_fd));
  Position from = TRY(Position::From(task, *in, in_offset));
  Position to = TRY(Position::From(task, *out, out_offset));
  if (flags != 0) return Errno(EINVAL);
  TRY(CheckCopyRange(*in, *out));
  TRY(CheckOverlap(*in, *from.get(), *out, *to.get(), count));
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
