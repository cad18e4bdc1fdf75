// Mount, MountNamespace and Path: how dentry trees are joined (mount_namespaces(7)).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "abi/linux/mount.h"
#include "platform/base/ref.h"
#include "sentry/vfs/dentry.h"
#include "sentry/vfs/dentry_cache.h"
#include "sentry/vfs/inode.h"

namespace sentry {

class MountNamespace;

// MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_NOATIME, MS_NODIRATIME, MS_RELATIME of
// abi/linux/mount.h.
using MountFlags = uint64_t;

// One attachment of (part of) a file system.
class Mount final : public RefCounted {
 public:
  Mount(uint64_t mount_id, Ref<Filesystem> filesystem, Ref<Dentry> root_dentry,
        MountFlags mount_flags, std::string mount_source)
      : id(mount_id),
        fs(std::move(filesystem)),
        root(std::move(root_dentry)),
        revalidate(fs->NeedsRevalidation()),
        flags(mount_flags),
        source(std::move(mount_source)) {}
  // A mount of the whole of `fs`, not attached yet.
  static Ref<Mount> Create(Ref<Filesystem> fs, MountFlags flags, std::string source);
  // Another mount of the same tree, from `root` down (bind mounts, copies of namespaces).
  Ref<Mount> Clone(Ref<Dentry> new_root) const;

  const uint64_t id;
  const Ref<Filesystem> fs;
  const Ref<Dentry> root;
  const bool revalidate;  // fs->NeedsRevalidation(), at hand for every step of a walk.
  MountFlags flags;
  const std::string source;
  bool readonly() const { return (flags & abi::kMsRdonly) != 0; }

  // Where it is attached; null for a namespace's root and for detached mounts.
  Mount* parent() const { return parent_.get(); }
  Dentry* mountpoint() const { return mountpoint_.get(); }

 private:
  friend class MountNamespace;
  ~Mount() override = default;
  Ref<Mount> parent_;
  Ref<Dentry> mountpoint_;
};

// A place in the tree of mounts.  Two words, copied freely.  Files without a name in any tree
// (pipes, sockets, memfds) have no mount.
struct Path {
  Ref<Mount> mount;
  Ref<Dentry> dentry;

  bool valid() const { return dentry != nullptr; }
  Inode* inode() const { return dentry->inode(); }
  bool HasMountFlag(MountFlags flag) const {
    return mount != nullptr && (mount->flags & flag) != 0;
  }
  bool readonly() const { return HasMountFlag(abi::kMsRdonly); }
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
  // The place below which `path.mount` is attached; `path` itself at the namespace's root.
  Path ParentOfMount(const Path& path) const;
  // ENOTDIR when directory meets non-directory.  Goes on top of what is mounted there.
  Result<void> Attach(Ref<Mount> mount, const Path& at);
  // EBUSY while mounts are below it or it is in use beyond the caller's `own_references` to it,
  // unless lazy; EINVAL for the root and for mounts of other namespaces.
  Result<void> Detach(Mount& mount, bool lazy, uint32_t own_references = 1);
  // mount(2) MS_MOVE: ELOOP when `to` is below the mount.
  Result<void> Move(Mount& mount, const Path& to);
  // pivot_root(2): `new_root` becomes the root, the old root is attached at `put_old`.
  Result<void> PivotRoot(Mount& new_root, const Path& put_old);
  // All mounts, in the order they were attached (/proc/mounts).
  const std::vector<Ref<Mount>>& mounts() const { return mounts_; }
  bool Contains(const Mount& mount) const;
  bool IsBelow(const Mount& mount, const Mount& ancestor) const;
  // A copy for CLONE_NEWNS; `moved` (may be null entries) are paths to be moved to the copies of
  // their mounts.
  Ref<MountNamespace> Copy(std::vector<Path*> moved) const;
  DentryCache& cache() const { return *cache_; }
  static uint64_t NextMountId();

 private:
  MountNamespace(Ref<Mount> root, Ref<DentryCache> cache);
  ~MountNamespace() override;
  void Connect(Ref<Mount> mount, const Path& at);
  void Disconnect(Mount& mount);
  template <typename T, typename... Args>
  friend base::Ref<T> base::MakeRef(Args&&...);

  Ref<Mount> root_;
  std::vector<Ref<Mount>> mounts_;
  std::map<std::pair<const Mount*, const Dentry*>, Ref<Mount>> attached_;
  const Ref<DentryCache> cache_;
};

}  // namespace sentry
