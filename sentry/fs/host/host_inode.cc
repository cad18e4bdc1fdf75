#include "sentry/fs/host/host_inode.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/linux/fcntl.h"
#include "abi/linux/poll.h"
#include "sentry/fs/host/host_file.h"
#include "sentry/kernel/kernel.h"

namespace sentry {
namespace {

abi::Timespec FromHost(const timespec& from) {
  abi::Timespec to{};
  to.tv_sec = from.tv_sec;
  to.tv_nsec = from.tv_nsec;
  return to;
}

bool Seekable(int fd, uint32_t mode) {
  return (mode & abi::kSIfmt) != abi::kSIfdir && ::lseek(fd, 0, SEEK_CUR) >= 0;
}

}  // namespace

HostInode::HostInode(Kernel& kernel, const OpContext& ctx, Filesystem& fs, uint64_t ino,
                     uint32_t mode, const HostDescriptor& host)
    : NamelessInode(ctx, fs, ino, mode),
      kernel_(kernel),
      fd_(host.fd),
      seekable_(Seekable(host.fd, mode)) {
  uid_ = host.uid;
  gid_ = host.gid;
}

HostInode::~HostInode() {
  if (watched_) kernel_.reactor().Unwatch(fd_);
}

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

// The host's file is not the guest's to change but for its length, which it could write anyway.
Result<void> HostInode::SetAttributes(OpContext&, const AttributeChange& change) {
  if (change.size) {
    if (::ftruncate(fd_, static_cast<off_t>(*change.size)) != 0) return base::LastErrno();
  }
  if (change.uid || change.gid || change.atime || change.mtime) return Errno(EPERM);
  if (!change.mode) return {};
  // Set-user-ID bits are lost by writing: the host sees to that itself.
  uint32_t old = mode_ & abi::kSIallugo;
  constexpr uint32_t kSetid = abi::kSIsuid | abi::kSIsgid;
  if ((*change.mode & ~kSetid) != (old & ~kSetid) || (*change.mode & ~old) != 0) {
    return Errno(EPERM);
  }
  mode_ = (mode_ & abi::kSIfmt) | *change.mode;
  return {};
}

Result<Ref<FileDescription>> HostInode::Open(OpContext&, const Path& path, uint32_t flags) {
  // /dev/stdin and /proc/self/fd/0: another description, never with more access than the host's.
  uint32_t want = flags & abi::kOAccmode;
  uint32_t have = static_cast<uint32_t>(::fcntl(fd_, F_GETFL)) & abi::kOAccmode;
  if (have != abi::kORdwr && want != have) return Errno(EACCES);
  return Ref<FileDescription>(MakeRef<HostFile>(path, flags, HostFile::Position::kOwn));
}

uint32_t HostInode::PollHost(uint32_t events) const {
  pollfd poll{.fd = fd_, .events = static_cast<short>(events), .revents = 0};
  timespec now{};  // ppoll: the one call of its kind that the Sentry's filter knows.
  return ::ppoll(&poll, 1, &now, nullptr) > 0 ? static_cast<uint32_t>(poll.revents) : 0;
}

void HostInode::WatchFor(uint32_t events) {
  armed_ |= events;
  if (watched_) return kernel_.reactor().Rearm(fd_, armed_);
  watched_ = kernel_.reactor()
                 .Watch(fd_, armed_,
                        [this](uint32_t ready) {
                          armed_ = 0;
                          queue_.Notify(ready | abi::kPollIn | abi::kPollOut);
                        })
                 .ok();
}

}  // namespace sentry
