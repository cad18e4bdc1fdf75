#include "sentry/fs/devpts/inodes.h"

#include "sentry/fs/tty/tty_file.h"

namespace sentry {

DevptsInode::DevptsInode(DevptsFilesystem& fs, uint64_t ino, uint32_t permissions, uint32_t uid,
                         uint32_t gid, const abi::Timespec& now)
    : fs_(fs),
      ino_(ino),
      mode_(abi::kSIfchr | permissions),
      uid_(uid),
      gid_(gid),
      atime_(now),
      mtime_(now),
      ctime_(now) {}

Result<Attributes> DevptsInode::GetAttributes(OpContext&) {
  return Attributes{.dev = fs_.device(),
                    .ino = ino_,
                    .mode = mode_,
                    .uid = uid_,
                    .gid = gid_,
                    .rdev = device(),
                    .blksize = 1024,
                    .atime = atime_,
                    .mtime = mtime_,
                    .ctime = ctime_};
}

Result<void> DevptsInode::SetAttributes(OpContext& ctx, const AttributeChange& change) {
  if (change.mode) mode_ = (mode_ & abi::kSIfmt) | (*change.mode & abi::kSIallugo);
  if (change.uid) uid_ = *change.uid;
  if (change.gid) gid_ = *change.gid;
  if (change.atime) atime_ = *change.atime;
  if (change.mtime) mtime_ = *change.mtime;
  ctime_ = ctx.now;
  return {};
}

Result<Ref<FileDescription>> PtmxInode::Open(OpContext& ctx, const Path& path, uint32_t flags) {
  return fs().OpenMaster(ctx, path, path, flags);
}

Result<Ref<FileDescription>> SlaveInode::Open(OpContext& ctx, const Path& path, uint32_t flags) {
  return TtyFile::Open(ctx, path, flags, tty_);
}

}  // namespace sentry
