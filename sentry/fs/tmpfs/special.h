// Symbolic links, FIFOs, sockets and device nodes of a tmpfs.
#pragma once

#include "sentry/fs/tmpfs/inode.h"

namespace sentry {

class TmpfsSymlink final : public TmpfsInode {
 public:
  TmpfsSymlink(Ref<TmpfsFilesystem> fs, const Start& start, std::string_view target)
      : TmpfsInode(std::move(fs), start), target_(target) {}
  Result<Attributes> GetAttributes(OpContext& ctx) override;
  Result<std::string> Readlink(OpContext&) override { return target_; }
  Result<Ref<FileDescription>> Open(OpContext&, const Path&, uint32_t) override;

 private:
  const std::string target_;
};

class TmpfsSpecialFile final : public TmpfsInode {
 public:
  TmpfsSpecialFile(Ref<TmpfsFilesystem> fs, const Start& start, uint64_t rdev)
      : TmpfsInode(std::move(fs), start), rdev_(rdev) {}
  Result<Attributes> GetAttributes(OpContext& ctx) override;
  Result<Ref<FileDescription>> Open(OpContext& ctx, const Path& path, uint32_t flags) override;

 private:
  const uint64_t rdev_;
};

}  // namespace sentry
