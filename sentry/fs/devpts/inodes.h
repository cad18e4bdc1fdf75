// What stands in a devpts: ptmx and the slaves.
#pragma once

#include "sentry/fs/devpts/devpts.h"

namespace sentry {

// A character device whose owner and permissions can be changed.
class DevptsInode : public Inode {
 public:
  DevptsInode(DevptsFilesystem& fs, uint64_t ino, uint32_t permissions, uint32_t uid, uint32_t gid,
              const abi::Timespec& now);
  Filesystem& filesystem() override { return fs_; }
  uint32_t mode() const override { return mode_; }
  uint32_t uid() const override { return uid_; }
  uint32_t gid() const override { return gid_; }
  uint64_t ino() const override { return ino_; }
  Result<Attributes> GetAttributes(OpContext& ctx) override;
  Result<void> SetAttributes(OpContext& ctx, const AttributeChange& change) override;

 protected:
  virtual uint64_t device() const = 0;
  DevptsFilesystem& fs() const { return fs_; }

 private:
  DevptsFilesystem& fs_;  // Outlives its inodes: paths hold the mount.
  const uint64_t ino_;
  uint32_t mode_, uid_, gid_;
  abi::Timespec atime_, mtime_, ctime_;
};

class PtmxInode final : public DevptsInode {
 public:
  using DevptsInode::DevptsInode;
  Result<Ref<FileDescription>> Open(OpContext& ctx, const Path& path, uint32_t flags) override;

 private:
  uint64_t device() const override { return abi::MakeDev(5, 2); }
};

class SlaveInode final : public DevptsInode {
 public:
  template <typename... Args>
  explicit SlaveInode(Ref<Tty> tty, Args&&... args)
      : DevptsInode(std::forward<Args>(args)...), tty_(std::move(tty)) {}
  Result<Ref<FileDescription>> Open(OpContext& ctx, const Path& path, uint32_t flags) override;

 private:
  uint64_t device() const override { return tty_->device(); }
  const Ref<Tty> tty_;
};

constexpr uint64_t kDevptsRootIno = 1;
constexpr uint64_t kPtmxIno = 2;
constexpr uint64_t kFirstSlaveIno = 3;

}  // namespace sentry
