// What the operations on names share.  Private to vfs.
#pragma once

#include <string_view>

#include "sentry/vfs/name_lock.h"
#include "sentry/vfs/path_walk.h"

namespace sentry {

// The scope in which a file system changes names of a directory (see Dentry::changes).
class NameChange {
 public:
  explicit NameChange(Dentry& directory) : directory_(&directory) { ++directory_->changes; }
  ~NameChange() { ++directory_->changes; }
  NameChange(const NameChange&) = delete;
  NameChange& operator=(const NameChange&) = delete;

 private:
  Ref<Dentry> directory_;
};

inline bool IsProperName(std::string_view name) {
  return !name.empty() && name != "." && name != "..";
}

inline NameLock* NameLockOf(const Path& directory) {
  return directory.inode()->filesystem().name_lock();
}

// may_delete(): permission to take `child` out of `directory`, and whether it is a directory as
// wanted (ENOTDIR, EISDIR).
Result<void> MayDelete(OpContext& ctx, const Path& directory, const Inode& child,
                       bool want_directory);
Result<void> MayCreate(OpContext& ctx, const Path& directory);

// The dentry of what the file system has just made.
Ref<Dentry> InstallName(DentryCache& cache, Dentry& directory, std::string_view name,
                        Ref<Inode> inode);
// The name is gone and known to be free.
void ForgetName(DentryCache& cache, Dentry& child);

}  // namespace sentry
