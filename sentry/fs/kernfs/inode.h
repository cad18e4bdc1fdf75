// Inodes of made-up files: attributes and symbolic links.
#pragma once

#include <string>
#include <utility>

#include "sentry/fs/kernfs/filesystem.h"
#include "sentry/vfs/inode.h"

namespace sentry {

class KernInode : public Inode {
 public:
  // `mode` with the type.
  KernInode(Ref<KernFilesystem> fs, uint64_t ino, uint32_t mode)
      : fs_(std::move(fs)), ino_(ino), mode_(mode) {}

  Filesystem& filesystem() override { return *fs_; }
  uint32_t mode() const override { return mode_; }
  uint32_t uid() const override { return 0; }
  uint32_t gid() const override { return 0; }
  uint64_t ino() const override { return ino_; }
  Result<Attributes> GetAttributes(OpContext& ctx) override;
  // Truncation is accepted, as open(2) with O_TRUNC does it before writing a setting.
  Result<void> SetAttributes(OpContext& ctx, const AttributeChange& change) override;

  KernFilesystem& kern_fs() const { return *fs_; }
  Ref<KernFilesystem> kern_fs_ref() const { return fs_; }

 protected:
  virtual abi::Timespec Time() const { return fs_->made(); }
  virtual uint64_t Size() const { return 0; }

 private:
  const Ref<KernFilesystem> fs_;
  const uint64_t ino_;
  const uint32_t mode_;
};

// A link with a text.
class KernSymlink : public KernInode {
 public:
  KernSymlink(Ref<KernFilesystem> fs, uint64_t ino)
      : KernInode(std::move(fs), ino, abi::kSIflnk | abi::kSIrwxugo) {}
  Result<Ref<FileDescription>> Open(OpContext&, const Path&, uint32_t) override;
};

class FixedSymlink final : public KernSymlink {
 public:
  FixedSymlink(Ref<KernFilesystem> fs, uint64_t ino, std::string target)
      : KernSymlink(std::move(fs), ino), target_(std::move(target)) {}
  Result<std::string> Readlink(OpContext&) override { return target_; }

 private:
  const std::string target_;
};

}  // namespace sentry
