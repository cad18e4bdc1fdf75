// Mount, MountNamespace and Path: how dentry trees are joined (mount_namespaces(7)).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/ref.h"
#include "sentry/vfs/dentry.h"
#include "sentry/vfs/inode.h"

namespace sentry {

class MountNamespace;

// MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_NOATIME, MS_NODIRATIME, MS_RELATIME of abi/linux/mount.h.
using MountFlags = uint64_t;

// One attachment of (part of) a file system.
class Mount final : public RefCounted {
 public:
  Mount(uint64_t id, Ref<Filesystem> fs, Ref<Dentry> root, MountFlags mount_flags, std::string source)
      : id(id), fs(std::move(fs)), root(std::move(root)), flags(mount_flags), source(std::move(source)) {}

  const uint64_t id;
  const Ref<Filesystem> fs;
  const Ref<Dentry> root;
  MountFlags flags;
  const std::string source;
  bool readonly() const { return (flags & 1) != 0; }

  // Where it is attached; null for a namespace's root and for detached mounts.
  Mount* parent() const { return parent_.get(); }
  Dentry* mountpoint() const { return mountpoint_.get(); }

 private:
  friend class MountNamespace;
  ~Mount() override = default;
  Ref<Mount> parent_;
  Ref<Dentry> mountpoint_;
};

// A place in the tree of mounts.  Two words, copied freely.
struct Path {
  Ref<Mount> mount;
  Ref<Dentry> dentry;

  bool valid() const { return dentry != nullptr; }
  Inode* inode() const { return dentry->inode(); }
  bool operator==(const Path&) const = default;
};

class MountNamespace final : public RefCounted {
 public:
  explicit MountNamespace(Ref<Mount> root);

  Path Root() const { return {root_, root_->root}; }
  // The mount attached at `at`, topmost first; null when none is.
  Mount* MountedAt(const Path& at) const;
  // Follows mounts stacked at `path` down to the top one's root.
  Path CrossMounts(Path path) const;
  Result<void> Attach(Ref<Mount> mount, const Path& at);  // ENOTDIR when directory meets non-directory.
  Result<void> Detach(Mount& mount, bool lazy);           // EBUSY while mounts are below it (unless lazy); EINVAL for the root.
  // All mounts, in the order they were attached (/proc/mounts).
  const std::vector<Ref<Mount>>& mounts() const { return mounts_; }
  // A copy for CLONE_NEWNS; `moved` (may be null entries) are paths to be moved to the copies of their mounts.
  Ref<MountNamespace> Copy(std::vector<Path*> moved) const;
  static uint64_t NextMountId();

 private:
  ~MountNamespace() override = default;
  Ref<Mount> root_;
  std::vector<Ref<Mount>> mounts_;
  std::map<std::pair<const Mount*, const Dentry*>, Ref<Mount>> attached_;
};

}  // namespace sentry
