// Opened files and directories of the host.
#pragma once

#include <memory>
#include <vector>

#include "gofer/protocol/types.h"
#include "sentry/fs/gofer/gofer_inode.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

// Data flows through the descriptor that the Gofer donated.
class GoferFile final : public FileDescription {
 public:
  // The path may be that of an overlay whose lower layer the file is in.
  GoferFile(Path path, uint32_t flags, Ref<GoferInode> file)
      : FileDescription(std::move(path), flags), file_(std::move(file)) {
    file_->Opened();
  }
  Result<size_t> Read(OpContext& ctx, IoSink& to, int64_t* position) override;
  std::optional<size_t> PeekRest(std::span<std::byte> to, int64_t at) override;
  Result<size_t> Write(OpContext& ctx, IoSource& from, int64_t* position) override;
  bool HasPosition() const override { return true; }
  Result<int64_t> Seek(OpContext& ctx, int64_t to, int whence) override;
  Result<Mapping> Map(OpContext& ctx, uint32_t prot, uint32_t flags) override;
  Result<void> Sync(OpContext& ctx, bool data_only) override;
  Result<void> Allocate(OpContext& ctx, uint32_t mode, int64_t start, int64_t length) override;
  int HostFd() const override;

 private:
  ~GoferFile() override { file_->Closed(); }
  GoferInode& file() const { return *file_; }

  const Ref<GoferInode> file_;
};

class GoferDirectoryFile final : public FileDescription {
 public:
  GoferDirectoryFile(Path path, uint32_t flags, Ref<GoferInode> directory)
      : FileDescription(std::move(path), flags), directory_(std::move(directory)) {}
  bool HasPosition() const override { return true; }
  Result<int64_t> Seek(OpContext& ctx, int64_t to, int whence) override;
  Result<void> ReadDirectory(OpContext& ctx, DirectorySink& to) override;
  bool ListsAtOnce() const override { return entries_ != nullptr || directory_->ListsAtOnce(); }

 private:
  const Ref<GoferInode> directory_;
  // What one pass over the directory sees: fixed at its start.
  std::shared_ptr<const GoferInode::Entries> entries_;
};

}  // namespace sentry
