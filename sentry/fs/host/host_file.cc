#include "sentry/fs/host/host_file.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "abi/linux/ioctl.h"
#include "abi/linux/poll.h"
#include "sentry/fs/hostio/host_io.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/sigpipe.h"
#include "sentry/mm/user_memory.h"

namespace sentry {
namespace {

constexpr size_t kChunk = 64 * 1024;
constexpr size_t kPipeBuf =
    4096;  // What a pipe or terminal that polls writable takes without waiting.

}  // namespace

Result<Ref<FileDescription>> HostFile::Create(Kernel& kernel, OpContext& ctx,
                                              const HostDescriptor& host) {
  struct stat info;
  if (::fstat(host.fd, &info) != 0) return base::LastErrno();
  NamelessFiles& nameless = kernel.Get<NamelessFiles>();
  NamelessFs fs = S_ISSOCK(info.st_mode) ? NamelessFs::kSocket : NamelessFs::kPipe;
  Ref<HostInode> inode = MakeRef<HostInode>(kernel, ctx, nameless.filesystem(fs),
                                            nameless.NextIno(), info.st_mode, host);
  constexpr uint32_t kKept = abi::kOAccmode | abi::kOAppend | abi::kONonblock | abi::kODirect |
                             abi::kONoatime | abi::kOSync | abi::kOPath | abi::kOLargefile;
  uint32_t flags = static_cast<uint32_t>(::fcntl(host.fd, F_GETFL)) & kKept;
  return Ref<FileDescription>(
      MakeRef<HostFile>(nameless.Attach(fs, std::move(inode)), flags, Position::kHost));
}

HostFile::HostFile(Path path, uint32_t flags, Position position)
    : FileDescription(std::move(path), flags),
      host_(static_cast<HostInode&>(*inode())),
      position_(position) {
  if (host_.seekable() && position == Position::kHost) offset = ::lseek(fd(), 0, SEEK_CUR);
}

Result<size_t> HostFile::WouldBlock(uint32_t events) {
  host_.WatchFor(events);
  return Errno(EAGAIN);
}

// Whoever read what we write may be gone: that is the guest's SIGPIPE.
Result<size_t> HostFile::WriteFailed(OpContext& ctx, int error) {
  if (error == EAGAIN) return WouldBlock(abi::kPollOut);
  if (error == EPIPE && ctx.task != nullptr) SendSigPipe(*ctx.task);
  return Errno(error);
}

Result<size_t> HostFile::Read(OpContext& ctx, IoSink& to, int64_t* position) {
  if (host_.seekable()) {
    if (!UsesHostPosition(position)) return ReadHostFile(ctx, fd(), to, position);
    Result<size_t> n = ReadHostFile(ctx, fd(), to, nullptr);
    offset = ::lseek(fd(), 0, SEEK_CUR);
    return n;
  }
  if (host_.PollHost(abi::kPollIn) == 0) {
    return to.remaining() == 0 ? Result<size_t>(size_t{0}) : WouldBlock(abi::kPollIn);
  }
  std::byte buffer[kChunk];
  ssize_t n = ::read(fd(), buffer, std::min(kChunk, to.remaining()));
  if (n < 0) return errno == EAGAIN ? WouldBlock(abi::kPollIn) : base::LastErrno();
  return n == 0 ? Result<size_t>(size_t{0}) : to.Put(std::span(buffer, static_cast<size_t>(n)));
}

// F_SETFL of the guest is the host description's, which alone appends without a race.
void HostFile::KeepAppendMode(int64_t* position) {
  if (position_ == Position::kHost) {
    int host = ::fcntl(fd(), F_GETFL);
    uint32_t changed = (static_cast<uint32_t>(host) ^ flags()) & abi::kOAppend;
    if (changed != 0) ::fcntl(fd(), F_SETFL, host ^ static_cast<int>(changed));
    return;
  }
  struct stat host;
  if ((flags() & abi::kOAppend) != 0 && ::fstat(fd(), &host) == 0) *position = host.st_size;
}

Result<size_t> HostFile::WriteSeekable(OpContext& ctx, IoSource& from, int64_t* position) {
  KeepAppendMode(position);
  if (!UsesHostPosition(position)) {
    size_t n = TRY(WriteHostFile(ctx, fd(), from, *position));
    *position += static_cast<int64_t>(n);
    return n;
  }
  Result<size_t> n = WriteHostFile(ctx, fd(), from, kHostPosition);
  offset = ::lseek(fd(), 0, SEEK_CUR);
  return n;
}

Result<size_t> HostFile::Write(OpContext& ctx, IoSource& from, int64_t* position) {
  if (host_.seekable()) return WriteSeekable(ctx, from, position);
  std::byte buffer[kPipeBuf];
  size_t done = 0;
  while (from.remaining() > 0) {
    if (host_.PollHost(abi::kPollOut) == 0) {
      return done > 0 ? Result<size_t>(done) : WouldBlock(abi::kPollOut);
    }
    Result<size_t> got = from.Get(std::span(buffer, std::min(kPipeBuf, from.remaining())));
    if (!got.ok()) return done > 0 ? Result<size_t>(done) : got;
    ssize_t n = ::write(fd(), buffer, *got);
    if (n < 0) return done > 0 ? Result<size_t>(done) : WriteFailed(ctx, errno);
    done += static_cast<size_t>(n);
    if (static_cast<size_t>(n) < *got) break;
  }
  return done;
}

Result<int64_t> HostFile::Seek(OpContext& ctx, int64_t to, int whence) {
  if (!host_.seekable()) return Errno(ESPIPE);
  if (position_ == Position::kOwn) return FileDescription::Seek(ctx, to, whence);
  off_t moved = ::lseek(fd(), to, whence);
  if (moved < 0) return base::LastErrno();
  return offset = moved;
}

Result<uint64_t> HostFile::Ioctl(OpContext&, UserMemory& memory, uint64_t request, uint64_t arg) {
  if (request != abi::kFionread) return Errno(ENOTTY);
  int pending = 0;
  if (::ioctl(fd(), FIONREAD, &pending) != 0) return base::LastErrno();
  TRY(memory.CopyOut(UserPtr<int32_t>(arg), static_cast<int32_t>(pending)));
  return uint64_t{0};
}

uint32_t HostFile::Poll() {
  if (host_.seekable()) return FileDescription::Poll();
  uint32_t ready = host_.PollHost(abi::kPollIn | abi::kPollOut | abi::kPollPri | abi::kPollRdhup);
  // Whoever asks is about to wait for what is not there.
  uint32_t missing = (abi::kPollIn | abi::kPollOut) & ~ready;
  if (missing != 0) host_.WatchFor(missing);
  return ready;
}

Result<Mapping> HostFile::Map(OpContext&, uint32_t, uint32_t) {
  if (!inode()->IsRegular()) return Errno(ENODEV);
  return Mapping{.host_fd = fd()};
}

Result<void> HostFile::Sync(OpContext&, bool data_only) {
  if ((data_only ? ::fdatasync(fd()) : ::fsync(fd())) != 0) return base::LastErrno();
  return {};
}

Result<void> HostFile::Allocate(OpContext&, uint32_t mode, int64_t at, int64_t length) {
  if (::fallocate(fd(), static_cast<int>(mode), at, length) != 0) return base::LastErrno();
  return {};
}

}  // namespace sentry
