#include "sentry/vfs/mount.h"

#include <algorithm>
#include <atomic>

#include "sentry/vfs/inotify.h"

namespace sentry {

Ref<Mount> Mount::Create(Ref<Filesystem> fs, MountFlags flags, std::string source) {
  Ref<Dentry> root = Dentry::NewRoot(fs->Root());
  return MakeRef<Mount>(MountNamespace::NextMountId(), std::move(fs), std::move(root), flags,
                        std::move(source));
}

Ref<Mount> Mount::Clone(Ref<Dentry> new_root) const {
  return MakeRef<Mount>(MountNamespace::NextMountId(), fs, std::move(new_root), flags, source);
}

uint64_t MountNamespace::NextMountId() {
  static std::atomic<uint64_t> next{21};  // Looks like a system that has booted.
  return next.fetch_add(1, std::memory_order_relaxed);
}

MountNamespace::MountNamespace(Ref<Mount> root)
    : MountNamespace(std::move(root), MakeRef<DentryCache>()) {}

MountNamespace::MountNamespace(Ref<Mount> root, Ref<DentryCache> cache)
    : root_(std::move(root)), mounts_{root_}, cache_(std::move(cache)) {}

MountNamespace::~MountNamespace() {
  // Mountpoints may be in use by other namespaces: take our share of their counts back.
  for (const Ref<Mount>& mount : mounts_) {
    if (mount->mountpoint_ != nullptr) --mount->mountpoint_->mount_count;
    mount->parent_.reset();
    mount->mountpoint_.reset();
  }
}

Mount* MountNamespace::MountedAt(const Path& at) const {
  if (at.dentry->mount_count == 0) return nullptr;
  auto found = attached_.find({at.mount.get(), at.dentry.get()});
  return found == attached_.end() ? nullptr : found->second.get();
}

Path MountNamespace::CrossMounts(Path path) const {
  while (Mount* mount = MountedAt(path)) path = {Ref<Mount>(mount), mount->root};
  return path;
}

Path MountNamespace::ParentOfMount(const Path& path) const {
  if (path.mount->parent_ == nullptr) return path;
  return {path.mount->parent_, path.mount->mountpoint_};
}

void MountNamespace::Connect(Ref<Mount> mount, const Path& at) {
  ++at.dentry->mount_count;
  mount->parent_ = at.mount;
  mount->mountpoint_ = at.dentry;
  attached_[{at.mount.get(), at.dentry.get()}] = std::move(mount);
}

void MountNamespace::Disconnect(Mount& mount) {
  if (mount.mountpoint_ == nullptr) return;
  --mount.mountpoint_->mount_count;
  attached_.erase({mount.parent_.get(), mount.mountpoint_.get()});
  mount.parent_.reset();
  mount.mountpoint_.reset();
}

Result<void> MountNamespace::Attach(Ref<Mount> mount, const Path& at) {
  if (at.mount == nullptr || !Contains(*at.mount)) return Errno(EINVAL);
  Path top = CrossMounts(at);
  if (mount->root->inode()->IsDirectory() != top.inode()->IsDirectory()) return Errno(ENOTDIR);
  if (top.dentry->unlinked()) return Errno(ENOENT);
  mounts_.push_back(mount);
  Connect(std::move(mount), top);
  return {};
}

bool MountNamespace::Contains(const Mount& mount) const {
  return std::any_of(mounts_.begin(), mounts_.end(),
                     [&](const Ref<Mount>& one) { return one == &mount; });
}

bool MountNamespace::IsBelow(const Mount& mount, const Mount& ancestor) const {
  for (const Mount* at = mount.parent(); at != nullptr; at = at->parent()) {
    if (at == &ancestor) return true;
  }
  return false;
}

Result<void> MountNamespace::Detach(Mount& mount, bool lazy, uint32_t own_references) {
  if (&mount == root_.get() || !Contains(mount)) return Errno(EINVAL);
  Ref<Mount> keep(&mount);
  std::vector<Ref<Mount>> going{keep};
  for (const Ref<Mount>& other : mounts_) {
    if (IsBelow(*other, mount)) going.push_back(other);
  }
  if (!lazy) {
    // Ours: mounts_, attached_, and the two above.
    if (going.size() > 1 || mount.RefCount() > own_references + 4) return Errno(EBUSY);
  }
  for (auto one = going.rbegin(); one != going.rend(); ++one) {
    Disconnect(**one);
    std::erase(mounts_, *one);
  }
  // Names of a file system that nobody shows any more need not stay known.
  for (const Ref<Mount>& one : going) {
    bool shown = std::any_of(mounts_.begin(), mounts_.end(),
                             [&](const Ref<Mount>& other) { return other->fs == one->fs; });
    if (shown) continue;
    NotifyUnmount(*one->root);
    cache_->DropTree(*one->root);
  }
  return {};
}

Result<void> MountNamespace::Move(Mount& mount, const Path& to) {
  if (&mount == root_.get() || !Contains(mount) || !Contains(*to.mount)) return Errno(EINVAL);
  if (to.mount == &mount || IsBelow(*to.mount, mount)) return Errno(ELOOP);
  Path top = CrossMounts(to);
  if (mount.root->inode()->IsDirectory() != top.inode()->IsDirectory()) return Errno(ENOTDIR);
  Ref<Mount> keep(&mount);
  Disconnect(mount);
  Connect(std::move(keep), top);
  return {};
}

Result<void> MountNamespace::PivotRoot(Mount& new_root, const Path& put_old) {
  // pivot_root(2): both must be mounts other than the root, put_old at or below new_root.
  if (&new_root == root_.get()) return Errno(EBUSY);
  if (!Contains(new_root) || !Contains(*put_old.mount)) return Errno(EINVAL);
  if (put_old.mount != &new_root && !IsBelow(*put_old.mount, new_root)) return Errno(EINVAL);
  Ref<Mount> root(&new_root);
  Disconnect(new_root);
  Connect(root_, put_old);
  root_ = std::move(root);
  return {};
}

Ref<MountNamespace> MountNamespace::Copy(std::vector<Path*> moved) const {
  std::map<const Mount*, Ref<Mount>> copies;
  for (const Ref<Mount>& mount : mounts_) copies[mount.get()] = mount->Clone(mount->root);
  Ref<MountNamespace> copy = MakeRef<MountNamespace>(copies[root_.get()], cache_);
  copy->mounts_.clear();
  for (const Ref<Mount>& mount : mounts_) {
    copy->mounts_.push_back(copies[mount.get()]);
    if (mount->parent_ == nullptr) continue;
    copy->Connect(copies[mount.get()], {copies[mount->parent_.get()], mount->mountpoint_});
  }
  for (Path* path : moved) {
    if (path == nullptr || path->mount == nullptr) continue;
    auto found = copies.find(path->mount.get());
    if (found != copies.end()) path->mount = found->second;
  }
  return copy;
}

}  // namespace sentry
