#include "sentry/fs/anon/nameless_files.h"

#include <utility>

#include "sentry/time/time.h"
#include "sentry/vfs/file_description.h"

namespace sentry {
namespace {

struct FsKind {
  const char* type;
  uint64_t magic;   // statfs(2) f_type
  uint64_t device;  // Below the numbers that mounted file systems get (major 0).
  const char* prefix;
};
constexpr FsKind kKinds[] = {
    {"anon_inodefs", 0x09041934, 15, "anon_inode:"},
    {"pipefs", 0x50495045, 14, "pipe:"},
    {"sockfs", 0x534F434B, 8, "socket:"},
};

class InternalFs final : public Filesystem {
 public:
  explicit InternalFs(const FsKind& kind) : kind_(kind) {}
  const char* type() const override { return kind_.type; }
  Ref<Inode> Root() override { return nullptr; }  // Never part of a tree.
  uint64_t device() const override { return kind_.device; }
  Result<FsStatistics> Statistics(OpContext&) override {
    FsStatistics stats;
    stats.type = kind_.magic;
    return stats;
  }

 private:
  const FsKind& kind_;
};

}  // namespace

NamelessInode::NamelessInode(const OpContext& ctx, Filesystem& fs, uint64_t ino, uint32_t mode)
    : fs_(fs),
      ino_(ino),
      mode_(mode),
      uid_(ctx.creds.fsuid),
      gid_(ctx.creds.fsgid),
      atime_(ctx.now),
      mtime_(ctx.now),
      ctime_(ctx.now) {}

Result<Attributes> NamelessInode::GetAttributes(OpContext&) {
  Attributes attributes;
  attributes.dev = fs_.device();
  attributes.ino = ino_;
  attributes.mode = mode_;
  attributes.uid = uid_;
  attributes.gid = gid_;
  attributes.atime = atime_;
  attributes.mtime = mtime_;
  attributes.ctime = ctime_;
  return attributes;
}

Result<void> NamelessInode::SetAttributes(OpContext& ctx, const AttributeChange& change) {
  if ((mode_ & abi::kSIfmt) == 0) return Errno(EOPNOTSUPP);  // anon_inode_setattr() of Linux.
  if (change.size) return Errno(EINVAL);
  if (change.mode) mode_ = (mode_ & abi::kSIfmt) | (*change.mode & abi::kSIallugo);
  if (change.uid) uid_ = *change.uid;
  if (change.gid) gid_ = *change.gid;
  if (change.atime) atime_ = *change.atime;
  if (change.mtime) mtime_ = *change.mtime;
  ctime_ = ctx.now;
  return {};
}

NamelessFiles::NamelessFiles(Kernel&) {
  Ref<Credentials> root_user = Credentials::ForUser(0, 0, {});
  OpContext ctx{.creds = *root_user, .now = RealtimeNow()};
  for (size_t i = 0; i < mounts_.size(); ++i) {
    Ref<Filesystem> fs = MakeRef<InternalFs>(kKinds[i]);
    Ref<Inode> root = MakeRef<NamelessInode>(ctx, *fs, NextIno(), abi::kSIfdir);
    mounts_[i] = MakeRef<Mount>(MountNamespace::NextMountId(), std::move(fs),
                                Dentry::NewRoot(std::move(root)), 0, kKinds[i].type);
  }
  anon_inode_ = MakeRef<NamelessInode>(ctx, filesystem(NamelessFs::kAnon), NextIno(), 0600);
}

Path NamelessFiles::Anon(const char* name) {
  return {mounts_[static_cast<size_t>(NamelessFs::kAnon)], Dentry::NewRoot(anon_inode_, name)};
}

Path NamelessFiles::Socket(const OpContext& ctx) {
  return Attach(NamelessFs::kSocket,
                MakeRef<NamelessInode>(ctx, filesystem(NamelessFs::kSocket), NextIno(),
                                       abi::kSIfsock | abi::kSIrwxugo));
}

Path NamelessFiles::Attach(NamelessFs fs, Ref<Inode> inode) {
  size_t index = static_cast<size_t>(fs);
  std::string name = kKinds[index].prefix;
  name += "[" + std::to_string(inode->ino()) + "]";
  return {mounts_[index], Dentry::NewRoot(std::move(inode), std::move(name))};
}

}  // namespace sentry
