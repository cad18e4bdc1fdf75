#include <algorithm>

#include "abi/linux/dirent.h"
#include "sentry/fs/overlay/overlay.h"

namespace sentry {

Result<Ref<FileDescription>> OverlayFile::Real(OpContext& ctx) {
  Inode& now = static_cast<OverlayInode*>(inode())->top();
  if (&now != layer_) {
    real_ = TRY(OpenLayer(ctx, Ref<Inode>(&now), flags()));
    layer_ = &now;
  }
  constexpr uint32_t kStatus = abi::kOAppend | abi::kONonblock;
  real_->SetStatusFlags(flags() & kStatus);
  return real_;
}

Result<size_t> OverlayFile::Read(OpContext& ctx, IoSink& to, int64_t* position) {
  return TRY(Real(ctx))->Read(ctx, to, position);
}

std::optional<size_t> OverlayFile::PeekRest(std::span<std::byte> to, int64_t at) {
  const auto& file = static_cast<OverlayInode&>(*inode());
  if (file.upper() != nullptr || layer_ != file.lower()) return {};
  return real_->PeekRest(to, at);
}

Result<size_t> OverlayFile::Write(OpContext& ctx, IoSource& from, int64_t* position) {
  return TRY(Real(ctx))->Write(ctx, from, position);
}

Result<int64_t> OverlayFile::Seek(OpContext& ctx, int64_t to, int whence) {
  const Ref<FileDescription> real = TRY(Real(ctx));
  if (whence != abi::kSeekData && whence != abi::kSeekHole)
    return FileDescription::Seek(ctx, to, whence);
  return offset = TRY(real->Seek(ctx, to, whence));
}

Result<Mapping> OverlayFile::Map(OpContext& ctx, uint32_t prot, uint32_t flags) {
  return TRY(Real(ctx))->Map(ctx, prot, flags);
}

Result<void> OverlayFile::Sync(OpContext& ctx, bool data_only) {
  return TRY(Real(ctx))->Sync(ctx, data_only);
}

Result<void> OverlayFile::Allocate(OpContext& ctx, uint32_t mode, int64_t start, int64_t length) {
  return TRY(Real(ctx))->Allocate(ctx, mode, start, length);
}

Result<uint64_t> OverlayFile::Fcntl(OpContext& ctx, int command, uint64_t arg) {
  return TRY(Real(ctx))->Fcntl(ctx, command, arg);
}

Result<int64_t> OverlayDirectoryFile::Seek(OpContext&, int64_t to, int whence) {
  if (whence != abi::kSeekSet && whence != abi::kSeekCur) return Errno(EINVAL);
  int64_t at = (whence == abi::kSeekCur ? offset : 0) + to;
  if (at < 0) return Errno(EINVAL);
  if (at == 0) names_.reset();  // rewinddir(3) sees what is new.
  return offset = at;
}

Result<void> OverlayDirectoryFile::ReadDirectory(OpContext& ctx, DirectorySink& to) {
  OverlayInode& directory = static_cast<OverlayInode&>(*inode());
  if (names_ == nullptr)
    names_ =
        std::make_shared<const std::vector<OverlayInode::ListedName>>(TRY(directory.List(ctx)));
  if (offset == 0) {
    if (!to.Add(".", directory.ino(), abi::kDtDir, 1)) return {};
    offset = 1;
  }
  if (offset == 1) {
    const Dentry* parent = path().dentry->parent();
    uint64_t ino =
        parent != nullptr && parent->inode() != nullptr ? parent->inode()->ino() : directory.ino();
    if (!to.Add("..", ino, abi::kDtDir, 2)) return {};
    offset = 2;
  }
  while (static_cast<size_t>(offset - 2) < names_->size()) {
    const OverlayInode::ListedName& listed = (*names_)[static_cast<size_t>(offset - 2)];
    if (!to.Add(listed.name, listed.ino, listed.type, offset + 1)) return {};
    ++offset;
  }
  return {};
}

}  // namespace sentry
