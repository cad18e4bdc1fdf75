// fsync(2), fdatasync(2), sync(2), syncfs(2), sync_file_range(2).
#include "sentry/fs/kernfs/filesystem.h"
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/path_args.h"

namespace sentry {
namespace {

bool HasStorage(const FileDescription& file) {
  if (file.inode() == nullptr) return false;
  uint32_t type = file.inode()->mode() & abi::kSIfmt;
  return type == abi::kSIfreg || type == abi::kSIfdir || type == abi::kSIfblk;
}

// Files that the kernel makes up have no ->fsync().
bool IsMadeUp(const FileDescription& file) {
  return dynamic_cast<const KernFilesystem*>(&file.inode()->filesystem()) != nullptr;
}

Result<void> SyncFile(Task& task, FdNum fd, bool data_only) {
  Ref<FileDescription> file = TRY(task.fds().GetForIo(fd));
  if (!HasStorage(*file) || IsMadeUp(*file)) return Errno(EINVAL);
  OpContext ctx = task.context();
  return file->Sync(ctx, data_only);
}

}  // namespace

Result<void> SysFsync(Task& task, FdNum fd) {
  return SyncFile(task, fd, false);
}

Result<void> SysFdatasync(Task& task, FdNum fd) {
  return SyncFile(task, fd, true);
}

Result<void> SysSync(Task& task) {
  OpContext ctx = task.context();
  Ref<MountNamespace> mounts = task.mounts();
  std::vector<Ref<Mount>> all = mounts->mounts();  // It may change while one is waited for.
  for (const Ref<Mount>& mount : all) {
    // sync(2) always succeeds.
    [[maybe_unused]] Result<void> synced = mount->fs->Sync(ctx);
  }
  return {};
}

Result<void> SysSyncfs(Task& task, FdNum fd) {
  Path path = TRY(ResolveFd(task, fd));
  OpContext ctx = task.context();
  return path.inode()->filesystem().Sync(ctx);
}

Result<void> SysSyncFileRange(Task& task, FdNum fd, int64_t offset, int64_t length,
                              uint32_t flags) {
  constexpr uint32_t kKnown =
      abi::kSyncFileRangeWaitBefore | abi::kSyncFileRangeWrite | abi::kSyncFileRangeWaitAfter;
  Ref<FileDescription> file = TRY(task.fds().GetForIo(fd));
  int64_t end = 0;
  if ((flags & ~kKnown) != 0 || offset < 0 || length < 0) return Errno(EINVAL);
  if (__builtin_add_overflow(offset, length, &end)) return Errno(EINVAL);
  if (!HasStorage(*file)) return Errno(ESPIPE);
  if (flags == 0) return {};
  OpContext ctx = task.context();
  return file->Sync(ctx, true);
}

}  // namespace sentry
