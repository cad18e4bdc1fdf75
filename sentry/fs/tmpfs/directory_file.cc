// Listing a directory of a tmpfs.
#include "abi/linux/dirent.h"
#include "sentry/fs/tmpfs/directory.h"

namespace sentry {

TmpfsDirectoryFile::TmpfsDirectoryFile(Path path, uint32_t flags, Ref<TmpfsDirectory> directory)
    : FileDescription(std::move(path), flags), directory_(std::move(directory)) {
  Rewind();
}

Result<int64_t> TmpfsDirectoryFile::Seek(OpContext&, int64_t to, int whence) {
  if (whence != abi::kSeekSet && whence != abi::kSeekCur) return Errno(EINVAL);
  int64_t position = 0;
  bool overflow = __builtin_add_overflow(whence == abi::kSeekCur ? offset : 0, to, &position);
  if (overflow || position < 0) return Errno(EINVAL);
  if (position == 0) Rewind();
  return offset = position;
}

Result<void> TmpfsDirectoryFile::ReadDirectory(OpContext& ctx, DirectorySink& to) {
  TmpfsDirectory& self = *directory_;
  if (self.link_count() == 0) return Errno(ENOENT);
  self.Accessed(path(), flags(), ctx.now);
  if (offset == 0) {
    if (!to.Add(".", self.ino(), abi::kDtDir, 1)) return {};
    offset = 1;
  }
  if (offset == 1) {
    const Dentry* parent = path().dentry->parent();
    uint64_t ino = parent != nullptr ? parent->inode()->ino() : self.ino();
    if (!to.Add("..", ino, abi::kDtDir, 2)) return {};
    offset = TmpfsDirectory::kFirstPosition;
  }
  while (const auto* at = self.ChildFrom(static_cast<uint64_t>(offset))) {
    const auto& [position, child] = *at;
    if (position >= end_) break;
    uint8_t type = static_cast<uint8_t>((child.inode->mode() & abi::kSIfmt) >> 12);
    int64_t next = static_cast<int64_t>(position) + 1;
    if (!to.Add(child.name, child.inode->ino(), type, next)) return {};
    offset = next;
  }
  return {};
}

}  // namespace sentry
