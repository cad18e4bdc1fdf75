// Regular files of a tmpfs, and memfds.
#pragma once

#include "sentry/fs/tmpfs/contents.h"
#include "sentry/fs/tmpfs/inode.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

class TmpfsFile final : public TmpfsInode {
 public:
  TmpfsFile(Ref<TmpfsFilesystem> fs, const Start& start);
  Result<Attributes> GetAttributes(OpContext& ctx) override;
  Result<void> SetAttributes(OpContext& ctx, const AttributeChange& change) override;
  Result<Ref<FileDescription>> Open(OpContext& ctx, const Path& path, uint32_t flags) override;

  FileContents& contents() { return contents_; }
  // F_SEAL_* (fcntl(2)); all files but memfds that allow it start sealed against seals.
  uint32_t seals() const { return seals_; }
  void AllowSeals() { seals_ &= ~abi::kFSealSeal; }
  Result<void> AddSeals(uint32_t seals);

 private:
  FileContents contents_;
  uint32_t seals_ = abi::kFSealSeal;
};

class TmpfsFileDescription final : public FileDescription {
 public:
  // The path may be that of an overlay whose upper layer the file is in.
  TmpfsFileDescription(Path path, uint32_t flags, Ref<TmpfsFile> file)
      : FileDescription(std::move(path), flags), file_(std::move(file)) {}
  Result<size_t> Read(OpContext& ctx, IoSink& to, int64_t* position) override;
  Result<size_t> Write(OpContext& ctx, IoSource& from, int64_t* position) override;
  bool HasPosition() const override { return true; }
  Result<int64_t> Seek(OpContext& ctx, int64_t to, int whence) override;
  Result<uint64_t> Fcntl(OpContext& ctx, int command, uint64_t arg) override;
  Result<Mapping> Map(OpContext& ctx, uint32_t prot, uint32_t flags) override;
  Result<void> Allocate(OpContext& ctx, uint32_t mode, int64_t start, int64_t length) override;
  int HostFd() const override { return file().contents().host_fd_if_any(); }

 private:
  TmpfsFile& file() const { return *file_; }

  const Ref<TmpfsFile> file_;
};

}  // namespace sentry
