// Files without a name: the internal file systems in which eventfds and their like, pipes and
// sockets have their inodes (Linux's anon_inodefs, pipefs and sockfs).
#pragma once

#include <array>
#include <string>

#include "abi/linux/time.h"
#include "sentry/kernel/subsystem.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/mount.h"

namespace sentry {

enum class NamelessFs { kAnon, kPipe, kSocket };

// An inode of one of these.  What can be opened again through /proc/[pid]/fd overrides Open().
class NamelessInode : public Inode {
 public:
  // Type and permission bits of `mode`; owner and times from `ctx`.
  NamelessInode(const OpContext& ctx, Filesystem& fs, uint64_t ino, uint32_t mode);
  Filesystem& filesystem() override { return fs_; }
  uint32_t mode() const override { return mode_; }
  uint32_t uid() const override { return uid_; }
  uint32_t gid() const override { return gid_; }
  uint64_t ino() const override { return ino_; }
  Result<Attributes> GetAttributes(OpContext& ctx) override;
  Result<void> SetAttributes(OpContext& ctx, const AttributeChange& change) override;
  Result<Ref<FileDescription>> Open(OpContext&, const Path&, uint32_t) override {
    return Errno(ENXIO);
  }

 protected:
  Filesystem& fs_;  // Outlives its inodes: the subsystem holds it, and so do the paths.
  const uint64_t ino_;
  uint32_t mode_, uid_, gid_;
  abi::Timespec atime_, mtime_, ctime_;
};

class NamelessFiles final : public RefCounted {
 public:
  static constexpr SubsystemId kSubsystem = SubsystemId::kNamelessFiles;
  explicit NamelessFiles(Kernel&);

  // `name` as /proc/[pid]/fd shows it: "anon_inode:[eventfd]".  All share one inode.
  Path Anon(const char* name);
  Path Socket(const OpContext& ctx);  // "socket:[ino]"
  // For an inode of the caller's own type, made with filesystem(fs) and NextIno(): "pipe:[ino]".
  Path Attach(NamelessFs fs, Ref<Inode> inode);
  Filesystem& filesystem(NamelessFs fs) const { return *mounts_[static_cast<size_t>(fs)]->fs; }
  uint64_t NextIno() { return ++last_ino_; }

 private:
  std::array<Ref<Mount>, 3> mounts_;
  Ref<Inode> anon_inode_;
  uint64_t last_ino_ = 0;
};

}  // namespace sentry
