#include "sentry/fs/tmpfs/regular_file.h"

#include <fcntl.h>

#include "sentry/kernel/kernel.h"
#include "sentry/kernel/task.h"
#include "sentry/vfs/inotify.h"

namespace sentry {

TmpfsFile::TmpfsFile(Ref<TmpfsFilesystem> fs, const Start& start)
    : TmpfsInode(std::move(fs), start), contents_(*fs_) {}

Result<Attributes> TmpfsFile::GetAttributes(OpContext& ctx) {
  constexpr uint64_t kBlocksPerPage = FileContents::kPage / 512;
  Attributes attributes = TRY(TmpfsInode::GetAttributes(ctx));
  attributes.size = contents_.size();
  attributes.blocks = contents_.Pages() * kBlocksPerPage;
  return attributes;
}

Result<void> TmpfsFile::SetAttributes(OpContext& ctx, const AttributeChange& change) {
  constexpr uint32_t kExec = 0111;
  bool exec_changes = change.mode && ((*change.mode ^ mode_) & kExec) != 0;
  if (exec_changes && (seals_ & abi::kFSealExec) != 0) return Errno(EPERM);
  if (change.size) {
    TRY(contents_.Resize(*change.size));
    Modified(ctx.now);
  }
  return TmpfsInode::SetAttributes(ctx, change);
}

Result<Ref<FileDescription>> TmpfsFile::Open(OpContext&, const Path& path, uint32_t flags) {
  return Ref<FileDescription>(MakeRef<TmpfsFileDescription>(path, flags, Ref<TmpfsFile>(this)));
}

Result<void> TmpfsFile::AddSeals(uint32_t seals) {
  constexpr uint32_t kContents =
      abi::kFSealShrink | abi::kFSealGrow | abi::kFSealWrite | abi::kFSealFutureWrite;
  if ((seals & ~(kContents | abi::kFSealSeal | abi::kFSealExec)) != 0) return Errno(EINVAL);
  if ((seals_ & abi::kFSealSeal) != 0) return Errno(EPERM);
  // What may be executed and stays so must not change either (memfd_add_seals).
  if ((seals & abi::kFSealExec) != 0 && (mode_ & 0111) != 0) seals |= kContents;
  // The host keeps mappings from breaking the seals, and tells when one does already (EBUSY).
  int fd = TRY(contents_.HostFd());
  if (::fcntl(fd, F_ADD_SEALS, seals & kContents) != 0) return base::LastErrno();
  seals_ |= seals;
  return {};
}

Result<size_t> TmpfsFileDescription::Read(OpContext& ctx, IoSink& to, int64_t* position) {
  size_t n = TRY(file().contents().Read(to, static_cast<uint64_t>(*position)));
  *position += static_cast<int64_t>(n);
  file().Accessed(path(), flags(), ctx.now);
  return n;
}

Result<size_t> TmpfsFileDescription::Write(OpContext& ctx, IoSource& from, int64_t* position) {
  FileContents& contents = file().contents();
  if ((flags() & abi::kOAppend) != 0) *position = static_cast<int64_t>(contents.size());
  size_t n = TRY(contents.Write(from, static_cast<uint64_t>(*position)));
  *position += static_cast<int64_t>(n);
  if (n != 0) file().Modified(ctx.now);
  return n;
}

Result<int64_t> TmpfsFileDescription::Seek(OpContext& ctx, int64_t to, int whence) {
  if (whence != abi::kSeekData && whence != abi::kSeekHole) {
    return FileDescription::Seek(ctx, to, whence);
  }
  if (to < 0) return Errno(ENXIO);
  bool data = whence == abi::kSeekData;
  uint64_t at = TRY(file().contents().SeekHoleOrData(static_cast<uint64_t>(to), data));
  return offset = static_cast<int64_t>(at);
}

Result<uint64_t> TmpfsFileDescription::Fcntl(OpContext&, int command, uint64_t arg) {
  if (command == abi::kFGetSeals) return uint64_t{file().seals()};
  if (command != abi::kFAddSeals) return Errno(EINVAL);
  if (!writable()) return Errno(EPERM);
  TRY(file().AddSeals(static_cast<uint32_t>(arg)));
  return uint64_t{0};
}

Result<Mapping> TmpfsFileDescription::Map(OpContext& ctx, uint32_t, uint32_t) {
  file().Accessed(path(), flags(), ctx.now);
  FileContents& contents = file().contents();
  if (writable()) return Mapping{.host_fd = TRY(contents.HostFd())};
  int proc_fd = ctx.task != nullptr ? ctx.task->kernel().options().proc_fd : -1;
  return Mapping{.host_fd = TRY(contents.ReadOnlyFd(proc_fd))};
}

Result<void> TmpfsFileDescription::Allocate(OpContext& ctx, uint32_t mode, int64_t start,
                                            int64_t length) {
  TRY(file().contents().Allocate(mode, static_cast<uint64_t>(start),
                                 static_cast<uint64_t>(length)));
  file().Modified(ctx.now);
  return {};
}

}  // namespace sentry
