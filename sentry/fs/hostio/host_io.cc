#include "sentry/fs/hostio/host_io.h"

#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "sentry/kernel/kernel.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

constexpr size_t kSmall = 8 * 1024;    // On the stack.
constexpr size_t kLarge = 512 * 1024;  // What one round moves.

// A buffer for one call, without clearing it.
class Scratch {
 public:
  explicit Scratch(size_t want) : size_(std::min(want, kLarge)) {
    if (size_ > kSmall) large_.reset(new std::byte[size_]);
  }
  std::span<std::byte> bytes() { return {large_ != nullptr ? large_.get() : small_, size_}; }

 private:
  size_t size_;
  std::byte small_[kSmall];
  std::unique_ptr<std::byte[]> large_;
};

int64_t Behind(int64_t offset, size_t done) {
  return offset < 0 ? kHostPosition : offset + static_cast<int64_t>(done);
}

// Where a read stands, and what it holds of a position that others may move.  Linux lets readers of
// one description wait for each other (f_pos_lock); here the others go on behind what is being
// waited for.
class ReadPosition {
 public:
  explicit ReadPosition(int64_t* position)
      : position_(position), start_(position != nullptr ? *position : kHostPosition) {}

  int64_t At(size_t done) const { return Behind(start_, done); }
  // Before a wait in a read of `wanted` bytes in all.
  void Claim(int fd, size_t wanted) {
    if (position_ == nullptr || claimed_) return;
    claimed_ = At(wanted);
    struct stat found;
    if (::fstat(fd, &found) == 0 && S_ISREG(found.st_mode)) {
      claimed_ = std::max(start_, std::min<int64_t>(*claimed_, found.st_size));
    }
    *position_ = *claimed_;
  }
  // What has been read was less than what was claimed, or nobody knew.
  void End(size_t done) {
    if (position_ != nullptr && (!claimed_ || *position_ == *claimed_)) *position_ = At(done);
  }

 private:
  int64_t* const position_;
  const int64_t start_;
  std::optional<int64_t> claimed_;
};

// Waits for the disk, which others need not do meanwhile.
ssize_t ReadPatiently(OpContext& ctx, int fd, std::span<std::byte> to, int64_t offset) {
  iovec vec{to.data(), to.size()};
  if (ctx.task != nullptr) ctx.task->kernel().BeginBlocking();
  const ssize_t n = ::preadv2(fd, &vec, 1, offset, 0);
  const int error = errno;
  if (ctx.task != nullptr) ctx.task->kernel().EndBlocking();
  errno = error;
  return n;
}

// One read(2) of a host file, a part of which may have been read before.
struct HostRead {
  OpContext& ctx;
  const int fd;
  const size_t wanted;
  ReadPosition position;
  size_t done = 0;  // With the guest.
};

// RWF_NOWAIT ends in front of the first page that is not in the host's cache: what is missing then
// is waited for, since read(2) of a regular file is short at its end only.  0 is the end (not so in
// Linux 5.9 and 5.10, preadv2(2) BUGS, which are too old for us).
ssize_t ReadOnce(HostRead& read, std::span<std::byte> to) {
  size_t got = 0;
  ssize_t n = 0;
  while (got < to.size()) {
    const std::span<std::byte> rest = to.subspan(got);
    const int64_t at = read.position.At(read.done + got);
    iovec vec{rest.data(), rest.size()};
    n = ::preadv2(read.fd, &vec, 1, at, RWF_NOWAIT);
    const bool waits = n < 0 && (errno == EAGAIN || errno == EOPNOTSUPP);
    if (waits) {
      read.position.Claim(read.fd, read.wanted);
      n = ReadPatiently(read.ctx, read.fd, rest, at);
    }
    if (n > 0) got += static_cast<size_t>(n);
    if (waits || n <= 0) break;
  }
  return got != 0 ? static_cast<ssize_t>(got) : n;
}

// What stood in the buffer but did not reach the guest was not read.
void GiveBack(int fd, size_t bytes) {
  if (bytes != 0) ::lseek(fd, -static_cast<off_t>(bytes), SEEK_CUR);
}

// Until there is all, the end, or an error; `done` says what there is.
Result<void> ReadAll(HostRead& read, IoSink& to, bool host_position) {
  Scratch scratch(to.remaining());
  while (to.remaining() > 0) {
    const size_t want = std::min(scratch.bytes().size(), to.remaining());
    const ssize_t n = ReadOnce(read, scratch.bytes().first(want));
    if (n < 0) return base::LastErrno();
    if (n == 0) break;
    const Result<size_t> put = to.Put(scratch.bytes().first(static_cast<size_t>(n)));
    const size_t taken = put.ok() ? *put : 0;
    if (host_position) GiveBack(read.fd, static_cast<size_t>(n) - taken);
    if (!put.ok()) return put.error();
    read.done += taken;
    if (taken < static_cast<size_t>(n) || static_cast<size_t>(n) < want) break;
  }
  return {};
}

}  // namespace

Result<size_t> ReadHostFile(OpContext& ctx, int fd, IoSink& to, int64_t* position) {
  HostRead read{.ctx = ctx, .fd = fd, .wanted = to.remaining(), .position = ReadPosition(position)};
  const Result<void> all = ReadAll(read, to, position == nullptr);
  read.position.End(read.done);
  if (!all.ok() && read.done == 0) return all.error();
  return read.done;
}

Result<size_t> WriteHostFile(OpContext&, int fd, IoSource& from, int64_t offset) {
  size_t done = 0;
  Scratch scratch(from.remaining());
  while (from.remaining() > 0) {
    size_t want = std::min(scratch.bytes().size(), from.remaining());
    Result<size_t> got = from.Get(scratch.bytes().first(want));
    if (!got.ok()) return done > 0 ? Result<size_t>(done) : got;
    iovec vec{scratch.bytes().data(), *got};
    const int flags = offset == kHostEnd ? RWF_APPEND : 0;
    ssize_t n = ::pwritev2(fd, &vec, 1, Behind(offset, done), flags);
    if (n < 0) return done > 0 ? Result<size_t>(done) : base::LastErrno();
    done += static_cast<size_t>(n);
    if (static_cast<size_t>(n) < *got || *got < want) break;
  }
  return done;
}

}  // namespace sentry
