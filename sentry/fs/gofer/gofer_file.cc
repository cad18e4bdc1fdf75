#include "sentry/fs/gofer/gofer_file.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "abi/linux/dirent.h"
#include "abi/linux/mman.h"
#include "sentry/fs/hostio/host_io.h"

namespace sentry {

int GoferFile::HostFd() const {
  Result<int> fd = file().HostFd(writable());
  return fd.ok() ? *fd : -1;
}

Result<size_t> GoferFile::Read(OpContext& ctx, IoSink& to, int64_t* position) {
  return ReadHostFile(ctx, TRY(file().HostFd(false)), to, position);
}

// A file that somebody may write to may be mapped so.
std::optional<size_t> GoferFile::PeekRest(std::span<std::byte> to, int64_t at) {
  const auto size = static_cast<int64_t>(file().attr().size);
  if (file().fs().shared() || file().fs().writable() || at < 0 || at > size) return {};
  const auto rest = static_cast<size_t>(size - at);
  Result<int> fd = file().ReadOnlyHostFd();
  if (rest >= to.size() || !fd.ok()) return {};
  iovec vec{to.data(), rest + 1};
  const ssize_t n = ::preadv2(*fd, &vec, 1, at, RWF_NOWAIT);
  if (n < 0 || static_cast<size_t>(n) != rest) return {};
  return rest;
}

Result<size_t> GoferFile::Write(OpContext& ctx, IoSource& from, int64_t* position) {
  int fd = TRY(file().HostFd(true));
  const bool append = (flags() & abi::kOAppend) != 0;
  size_t n;
  if (append && file().fs().shared()) {
    n = TRY(WriteHostFile(ctx, fd, from, kHostEnd));
    *position = ::lseek(fd, 0, SEEK_END);
  } else {
    if (append) *position = static_cast<int64_t>(file().attr().size);
    n = TRY(WriteHostFile(ctx, fd, from, *position));
    *position += static_cast<int64_t>(n);
  }
  file().Wrote(static_cast<uint64_t>(*position), ctx.now);
  return n;
}

Result<int64_t> GoferFile::Seek(OpContext& ctx, int64_t to, int whence) {
  if (whence != abi::kSeekData && whence != abi::kSeekHole)
    return FileDescription::Seek(ctx, to, whence);
  int fd = TRY(file().HostFd(writable()));
  int64_t at = ::lseek(fd, to, whence);
  if (at < 0) return base::LastErrno();
  return offset = at;
}

Result<Mapping> GoferFile::Map(OpContext&, uint32_t, uint32_t map_flags) {
  // A descriptor that may write would let mprotect(2) give the mapping what this one lacks.
  if (!writable()) return Mapping{.host_fd = TRY(file().ReadOnlyHostFd())};
  bool shared_write = (map_flags & abi::kMapType) != abi::kMapPrivate;
  return Mapping{.host_fd = TRY(file().HostFd(shared_write))};
}

Result<void> GoferFile::Sync(OpContext&, bool data_only) {
  int fd = TRY(file().HostFd(writable()));
  if ((data_only ? ::fdatasync(fd) : ::fsync(fd)) != 0) return base::LastErrno();
  return {};
}

Result<void> GoferFile::Allocate(OpContext& ctx, uint32_t mode, int64_t start, int64_t length) {
  int fd = TRY(file().HostFd(true));
  if (::fallocate(fd, static_cast<int>(mode), start, length) != 0) return base::LastErrno();
  constexpr uint32_t kKeepSize = 1;
  file().BlocksChanged();
  if ((mode & kKeepSize) == 0) file().Wrote(static_cast<uint64_t>(start + length), ctx.now);
  return {};
}

Result<int64_t> GoferDirectoryFile::Seek(OpContext&, int64_t to, int whence) {
  int64_t base = whence == abi::kSeekCur ? offset : 0;
  if (whence != abi::kSeekSet && whence != abi::kSeekCur) return Errno(EINVAL);
  if (base + to < 0) return Errno(EINVAL);
  if (base + to == 0) entries_.reset();  // rewinddir(3) sees what is new.
  return offset = base + to;
}

Result<void> GoferDirectoryFile::ReadDirectory(OpContext&, DirectorySink& to) {
  GoferInode& directory = *directory_;
  if (entries_ == nullptr) entries_ = TRY(directory.Listing());
  if (offset == 0) {
    if (!to.Add(".", directory.ino(), abi::kDtDir, 1)) return {};
    offset = 1;
  }
  if (offset == 1) {
    const Dentry* parent = path().dentry->parent();
    uint64_t ino =
        parent != nullptr && parent->inode() != nullptr ? parent->inode()->ino() : directory.ino();
    if (!to.Add("..", ino, abi::kDtDir, 2)) return {};
    offset = 2;
  }
  while (static_cast<size_t>(offset - 2) < entries_->size()) {
    const gofer::DirEntry& entry = (*entries_)[static_cast<size_t>(offset - 2)];
    uint8_t type = static_cast<uint8_t>((entry.attr.mode & abi::kSIfmt) >> 12);
    if (!to.Add(entry.name, entry.attr.ino, type, offset + 1)) return {};
    ++offset;
  }
  return {};
}

}  // namespace sentry
