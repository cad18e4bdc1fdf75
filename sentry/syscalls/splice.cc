// splice(2), tee(2), vmsplice(2): through pipes, by copying.
#include <algorithm>
#include <memory>

#include "abi/linux/poll.h"
#include "sentry/fs/pipefs/pipe_end.h"
#include "sentry/kernel/transfer.h"
#include "sentry/socket/socket.h"
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
  int64_t* from = in.HasPosition() ? position : &unused;
  return CopyChunk(task, in, from, out, &unused, std::min(max, room));
}

struct Ends {
  Ref<FileDescription> in, out;
};

bool IsUnixStream(FileDescription& file) {
  Result<Socket*> socket = AsSocket(file);
  return socket.ok() && (*socket)->family() == abi::kAfUnix &&
         (*socket)->type() == abi::kSockStream;
}

// Of a move that cannot go on: whether the end that keeps it is not waited for.  A pipe is asked by
// the call's flag and its own; a file by its own, but that of streams of AF_UNIX look at the call's
// too (unix_stream_splice_read()).
bool RefusesToWait(const Ends& ends, bool nonblocking) {
  PipeEnd* from = AsPipe(*ends.in);
  PipeEnd* to = AsPipe(*ends.out);
  if (from != nullptr && to != nullptr) {
    return nonblocking || ends.in->NonBlocking() || ends.out->NonBlocking();
  }
  if (from != nullptr) {
    if (from->pipe().empty()) return nonblocking || ends.in->NonBlocking();
    return ends.out->NonBlocking();
  }
  nonblocking |= ends.out->NonBlocking();
  if (to->pipe().readers() != 0 && to->pipe().full()) return nonblocking;
  return ends.in->NonBlocking() || (nonblocking && IsUnixStream(*ends.in));
}

// Waits for whichever end keeps `move` from moving anything.
template <typename Move>
Result<size_t> MoveBetween(Task& task, const Ends& ends, bool nonblocking, Move move) {
  Result<size_t> at_once = move(task);
  if (!at_once.Is(EAGAIN)) return at_once;
  WaitSpec wait;
  constexpr uint32_t kTrouble = abi::kPollErr | abi::kPollHup;
  if (auto* queue = ends.in->Queue()) wait.queues.push_back({queue, abi::kPollIn | kTrouble});
  if (auto* queue = ends.out->Queue()) wait.queues.push_back({queue, abi::kPollOut | kTrouble});
  nonblocking = wait.queues.empty() || RefusesToWait(ends, nonblocking);
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

// vmsplice(2): as much as there is room for, once there is some.
Result<size_t> FillPipe(Task& task, Ref<FileDescription> pipe, std::vector<UserRange> ranges,
                        bool nonblocking) {
  const TransferRules rules{.events = abi::kPollOut,
                            .nonblocking = nonblocking || pipe->NonBlocking(),
                            .until_done = false};
  FileDescription& borrowed = *pipe;
  return Transfer(task, std::move(pipe), rules, UserSource(task, std::move(ranges)),
                  [&borrowed](Task& t, UserSource& from) {
                    return WriteOnce(t, borrowed, from, &borrowed.offset);
                  });
}

// The caller's offset for the end that is no pipe; not yet checked.
Result<std::optional<int64_t>> CopyInOffset(Task& task, UserPtr<int64_t> at) {
  if (at.IsNull()) return std::optional<int64_t>();
  return std::optional<int64_t>(TRY(task.CopyIn(at)));
}

// The end that is no pipe: rw_verify_area(), and what it must be able to do.
Result<void> CheckFileEnd(const FileDescription& file, std::optional<int64_t> at, uint64_t count) {
  if (at && !file.HasPosition()) return Errno(EINVAL);
  const int64_t own = file.HasPosition() ? file.offset : 0;
  return CheckSpan(at.value_or(own), count);
}

// In the order of do_splice().
Result<void> CheckEnds(const Ends& ends, std::optional<int64_t> from, std::optional<int64_t> to,
                       uint64_t count) {
  if (!ends.in->readable() || !ends.out->writable()) return Errno(EBADF);
  PipeEnd* in_pipe = AsPipe(*ends.in);
  PipeEnd* out_pipe = AsPipe(*ends.out);
  if (in_pipe != nullptr && out_pipe != nullptr) {
    return &in_pipe->pipe() == &out_pipe->pipe() ? Result<void>(Errno(EINVAL)) : Result<void>();
  }
  if (in_pipe != nullptr) {
    TRY(CheckFileEnd(*ends.out, to, count));
    if ((ends.out->flags() & abi::kOAppend) != 0 || !CanSpliceTo(*ends.out)) return Errno(EINVAL);
    return {};
  }
  if (out_pipe == nullptr) return Errno(EINVAL);
  TRY(CheckFileEnd(*ends.in, from, count));
  if (!CanSpliceFrom(*ends.in)) return Errno(EINVAL);
  return {};
}

}  // namespace

Result<size_t> SpliceIntoPipe(Task& task, IntoPipeJob job) {
  FileDescription* in = job.in.get();
  PipeEnd* pipe = AsPipe(*job.pipe);
  const Ends ends{std::move(job.in), std::move(job.pipe)};
  auto move = [in, pipe, at = job.at, offset = job.offset,
               max = job.max](Task& t) mutable -> Result<size_t> {
    int64_t* position = at ? &*at : &in->offset;
    // One datagram, one record; what has no such edges goes on.
    const bool edges = !in->HasPosition() && !in->StreamsWrites();
    auto step = [&](size_t left) { return IntoPipe(t, *in, position, *pipe, left); };
    const size_t n = TRY(edges ? step(max) : MoveAll(max, step));
    if (at && !offset.IsNull()) TRY(t.CopyOut(offset, *at));
    return n;
  };
  return MoveBetween(task, ends, job.nonblocking, std::move(move));
}

Result<size_t> Splice(Task& task, SpliceEnd from, SpliceEnd to, uint64_t count, uint32_t flags) {
  PipeEnd* in_pipe = AsPipe(*from.file);
  PipeEnd* out_pipe = AsPipe(*to.file);
  if (in_pipe != nullptr && from.at) return Errno(ESPIPE);
  if (out_pipe != nullptr && to.at) return Errno(ESPIPE);
  Ends ends{std::move(from.file), std::move(to.file)};
  TRY(CheckEnds(ends, from.at, to.at, count));
  const size_t max = std::min<uint64_t>(count, kMaxRwCount);
  const bool nonblocking = (flags & abi::kSpliceFNonblock) != 0;
  if (in_pipe == nullptr) {
    return SpliceIntoPipe(
        task, {std::move(ends.in), std::move(ends.out), from.told, from.at, max, nonblocking});
  }
  FileDescription* out = ends.out.get();
  auto move = [=, at = to.at, told = to.told](Task& t) mutable -> Result<size_t> {
    int64_t* out_at = at ? &*at : &out->offset;
    size_t n = TRY(MoveAll(
        max, [&](size_t left) { return FromPipe(t, in_pipe->pipe(), *out, out_at, left, true); }));
    if (at && !told.IsNull()) TRY(t.CopyOut(told, *at));
    return n;
  };
  return MoveBetween(task, ends, nonblocking, std::move(move));
}

Result<size_t> SysSplice(Task& task, FdNum in_fd, UserPtr<int64_t> in_offset, FdNum out_fd,
                         UserPtr<int64_t> out_offset, uint64_t count, uint32_t flags) {
  if (count == 0) return size_t{0};
  if ((flags & ~kKnownFlags) != 0) return Errno(EINVAL);
  SpliceEnd from{TRY(task.fds().GetForIo(in_fd)), {}, in_offset};
  SpliceEnd to{TRY(task.fds().GetForIo(out_fd)), {}, out_offset};
  if (AsPipe(*from.file) != nullptr && !in_offset.IsNull()) return Errno(ESPIPE);
  if (AsPipe(*to.file) != nullptr && !out_offset.IsNull()) return Errno(ESPIPE);
  to.at = TRY(CopyInOffset(task, out_offset));
  from.at = TRY(CopyInOffset(task, in_offset));
  return Splice(task, std::move(from), std::move(to), count, flags);
}

Result<size_t> Tee(Task& task, Ref<FileDescription> in, Ref<FileDescription> out, uint64_t count,
                   uint32_t flags) {
  Ends ends{std::move(in), std::move(out)};
  if (!ends.in->readable() || !ends.out->writable()) return Errno(EBADF);
  PipeEnd* from = AsPipe(*ends.in);
  PipeEnd* to = AsPipe(*ends.out);
  if (from == nullptr || to == nullptr || &from->pipe() == &to->pipe()) return Errno(EINVAL);
  auto move = [from, to, count](Task& t) {
    int64_t unused = 0;
    return FromPipe(t, from->pipe(), *to, &unused, count, false);
  };
  return MoveBetween(task, ends, (flags & abi::kSpliceFNonblock) != 0, move);
}

Result<size_t> SysTee(Task& task, FdNum in_fd, FdNum out_fd, uint64_t count, uint32_t flags) {
  if ((flags & ~kKnownFlags) != 0) return Errno(EINVAL);
  if (count == 0) return size_t{0};
  Ref<FileDescription> in = TRY(task.fds().GetForIo(in_fd));
  return Tee(task, std::move(in), TRY(task.fds().GetForIo(out_fd)), count, flags);
}

Result<size_t> SysVmsplice(Task& task, FdNum fd, UserAddr iov, uint64_t count, uint32_t flags) {
  if ((flags & ~kKnownFlags) != 0) return Errno(EINVAL);
  Ref<FileDescription> file = TRY(task.fds().GetForIo(fd));
  std::vector<UserRange> ranges = TRY(CopyInIovec(task, iov.value(), count));
  const bool empty = std::all_of(ranges.begin(), ranges.end(),
                                 [](const UserRange& range) { return range.length == 0; });
  if (empty) return size_t{0};
  if (AsPipe(*file) == nullptr) return Errno(EBADF);
  if (!file->writable()) {
    const IoOptions options{.at = {}, .nowait = (flags & abi::kSpliceFNonblock) != 0};
    return ReadFile(task, std::move(file), UserSink(task, std::move(ranges)), options);
  }
  return FillPipe(task, std::move(file), std::move(ranges), (flags & abi::kSpliceFNonblock) != 0);
}

}  // namespace sentry
