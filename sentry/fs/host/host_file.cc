#include "sentry/fs/host/host_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <algorithm>

#include "abi/linux/ioctl.h"
#include "sentry/fs/hostio/host_io.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/sigpipe.h"
#include "sentry/kernel/task.h"
#include "sentry/mm/user_memory.h"

namespace sentry {
namespace {

constexpr size_t kChunk = 64 * 1024;
constexpr size_t kPipeBuf =
    4096;  // What a pipe or terminal that polls writable takes without waiting.

uint32_t PollHost(int fd, uint32_t events) {
  pollfd poll{.fd = fd, .events = static_cast<short>(events), .revents = 0};
  timespec now{};  // ppoll: the one call of its kind that the Sentry's filter knows.
  return ::ppoll(&poll, 1, &now, nullptr) > 0 ? static_cast<uint32_t>(poll.revents) : 0;
}

abi::Timespec FromHost(const timespec& from) {
  abi::Timespec to{};
  to.tv_sec = from.tv_sec;
  to.tv_nsec = from.tv_nsec;
  return to;
}

}  // namespace

Result<Attributes> HostInode::GetAttributes(OpContext&) {
  struct stat host;
  if (::fstat(fd_, &host) != 0) return base::LastErrno();
  return Attributes{.dev = fs_.device(),
                    .ino = host.st_ino,
                    .mode = host.st_mode,
                    .nlink = static_cast<uint32_t>(host.st_nlink),
                    .uid = uid_,
                    .gid = gid_,
                    .rdev = host.st_rdev,
                    .size = static_cast<uint64_t>(host.st_size),
                    .blksize = static_cast<uint32_t>(host.st_blksize),
                    .blocks = static_cast<uint64_t>(host.st_blocks),
                    .atime = FromHost(host.st_atim),
                    .mtime = FromHost(host.st_mtim),
                    .ctime = FromHost(host.st_ctim)};
}

Result<void> HostInode::SetAttributes(OpContext&, const AttributeChange& change) {
  // The host's file is not the guest's to change but for its length, which it could write anyway.
  if (!change.size) return {};
  if (::ftruncate(fd_, static_cast<off_t>(*change.size)) != 0) return base::LastErrno();
  return {};
}

Result<Ref<FileDescription>> HostInode::Open(OpContext& ctx, const Path& path, uint32_t flags) {
  // /dev/stdin and /proc/self/fd/0: another description of the same host one, never with more
  // access.
  int host = ::fcntl(fd_, F_GETFL);
  uint32_t want = flags & abi::kOAccmode, have = static_cast<uint32_t>(host) & abi::kOAccmode;
  if (have != abi::kORdwr && want != have) return Errno(EACCES);
  bool seekable = IsRegular();
  return Ref<FileDescription>(MakeRef<HostFile>(ctx.task->kernel(), path, flags, fd_, seekable));
}

Result<Ref<FileDescription>> HostFile::Create(Kernel& kernel, OpContext& ctx, int fd) {
  struct stat host;
  if (::fstat(fd, &host) != 0) return base::LastErrno();
  NamelessFiles& nameless = kernel.Get<NamelessFiles>();
  NamelessFs fs = S_ISSOCK(host.st_mode) ? NamelessFs::kSocket : NamelessFs::kPipe;
  Ref<HostInode> inode =
      MakeRef<HostInode>(ctx, nameless.filesystem(fs), nameless.NextIno(), host.st_mode, fd);
  constexpr uint32_t kKept = abi::kOAccmode | abi::kOAppend;
  uint32_t flags = static_cast<uint32_t>(::fcntl(fd, F_GETFL)) & kKept;
  Ref<HostFile> file = MakeRef<HostFile>(kernel, nameless.Attach(fs, std::move(inode)), flags, fd,
                                         S_ISREG(host.st_mode));
  if (S_ISREG(host.st_mode)) file->offset = std::max<off_t>(0, ::lseek(fd, 0, SEEK_CUR));
  return Ref<FileDescription>(file);
}

HostFile::HostFile(Kernel& kernel, Path path, uint32_t flags, int fd, bool seekable)
    : FileDescription(std::move(path), flags), kernel_(kernel), fd_(fd), seekable_(seekable) {}

HostFile::~HostFile() {
  if (watched_) kernel_.reactor().Unwatch(fd_);
  // Whoever started us goes on where the guest left off.
  if (seekable_) ::lseek(fd_, offset, SEEK_SET);
}

void HostFile::WatchFor(uint32_t events) {
  armed_ |= events;
  if (watched_) return kernel_.reactor().Rearm(fd_, armed_);
  watched_ = kernel_.reactor()
                 .Watch(fd_, armed_,
                        [this](uint32_t ready) {
                          armed_ = 0;
                          queue_.Notify(ready | POLLIN | POLLOUT);
                        })
                 .ok();
}

Result<size_t> HostFile::WouldBlock(uint32_t events) {
  WatchFor(events);
  return Errno(EAGAIN);
}

// Whoever read what we write may be gone: that is the guest's SIGPIPE.
Result<size_t> HostFile::WriteFailed(OpContext& ctx, int error) {
  if (error == EAGAIN) return WouldBlock(EPOLLOUT);
  if (error == EPIPE && ctx.task != nullptr) SendSigPipe(*ctx.task);
  return Errno(error);
}

Result<size_t> HostFile::Read(OpContext& ctx, IoSink& to, int64_t* position) {
  if (to.remaining() == 0) return size_t{0};
  if (seekable_) {
    size_t n = TRY(ReadHostFile(ctx, fd_, to, *position));
    *position += static_cast<int64_t>(n);
    return n;
  }
  if (PollHost(fd_, POLLIN) == 0) return WouldBlock(EPOLLIN);
  std::byte buffer[kChunk];
  ssize_t n = ::read(fd_, buffer, std::min(kChunk, to.remaining()));
  if (n < 0) return errno == EAGAIN ? WouldBlock(EPOLLIN) : base::LastErrno();
  return n == 0 ? Result<size_t>(size_t{0}) : to.Put(std::span(buffer, static_cast<size_t>(n)));
}

Result<size_t> HostFile::Write(OpContext& ctx, IoSource& from, int64_t* position) {
  if (seekable_) {
    if ((flags() & abi::kOAppend) != 0) {
      struct stat host;
      if (::fstat(fd_, &host) == 0) *position = host.st_size;
    }
    size_t n = TRY(WriteHostFile(ctx, fd_, from, *position));
    *position += static_cast<int64_t>(n);
    return n;
  }
  std::byte buffer[kPipeBuf];
  size_t done = 0;
  while (from.remaining() > 0) {
    if (PollHost(fd_, POLLOUT) == 0) return done > 0 ? Result<size_t>(done) : WouldBlock(EPOLLOUT);
    Result<size_t> got = from.Get(std::span(buffer, std::min(kPipeBuf, from.remaining())));
    if (!got.ok()) return done > 0 ? Result<size_t>(done) : got;
    ssize_t n = ::write(fd_, buffer, *got);
    if (n < 0) return done > 0 ? Result<size_t>(done) : WriteFailed(ctx, errno);
    done += static_cast<size_t>(n);
    if (static_cast<size_t>(n) < *got) break;
  }
  return done;
}

Result<int64_t> HostFile::Seek(OpContext& ctx, int64_t to, int whence) {
  if (!seekable_) return Errno(ESPIPE);
  return FileDescription::Seek(ctx, to, whence);
}

Result<uint64_t> HostFile::Ioctl(OpContext&, UserMemory& memory, uint64_t request, uint64_t arg) {
  if (request != abi::kFionread) return Errno(ENOTTY);
  int pending = 0;
  if (::ioctl(fd_, FIONREAD, &pending) != 0) return base::LastErrno();
  TRY(memory.CopyOut(UserPtr<int32_t>(arg), static_cast<int32_t>(pending)));
  return uint64_t{0};
}

uint32_t HostFile::Poll() {
  if (seekable_) return FileDescription::Poll();
  uint32_t ready = PollHost(fd_, POLLIN | POLLOUT | POLLPRI | POLLRDHUP);
  // Whoever asks is about to wait for what is not there.
  uint32_t missing = (EPOLLIN | EPOLLOUT) & ~ready;
  if (missing != 0 && !queue_.empty()) WatchFor(missing);
  return ready;
}

Result<Mapping> HostFile::Map(OpContext&, uint32_t, uint32_t) {
  if (!seekable_) return Errno(ENODEV);
  return Mapping{.host_fd = fd_};
}

}  // namespace sentry
