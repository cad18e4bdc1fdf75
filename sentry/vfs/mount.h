// Mount, MountNamespace and Path: how dentry trees are joined (mount_namespaces(7)).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "abi/linux/mount.h"
#include "platform/base/ref.h"
#include "sentry/auth/user_namespace.h"
#include "sentry/vfs/dentry.h"
#include "sentry/vfs/dentry_cache.h"
#include "sentry/vfs/inode.h"

namespace sentry {

class Mount;
class MountNamespace;

// MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_NOATIME, MS_NODIRATIME, MS_RELATIME of
// abi/linux/mount.h.
using MountFlags = uint64_t;
constexpr MountFlags kAtimeFlags = abi::kMsNoatime | abi::kMsNodiratime | abi::kMsRelatime;

// Mounts that see each other's mounts and unmounts ("shared subtrees").
class PeerGroup final : public RefCounted {
 public:
  PeerGroup();
  const int id;                 // "shared:N" of mountinfo.
  std::vector<Mount*> members;  // Borrowed: who goes away leaves.
  std::vector<Mount*> slaves;   // Those that receive from it.

 private:
  ~PeerGroup() override;
};

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
  // Another mount of the same tree, from `root` down (bind mounts, copies of namespaces).  It
  // belongs to the same peers and has the same master.
  Ref<Mount> Clone(Ref<Dentry> new_root) const;

  const uint64_t id;
  const Ref<Filesystem> fs;
  const Ref<Dentry> root;
  const bool revalidate;  // fs->NeedsRevalidation(), at hand for every step of a walk.
  MountFlags flags;
  const std::string source;
  bool readonly() const { return (flags & abi::kMsRdonly) != 0 || fs->read_only; }
  uint32_t writers = 0;  // Descriptions opened for writing through it (mnt_get_writers()).

  // Where it is attached; null for a namespace's root and for detached mounts.
  Mount* parent() const { return parent_.get(); }
  Dentry* mountpoint() const { return mountpoint_.get(); }
  // Whose list it is in; null: in none (detached, or not attached yet).
  MountNamespace* ns() const { return ns_; }
  Mount* ChildAt(const Dentry& at) const {
    auto found = children_.find(&at);
    return found == children_.end() ? nullptr : found->second.get();
  }
  const std::map<const Dentry*, Ref<Mount>>& children() const { return children_; }

  // --- propagation (mount_propagation.cc) ---
  const Ref<PeerGroup>& peers() const { return peers_; }    // Null: not shared.
  const Ref<PeerGroup>& master() const { return master_; }  // Null: no slave.
  void JoinPeers(Ref<PeerGroup> group);                     // Null: leaves what it is in.
  void SetMaster(Ref<PeerGroup> group);
  void MakeShared();
  void MakeSlave();    // Of its peers, if it has any.
  void MakePrivate();  // Neither gives nor receives.
  bool unbindable = false;

  // Came with a less privileged namespace: cannot be unmounted by itself (MNT_LOCKED), and these
  // flags cannot be taken away.
  bool locked = false;
  MountFlags locked_flags = 0;
  void Lock();

  // MNT_EXPIRE: how often it was entered, and that count when it was marked.
  uint64_t uses = 0;
  uint64_t expire_mark = 0;

 private:
  friend class MountNamespace;
  friend struct MountTree;
  ~Mount() override;
  void AttachTo(Mount& parent, Ref<Dentry> at);
  void DetachFromParent();

  Ref<Mount> parent_;
  Ref<Dentry> mountpoint_;
  MountNamespace* ns_ = nullptr;
  std::map<const Dentry*, Ref<Mount>> children_;
  Ref<PeerGroup> peers_, master_;
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
  bool readonly() const { return mount != nullptr && mount->readonly(); }
  bool operator==(const Path&) const = default;
};

// Mounts that hang together and are in no namespace: what is about to be attached.
struct MountTree {
  std::vector<Ref<Mount>> mounts;  // The root first, parents before children.

  static MountTree Of(Ref<Mount> single) { return {{std::move(single)}}; }
  // Copies of what is at `from` and, when `recursive`, of what is mounted below it.  Unbindable
  // mounts are left out unless `unbindable_too`.
  static MountTree Copy(const Path& from, bool recursive, bool unbindable_too = false);
  Mount& root() const { return *mounts.front(); }
};

class MountNamespace final : public Namespace {
 public:
  // The initial one.
  explicit MountNamespace(Ref<Mount> root);
  // For a tree without a place (open_tree(2), fsmount(2)): no process is in it.
  static Ref<MountNamespace> Anonymous(MountTree tree, const MountNamespace& sibling);

  Path Root() const { return {root_, root_->root}; }
  bool anonymous() const { return anonymous_; }
  // The mount attached at `at`, topmost first; null when none is.
  static Mount* MountedAt(const Path& at) {
    if (at.dentry->mounted == nullptr || at.mount == nullptr) return nullptr;
    return at.mount->ChildAt(*at.dentry);
  }
  // Follows mounts stacked at `path` down to the top one's root.
  static Path CrossMounts(Path path);
  // The place below which `path.mount` is attached; `path` itself at the namespace's root.
  static Path ParentOfMount(const Path& path);
  // One of this namespace's mounts is there (is_local_mountpoint()).
  bool IsMountpoint(const Dentry& at) const;
  // The object was removed: what other namespaces have mounted there goes (detach_mounts()).
  static void DetachFrom(Dentry& removed);
  // ENOTDIR when directory meets non-directory.  Goes on top of what is mounted there; ENOSPC when
  // there are too many mounts.
  Result<void> Attach(Ref<Mount> mount, const Path& at);
  Result<void> Attach(MountTree tree, const Path& at);
  // EBUSY while mounts are below it or it is in use beyond the caller's `own_references` to it,
  // unless lazy; EINVAL for the root and for mounts of other namespaces.
  Result<void> Detach(Mount& mount, bool lazy, uint32_t own_references = 1);
  // Everything below `mount` and itself leaves its place and this namespace.
  MountTree Take(Mount& mount);
  // mount(2) MS_MOVE: ELOOP when `to` is below the mount.
  Result<void> Move(Mount& mount, const Path& to);
  // pivot_root(2): `new_root` takes the place of `old_root`, which is attached at `put_old`.  All
  // was checked.
  Result<void> PivotRoot(Mount& new_root, Mount& old_root, const Path& put_old);
  // All mounts, in the order they were attached (/proc/mounts).
  const std::vector<Ref<Mount>>& mounts() const { return mounts_; }
  bool Contains(const Mount& mount) const { return mount.ns() == this; }
  static bool IsBelow(const Mount& mount, const Mount& ancestor);
  // `mount` and what is below it, parents first.
  static std::vector<Mount*> TreeOf(Mount& mount);
  // A copy for CLONE_NEWNS; `moved` (may be null entries) are paths to be moved to the copies of
  // their mounts.  Another owner gets slaves of what is shared, and locked mounts.
  Ref<MountNamespace> Copy(std::vector<Path*> moved, Ref<UserNamespace> owner = {}) const;
  DentryCache& cache() const { return *cache_; }
  static uint64_t NextMountId();

 private:
  MountNamespace(Ref<Mount> root, Ref<UserNamespace> owner, Ref<DentryCache> cache,
                 uint64_t fixed_ino);
  ~MountNamespace() override;
  template <typename T, typename... Args>
  friend base::Ref<T> base::MakeRef(Args&&...);

  void Adopt(const MountTree& tree);  // Enters its mounts in the list.
  static void Connect(const MountTree& tree, const Path& top);
  static void Drop(const std::vector<Ref<Mount>>& going);
  Result<void> CheckPlace(const Mount& mount, const Path& top, size_t count) const;
  // Attaches copies where mounts at (`at`) propagate to.
  static void Propagate(const MountTree& tree, const Path& at);
  static std::vector<Ref<Mount>> PropagatedFrom(const Mount& mount);

  Ref<Mount> root_;
  std::vector<Ref<Mount>> mounts_;
  const Ref<DentryCache> cache_;
  bool anonymous_ = false;
};

}  // namespace sentry
