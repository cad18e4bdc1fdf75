// Files in memory without a name in any tree.
#include "sentry/fs/tmpfs/shm_files.h"

#include "sentry/kernel/kernel.h"

namespace sentry {

ShmFiles::ShmFiles(Kernel& kernel)
    : fs_(MakeRef<TmpfsFilesystem>(TmpfsOptions{}, kernel.memory())),
      mount_(Mount::Create(fs_, 0, "tmpfs")) {}

Result<Ref<FileDescription>> ShmFiles::Create(OpContext& ctx, std::string name, uint32_t mode) {
  TmpfsInode::Start start{.ino = TRY(fs_->NewInode()),
                          .mode = abi::kSIfreg | mode,
                          .uid = ctx.creds.fsuid,
                          .gid = ctx.creds.fsgid,
                          .now = ctx.now};
  Ref<TmpfsFile> file = MakeRef<TmpfsFile>(fs_, start);
  file->LinkRemoved(ctx.now);
  Path path{mount_, Dentry::NewRoot(file, std::move(name))};
  return Ref<FileDescription>(MakeRef<TmpfsFileDescription>(
      std::move(path), abi::kORdwr | abi::kOLargefile, std::move(file)));
}

}  // namespace sentry
