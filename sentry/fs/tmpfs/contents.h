// FileContents: the bytes of one file in memory.  Small ones lie in a buffer; a file that grows, or
// that somebody maps, lies in a host memfd from then on, which is the only copy, so that mappings
// and reads agree.
#pragma once

#include <cstdint>
#include <vector>

#include "platform/base/fd.h"
#include "sentry/fs/tmpfs/filesystem.h"
#include "sentry/memmap/io.h"

namespace sentry {

// Charges its pages to the file system, which must outlive it.
class FileContents {
 public:
  static constexpr uint64_t kPage = TmpfsFilesystem::kPage;
  static constexpr uint64_t kMaxBuffer = 64 << 10;

  explicit FileContents(TmpfsFilesystem& fs) : fs_(fs) {}
  ~FileContents() { fs_.GivePages(charged_); }
  FileContents(const FileContents&) = delete;
  FileContents& operator=(const FileContents&) = delete;

  uint64_t size() const { return memfd_.valid() ? size_ : buffer_.size(); }
  // Pages in memory.  Those that were written through mappings are counted here.
  uint64_t Pages();

  Result<size_t> Read(IoSink& to, uint64_t offset) const;
  Result<size_t> Write(IoSource& from, uint64_t offset);
  Result<void> Resize(uint64_t size);
  Result<void> Allocate(uint32_t mode, uint64_t offset, uint64_t length);  // fallocate(2)
  // SEEK_DATA and SEEK_HOLE: ENXIO behind the end.
  Result<uint64_t> SeekHoleOrData(uint64_t offset, bool data) const;
  // Moves to a memfd on first use.  Borrowed.
  Result<int> HostFd();
  // The same without the right to write, for mappings that must stay read-only.  `proc_fd` is the
  // host's proc directory.
  Result<int> ReadOnlyFd(int proc_fd);
  int host_fd_if_any() const { return memfd_.get(); }

 private:
  Result<size_t> WriteBuffer(IoSource& from, uint64_t offset, uint64_t length);
  Result<size_t> WriteMemfd(IoSource& from, uint64_t offset);
  // The end of [offset, end) as far as pages for it can be had.
  Result<uint64_t> ChargeRange(uint64_t offset, uint64_t end);
  Result<uint64_t> ChargeBuffer(uint64_t offset, uint64_t end);
  void CountPages();

  TmpfsFilesystem& fs_;
  uint64_t charged_ = 0;  // Pages.
  std::vector<std::byte> buffer_;
  uint32_t written_ = 0;  // Pages of the buffer that are no holes, a bit each.
  base::Fd memfd_, read_fd_;
  uint64_t size_ = 0;   // Of the memfd.
  uint64_t dense_ = 0;  // No holes before this offset, so that most writes need no counting.
};

}  // namespace sentry
