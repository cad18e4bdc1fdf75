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

ssize_t ReadOnce(OpContext& ctx, int fd, std::span<std::byte> to, int64_t offset) {
  iovec vec{to.data(), to.size()};
  ssize_t n = ::preadv2(fd, &vec, 1, offset, RWF_NOWAIT);
  if (n > 0 || (n < 0 && errno != EAGAIN && errno != EOPNOTSUPP)) return n;
  // At the end of the file, or not in memory: the disk may take a while.
  if (ctx.task != nullptr) ctx.task->kernel().BeginBlocking();
  n = ::preadv2(fd, &vec, 1, offset, 0);
  int error = errno;
  if (ctx.task != nullptr) ctx.task->kernel().EndBlocking();
  errno = error;
  return n;
}

// What stood in the buffer but did not reach the guest was not read.
void GiveBack(int fd, int64_t offset, size_t bytes) {
  if (offset == kHostPosition && bytes != 0) ::lseek(fd, -static_cast<off_t>(bytes), SEEK_CUR);
}

int64_t Behind(int64_t offset, size_t done) {
  return offset == kHostPosition ? offset : offset + static_cast<int64_t>(done);
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
