// TmpfsInode: what all objects of a tmpfs have: attributes and extended attributes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sentry/fs/tmpfs/filesystem.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/mount.h"

namespace sentry {

class TmpfsInode : public Inode {
 public:
  // What a new inode starts with.
  struct Start {
    uint64_t ino;
    uint32_t mode;  // With the type.
    uint32_t uid, gid;
    abi::Timespec now;
  };

  Filesystem& filesystem() override { return *fs_; }
  uint32_t mode() const override { return mode_; }
  uint32_t uid() const override { return uid_; }
  uint32_t gid() const override { return gid_; }
  uint64_t ino() const override { return ino_; }
  uint32_t link_count() const override { return nlink_; }
  Result<Attributes> GetAttributes(OpContext& ctx) override;
  Result<void> SetAttributes(OpContext& ctx, const AttributeChange& change) override;

  Result<std::string> GetXattr(OpContext& ctx, const std::string& name) override;
  Result<void> SetXattr(OpContext& ctx, const std::string& name, std::string_view value,
                        uint32_t flags) override;
  Result<std::vector<std::string>> ListXattr(OpContext& ctx) override;
  Result<void> RemoveXattr(OpContext& ctx, const std::string& name) override;

  // After a read through `path` with the O_* `flags`: atime, as the mount wants it.
  void Accessed(const Path& path, uint32_t flags, const abi::Timespec& now);
  void Modified(const abi::Timespec& now) { mtime_ = ctime_ = now; }
  void Renamed(const abi::Timespec& now) { ctime_ = now; }
  void LinkAdded(const abi::Timespec& now) { ++nlink_, ctime_ = now; }
  void LinkRemoved(const abi::Timespec& now) { --nlink_, ctime_ = now; }

 protected:
  TmpfsInode(Ref<TmpfsFilesystem> fs, const Start& start);
  ~TmpfsInode() override;

  const Ref<TmpfsFilesystem> fs_;
  const uint64_t ino_;
  uint32_t mode_;
  uint32_t uid_, gid_;
  uint32_t nlink_ = 1;
  abi::Timespec atime_, mtime_, ctime_;
  const abi::Timespec btime_;

 private:
  std::map<std::string, std::string> xattrs_;
  size_t xattr_bytes_ = 0;
};

}  // namespace sentry
