// ShmFiles: files in memory without a name in any tree: memfd_create(2), System V shared memory.
#pragma once

#include <string>

#include "sentry/fs/tmpfs/regular_file.h"
#include "sentry/kernel/subsystem.h"
#include "sentry/vfs/mount.h"

namespace sentry {

class ShmFiles final : public RefCounted {
 public:
  static constexpr SubsystemId kSubsystem = SubsystemId::kShmFiles;
  explicit ShmFiles(Kernel& kernel);

  // An empty file of the caller's, opened for reading and writing.  `name` as /proc/[pid]/fd shows
  // it: "/memfd:x (deleted)".
  Result<Ref<FileDescription>> Create(OpContext& ctx, std::string name, uint32_t mode);
  static TmpfsFile& FileOf(FileDescription& file) { return static_cast<TmpfsFile&>(*file.inode()); }

 private:
  Ref<TmpfsFilesystem> fs_;
  Ref<Mount> mount_;
};

}  // namespace sentry
