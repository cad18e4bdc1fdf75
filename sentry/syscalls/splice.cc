// splice(2), tee(2), vmsplice(2): through pipes, by copying.
#include <algorithm>
#include <memory>

#include "abi/linux/poll.h"
#include "sentry/fs/pipefs/pipe_end.h"
#include "sentry/syscalls/copy_chunk.h"
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/file_io.h"

namespace sentry {
namespace {

constexpr uint32_t kKnownFlags =
    abi::kSpliceFMove | abi::kSpliceFNonblock | abi::kSpliceFMore | abi::kSpliceFGift;
constexpr size_t kChunk = 64 << 10;

// Bytes of a pipe, shown to `out` and then taken as far as it took them.
Result<size_t> FromPipe(Task& task, Pipe& pipe, FileDescription& out, int64_t* position, size_t max,
                        bool take) {
  if (pipe.empty()) {
    if (pipe.writers() == 0) return size_t{0};
    return Errno(EAGAIN);
  }
  size_t size = std::min({max, kChunk, pipe.size()});
  std::unique_ptr<std::byte[]> buffer(new std::byte[size]);
  BufferSink shown(std::span(buffer.get(), size));
  size_t got = TRY(pipe.Peek(shown, size));
  BufferSource from(std::span(buffer.get(), got));
  size_t put = TRY(WriteOnce(task, out, from, position));
  if (take) {
    BufferSink taken(std::span(buffer.get(), put));
    TRY(pipe.Read(taken));
  }
  return put;
}

// Into a pipe from anything else.  What has no position gives up what it is asked for, so no more
// is asked for than there is room.
Result<size_t> IntoPipe(Task& task, FileDescription& in, int64_t* position, PipeEnd& out,
                        size_t max) {
  if (out.pipe().readers() != 0 && out.pipe().full()) return Errno(EAGAIN);
  size_t room = std::max<size_t>(out.pipe().room(), 1);
  int64_t unused = 0;
  if (in.HasPosition()) {
    return CopyChunk(task, in, position, out, &unused, std::min(max, room));
  }
  return CopyChunk(task, in, &unused, out, &unused, std::min(max, room));
}

struct Ends {
  Ref<FileDescription> in, out;
};

// Waits for whichever end keeps `move` from moving anything.
template <typename Move>
Result<size_t> MoveBetween(Task& task, const Ends& ends, bool nonblocking, Move move) {
  WaitSpec wait;
  constexpr uint32_t kTrouble = abi::kPollErr | abi::kPollHup;
  if (auto* queue = ends.in->Queue()) wait.queues.push_back({queue, abi::kPollIn | kTrouble});
  if (auto* queue = ends.out->Queue()) wait.queues.push_back({queue, abi::kPollOut | kTrouble});
  nonblocking |= ends.in->NonBlocking() || ends.out->NonBlocking() || wait.queues.empty();
  return task.Retry(std::move(wait), nonblocking,
                    [ends, move = std::move(move)](Task& t) mutable { return move(t); });
}

// As much as goes without waiting; an error only when nothing went.
template <typename Step>
Result<size_t> MoveAll(size_t max, Step step) {
  size_t done = 0;
  while (done < max) {
    Result<size_t> n = step(max - done);
    if (!n.ok()) return done != 0 ? Result<size_t>(done) : n;
    if (*n == 0) break;
    done += *n;
  }
  return done;
}

// The caller's offset for the end that is no pipe; pipes have none.
Result<std::optional<int64_t>> OffsetFor(Task& task, FileDescription& file, bool pipe,
                                         UserPtr<int64_t> at) {
  if (at.IsNull()) return std::optional<int64_t>();
  if (pipe || !file.HasPosition()) return Errno(ESPIPE);
  int64_t offset = TRY(task.CopyIn(at));
  if (offset < 0) return Errno(EINVAL);
  return std::optional<int64_t>(offset);
}

}  // namespace

Result<size_t> SysSplice(Task& task, FdNum in_fd, UserPtr<int64_t> in_offset, FdNum out_fd,
                         UserPtr<int64_t> out_offset, uint64_t count, uint32_t flags) {
  if (count == 0) return size_t{0};
  if ((flags & ~kKnownFlags) != 0) return Errno(EINVAL);
  Ends ends{TRY(FileToRead(task, in_fd)), TRY(FileToWrite(task, out_fd))};
  PipeEnd* in_pipe = AsPipe(*ends.in);
  PipeEnd* out_pipe = AsPipe(*ends.out);
  std::optional<int64_t> from = TRY(OffsetFor(task, *ends.in, in_pipe != nullptr, in_offset));
  std::optional<int64_t> to = TRY(OffsetFor(task, *ends.out, out_pipe != nullptr, out_offset));
  if (in_pipe == nullptr && out_pipe == nullptr) return Errno(EINVAL);
  if (in_pipe != nullptr && out_pipe != nullptr && &in_pipe->pipe() == &out_pipe->pipe()) {
    return Errno(EINVAL);
  }
  if (out_pipe == nullptr && (ends.out->flags() & abi::kOAppend) != 0) return Errno(EINVAL);
  const Inode* in_inode = ends.in->inode();
  if (in_inode != nullptr && in_inode->IsDirectory()) return Errno(EINVAL);  // No splice_read().
  size_t max = std::min<uint64_t>(count, kMaxRwCount);
  FileDescription* in = ends.in.get();
  FileDescription* out = ends.out.get();
  auto move = [=](Task& t) mutable -> Result<size_t> {
    int64_t* in_at = from ? &*from : &in->offset;
    int64_t* out_at = to ? &*to : &out->offset;
    size_t n = TRY(MoveAll(max, [&](size_t left) {
      if (in_pipe != nullptr) return FromPipe(t, in_pipe->pipe(), *out, out_at, left, true);
      return IntoPipe(t, *in, in_at, *out_pipe, left);
    }));
    if (from) TRY(t.CopyOut(in_offset, *from));
    if (to) TRY(t.CopyOut(out_offset, *to));
    return n;
  };
  return MoveBetween(task, ends, (flags & abi::kSpliceFNonblock) != 0, std::move(move));
}

Result<size_t> SysTee(Task& task, FdNum in_fd, FdNum out_fd, uint64_t count, uint32_t flags) {
  if ((flags & ~kKnownFlags) != 0) return Errno(EINVAL);
  if (count == 0) return size_t{0};
  Ends ends{TRY(FileToRead(task, in_fd)), TRY(FileToWrite(task, out_fd))};
  PipeEnd* from = AsPipe(*ends.in);
  PipeEnd* to = AsPipe(*ends.out);
  if (from == nullptr || to == nullptr || &from->pipe() == &to->pipe()) return Errno(EINVAL);
  auto move = [from, to, count](Task& t) {
    int64_t unused = 0;
    return FromPipe(t, from->pipe(), *to, &unused, count, false);
  };
  return MoveBetween(task, ends, (flags & abi::kSpliceFNonblock) != 0, move);
}

Result<size_t> SysVmsplice(Task& task, FdNum fd, UserAddr iov, uint64_t count, uint32_t flags) {
  if ((flags & ~kKnownFlags) != 0) return Errno(EINVAL);
  Ref<FileDescription> file = TRY(task.fds().GetForIo(fd));
  if (AsPipe(*file) == nullptr) return Errno(EBADF);
  std::vector<UserRange> ranges = TRY(CopyInIovec(task, iov.value(), count));
  IoOptions options{.at = {}, .nowait = (flags & abi::kSpliceFNonblock) != 0};
  if (file->writable()) {
    return WriteFile(task, std::move(file), UserSource(task, std::move(ranges)), options);
  }
  return ReadFile(task, std::move(file), UserSink(task, std::move(ranges)), options);
}

}  // namespace sentry
