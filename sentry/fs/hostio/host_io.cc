#include "sentry/fs/hostio/host_io.h"

#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

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
  return offset == kHostPosition ? offset : offset + static_cast<int64_t>(done);
}

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

// RWF_NOWAIT ends in front of the first page that is not in the host's cache: what is missing then
// is waited for, since read(2) of a regular file is short at its end only.  0 is the end (not so in
// Linux 5.9 and 5.10, preadv2(2) BUGS, which are too old for us).
ssize_t ReadOnce(OpContext& ctx, int fd, std::span<std::byte> to, int64_t offset) {
  size_t done = 0;
  ssize_t n = 0;
  while (done < to.size()) {
    const std::span<std::byte> rest = to.subspan(done);
    iovec vec{rest.data(), rest.size()};
    n = ::preadv2(fd, &vec, 1, Behind(offset, done), RWF_NOWAIT);
    const bool waits = n < 0 && (errno == EAGAIN || errno == EOPNOTSUPP);
    if (waits) n = ReadPatiently(ctx, fd, rest, Behind(offset, done));
    if (n > 0) done += static_cast<size_t>(n);
    if (waits || n <= 0) break;
  }
  return done != 0 ? static_cast<ssize_t>(done) : n;
}

// What stood in the buffer but did not reach the guest was not read.
void GiveBack(int fd, int64_t offset, size_t bytes) {
  if (offset == kHostPosition && bytes != 0) ::lseek(fd, -static_cast<off_t>(bytes), SEEK_CUR);
}

}  // namespace

Result<size_t> ReadHostFile(OpContext& ctx, int fd, IoSink& to, int64_t offset) {
  size_t done = 0;
  Scratch scratch(to.remaining());
  while (to.remaining() > 0) {
    size_t want = std::min(scratch.bytes().size(), to.remaining());
    ssize_t n = ReadOnce(ctx, fd, scratch.bytes().first(want), Behind(offset, done));
    if (n < 0) return done > 0 ? Result<size_t>(done) : base::LastErrno();
    if (n == 0) break;
    Result<size_t> put = to.Put(scratch.bytes().first(static_cast<size_t>(n)));
    GiveBack(fd, offset, static_cast<size_t>(n) - (put.ok() ? *put : 0));
    if (!put.ok()) return done > 0 ? Result<size_t>(done) : put;
    done += *put;
    if (*put < static_cast<size_t>(n) || static_cast<size_t>(n) < want) break;
  }
  return done;
}

Result<size_t> WriteHostFile(OpContext&, int fd, IoSource& from, int64_t offset) {
  size_t done = 0;
  Scratch scratch(from.remaining());
  while (from.remaining() > 0) {
    size_t want = std::min(scratch.bytes().size(), from.remaining());
    Result<size_t> got = from.Get(scratch.bytes().first(want));
    if (!got.ok()) return done > 0 ? Result<size_t>(done) : got;
    iovec vec{scratch.bytes().data(), *got};
    ssize_t n = ::pwritev2(fd, &vec, 1, Behind(offset, done), 0);
    if (n < 0) return done > 0 ? Result<size_t>(done) : base::LastErrno();
    done += static_cast<size_t>(n);
    if (static_cast<size_t>(n) < *got || *got < want) break;
  }
  return done;
}

}  // namespace sentry
