#include "sentry/fs/tmpfs/contents.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <string>

#include "abi/linux/fcntl.h"

namespace sentry {
namespace {

constexpr uint64_t kPage = FileContents::kPage;
constexpr size_t kChunk = 256 << 10;

uint64_t PagesUpTo(uint64_t offset) {
  return (offset + kPage - 1) / kPage;
}

// The pages of [offset, end), one bit each; both within the buffer.
uint32_t PageMask(uint64_t offset, uint64_t end) {
  if (offset >= end) return 0;
  uint64_t last = PagesUpTo(end);
  return static_cast<uint32_t>(((uint64_t{1} << last) - 1) &
                               ~((uint64_t{1} << offset / kPage) - 1));
}

// Room for one round of copying between a guest and a memfd.
class Scratch {
 public:
  explicit Scratch(size_t want) : size_(std::min(want, kChunk)) {
    if (size_ > sizeof(small_)) large_.reset(new std::byte[size_]);
  }
  std::span<std::byte> bytes() { return {large_ != nullptr ? large_.get() : small_, size_}; }

 private:
  size_t size_;
  std::byte small_[8192];
  std::unique_ptr<std::byte[]> large_;
};

}  // namespace

Result<size_t> FileContents::Read(IoSink& to, uint64_t offset) const {
  uint64_t end = size();
  if (offset >= end) return size_t{0};
  size_t length = static_cast<size_t>(std::min<uint64_t>(end - offset, to.remaining()));
  if (!memfd_.valid()) return to.Put(std::span(buffer_).subspan(offset, length));
  size_t done = 0;
  Scratch scratch(length);
  while (done < length) {
    size_t want = std::min(scratch.bytes().size(), length - done);
    ssize_t n =
        ::pread(memfd_.get(), scratch.bytes().data(), want, static_cast<off_t>(offset + done));
    if (n <= 0) break;
    Result<size_t> put = to.Put(scratch.bytes().first(static_cast<size_t>(n)));
    if (!put.ok()) return done > 0 ? Result<size_t>(done) : put;
    done += *put;
    if (*put < static_cast<size_t>(n)) break;
  }
  return done;
}

Result<size_t> FileContents::Write(IoSource& from, uint64_t offset) {
  uint64_t length = from.remaining();
  if (length == 0) return size_t{0};
  bool fits = offset < kMaxBuffer && length <= kMaxBuffer - offset;
  if (!memfd_.valid() && fits) return WriteBuffer(from, offset, length);
  TRY(HostFd());
  return WriteMemfd(from, offset);
}

Result<uint64_t> FileContents::ChargeBuffer(uint64_t offset, uint64_t end) {
  for (uint64_t page = offset / kPage; page < PagesUpTo(end); ++page) {
    if ((written_ >> page & 1) != 0) continue;
    Result<uint64_t> taken = fs_.TakePages(1);
    if (!taken.ok()) {
      if (page * kPage <= offset) return taken.error();
      return page * kPage;
    }
    charged_ += 1;
    written_ |= uint32_t{1} << page;
  }
  return end;
}

Result<size_t> FileContents::WriteBuffer(IoSource& from, uint64_t offset, uint64_t length) {
  uint32_t written_before = written_;
  size_t old_size = buffer_.size();
  uint64_t end = TRY(ChargeBuffer(offset, offset + length));
  if (end > old_size) buffer_.resize(end);
  Result<size_t> got = from.Get(std::span(buffer_).subspan(offset, end - offset));
  uint64_t got_end = offset + got.value_or(0);
  if (got_end < end) {  // The guest's memory ended early: give back what was not used.
    buffer_.resize(std::max<size_t>(old_size, got.value_or(0) > 0 ? got_end : 0));
    uint32_t kept = written_before | PageMask(offset, got_end);
    uint64_t unused = static_cast<uint64_t>(std::popcount(written_ & ~kept));
    fs_.GivePages(unused);
    charged_ -= unused;
    written_ = kept;
  }
  return got;
}

Result<uint64_t> FileContents::ChargeRange(uint64_t offset, uint64_t end) {
  if (end <= dense_) return end;
  bool extends_dense = offset <= PagesUpTo(dense_) * kPage;
  uint64_t first = extends_dense ? PagesUpTo(dense_) : offset / kPage;
  uint64_t want = PagesUpTo(end) - std::min(PagesUpTo(end), first);
  if (want == 0) return end;
  Result<uint64_t> taken = fs_.TakePages(want);
  // Nothing to be had: what lies in pages that are there already may still be written.
  if (!taken.ok()) {
    if (!extends_dense || first * kPage <= offset) return taken.error();
    return first * kPage;
  }
  charged_ += *taken;
  return std::min(end, (first + *taken) * kPage);
}

Result<size_t> FileContents::WriteMemfd(IoSource& from, uint64_t offset) {
  size_t done = 0;
  Scratch scratch(from.remaining());
  while (from.remaining() > 0) {
    uint64_t at = offset + done;
    size_t want = std::min(scratch.bytes().size(), from.remaining());
    Result<uint64_t> end = ChargeRange(at, at + want);
    if (!end.ok()) return done > 0 ? Result<size_t>(done) : end.error();
    std::span<std::byte> part = scratch.bytes().first(static_cast<size_t>(*end - at));
    Result<size_t> got = from.Get(part);
    ssize_t n = !got.ok() ? 0 : ::pwrite(memfd_.get(), part.data(), *got, static_cast<off_t>(at));
    Errno error = got.ok() ? base::LastErrno() : got.error();
    uint64_t written_end = at + static_cast<uint64_t>(std::max<ssize_t>(n, 0));
    // Without holes nothing was charged twice.
    bool exact = n == static_cast<ssize_t>(part.size()) && size_ <= dense_ &&
                 at <= PagesUpTo(dense_) * kPage;
    if (n > 0) size_ = std::max(size_, written_end);
    if (exact) {
      dense_ = std::max(dense_, written_end);
    } else {
      CountPages();  // Over a hole, or less than was charged.
    }
    if (n < 0 || !got.ok()) return done > 0 ? Result<size_t>(done) : error;
    done += static_cast<size_t>(n);
    if (static_cast<size_t>(n) < want) break;
  }
  return done;
}

void FileContents::CountPages() {
  struct stat host;
  if (::fstat(memfd_.get(), &host) != 0) return;
  uint64_t pages = static_cast<uint64_t>(host.st_blocks) * 512 / kPage;
  if (pages < charged_) {
    fs_.GivePages(charged_ - pages);
    charged_ = pages;
  } else if (pages > charged_) {
    // Written through a mapping, without asking: beyond a limit it stays uncounted.
    Result<uint64_t> taken = fs_.TakePages(pages - charged_);
    charged_ += taken.value_or(0);
  }
}

uint64_t FileContents::Pages() {
  if (memfd_.valid() && dense_ < size_) CountPages();
  return charged_;
}

Result<void> FileContents::Resize(uint64_t size) {
  if (!memfd_.valid() && size <= kMaxBuffer) {
    buffer_.resize(size);
    uint32_t gone = written_ & ~PageMask(0, size);
    fs_.GivePages(static_cast<uint64_t>(std::popcount(gone)));
    charged_ -= static_cast<uint64_t>(std::popcount(gone));
    written_ &= ~gone;
    if (buffer_.capacity() > 2 * kPage && size < buffer_.capacity() / 2) buffer_.shrink_to_fit();
    return {};
  }
  TRY(HostFd());
  if (::ftruncate(memfd_.get(), static_cast<off_t>(size)) != 0) return base::LastErrno();
  bool shrunk = size < size_;
  size_ = size;
  dense_ = std::min(dense_, size);
  if (shrunk) CountPages();
  return {};
}

Result<void> FileContents::Allocate(uint32_t mode, uint64_t offset, uint64_t length) {
  if ((mode & ~(abi::kFallocFlKeepSize | abi::kFallocFlPunchHole)) != 0) return Errno(EOPNOTSUPP);
  TRY(HostFd());
  bool punch = (mode & abi::kFallocFlPunchHole) != 0;
  if (!punch) {
    // Room for all of it, or nothing; what was there already is given back by counting.
    uint64_t want = PagesUpTo(offset + length) - offset / kPage;
    uint64_t taken = TRY(fs_.TakePages(want));
    charged_ += taken;
    if (taken < want) {
      CountPages();
      return Errno(ENOSPC);
    }
  }
  Result<void> done;
  if (::fallocate(memfd_.get(), static_cast<int>(mode), static_cast<off_t>(offset),
                  static_cast<off_t>(length)) != 0) {
    done = base::LastErrno();
  } else if ((mode & abi::kFallocFlKeepSize) == 0) {
    size_ = std::max(size_, offset + length);
  }
  if (punch) dense_ = std::min(dense_, offset);
  CountPages();
  return done;
}

Result<uint64_t> FileContents::SeekHoleOrData(uint64_t offset, bool data) const {
  if (offset >= size()) return Errno(ENXIO);
  if (memfd_.valid()) {
    off_t at = ::lseek(memfd_.get(), static_cast<off_t>(offset), data ? SEEK_DATA : SEEK_HOLE);
    if (at < 0) return base::LastErrno();
    return static_cast<uint64_t>(at);
  }
  for (uint64_t page = offset / kPage; page * kPage < size(); ++page) {
    if (((written_ >> page & 1) != 0) == data) return std::max(offset, page * kPage);
  }
  if (data) return Errno(ENXIO);
  return size();
}

Result<int> FileContents::HostFd() {
  if (memfd_.valid()) return memfd_.get();
  base::Fd memfd = TRY(base::Fd::From(::memfd_create("tmpfs", MFD_CLOEXEC | MFD_ALLOW_SEALING)));
  if (::ftruncate(memfd.get(), static_cast<off_t>(buffer_.size())) != 0) return base::LastErrno();
  for (uint64_t at = 0; at < buffer_.size(); at += kPage) {
    if ((written_ >> (at / kPage) & 1) == 0) continue;
    size_t n = static_cast<size_t>(std::min<uint64_t>(kPage, buffer_.size() - at));
    if (::pwrite(memfd.get(), buffer_.data() + at, n, static_cast<off_t>(at)) !=
        static_cast<ssize_t>(n)) {
      return base::LastErrno();
    }
  }
  memfd_ = std::move(memfd);
  size_ = buffer_.size();
  dense_ = std::min<uint64_t>(size_, static_cast<uint64_t>(std::countr_one(written_)) * kPage);
  buffer_ = {};
  return memfd_.get();
}

Result<int> FileContents::ReadOnlyFd(int proc_fd) {
  if (read_fd_.valid()) return read_fd_.get();
  int memfd = TRY(HostFd());
  if (proc_fd < 0) return memfd;
  std::string path = "self/fd/" + std::to_string(memfd);
  base::Fd fd(::openat(proc_fd, path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return base::LastErrno();
  read_fd_ = std::move(fd);
  return read_fd_.get();
}

}  // namespace sentry
