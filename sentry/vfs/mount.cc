#include "sentry/vfs/mount.h"

#include <algorithm>
#include <atomic>

#include "abi/linux/sched.h"
#include "sentry/vfs/inotify.h"

namespace sentry {
namespace {

constexpr size_t kMostMounts = 100'000;  // fs.mount-max
constexpr uint64_t kInitialMountIno = 4026531841;

// `mount` and everything below it, parents first, in an order that copies share.
std::vector<Mount*> Descendants(Mount& mount) {
  std::vector<Mount*> all, todo{&mount};
  while (!todo.empty()) {
    Mount* next = todo.back();
    todo.pop_back();
    all.push_back(next);
    for (const auto& [at, child] : next->children()) todo.push_back(child.get());
  }
  return all;
}

}  // namespace

Ref<Mount> Mount::Create(Ref<Filesystem> fs, MountFlags flags, std::string source) {
  Ref<Dentry> root = Dentry::NewRoot(fs->Root());
  return MakeRef<Mount>(MountNamespace::NextMountId(), std::move(fs), std::move(root), flags,
                        std::move(source));
}

Ref<Mount> Mount::Clone(Ref<Dentry> new_root) const {
  Ref<Mount> copy =
      MakeRef<Mount>(MountNamespace::NextMountId(), fs, std::move(new_root), flags, source);
  copy->locked_flags = locked_flags;
  copy->JoinPeers(peers_);
  copy->SetMaster(master_);
  return copy;
}

Mount::~Mount() {
  MakePrivate();
}

void Mount::AttachTo(Mount& parent, Ref<Dentry> at) {
  if (at->mounted == nullptr) at->mounted = std::make_unique<std::vector<Mount*>>();
  at->mounted->push_back(this);
  parent_ = Ref<Mount>(&parent);
  parent.children_[at.get()] = Ref<Mount>(this);
  mountpoint_ = std::move(at);
}

void Mount::DetachFromParent() {
  if (mountpoint_ == nullptr) return;
  Ref<Mount> keep(this);
  std::erase(*mountpoint_->mounted, this);
  if (mountpoint_->mounted->empty()) mountpoint_->mounted.reset();
  parent_->children_.erase(mountpoint_.get());
  parent_.reset();
  mountpoint_.reset();
}

void Mount::Lock() {
  constexpr MountFlags kLockable = abi::kMsRdonly | abi::kMsNodev | abi::kMsNosuid | abi::kMsNoexec;
  locked = true;
  locked_flags |= (flags & kLockable) | kAtimeFlags;
}

MountTree MountTree::Copy(const Path& from, bool recursive, bool unbindable_too) {
  MountTree copy;
  struct Step {
    const Mount* original;
    Ref<Mount> clone;
  };
  std::vector<Step> todo{{from.mount.get(), from.mount->Clone(from.dentry)}};
  todo.front().clone->unbindable = from.mount->unbindable;
  while (!todo.empty()) {
    Step step = std::move(todo.back());
    todo.pop_back();
    copy.mounts.push_back(step.clone);
    if (!recursive) break;
    for (const auto& [at, child] : step.original->children()) {
      if (child->unbindable && !unbindable_too) continue;
      if (!child->mountpoint()->IsSameOrBelow(*step.clone->root)) continue;
      Ref<Mount> clone = child->Clone(child->root);
      clone->unbindable = child->unbindable;
      clone->locked = child->locked;
      clone->AttachTo(*step.clone, Ref<Dentry>(child->mountpoint()));
      todo.push_back({child.get(), std::move(clone)});
    }
  }
  return copy;
}

uint64_t MountNamespace::NextMountId() {
  static std::atomic<uint64_t> next{21};  // Looks like a system that has booted.
  return next.fetch_add(1, std::memory_order_relaxed);
}

MountNamespace::MountNamespace(Ref<Mount> root)
    : MountNamespace(std::move(root), nullptr, MakeRef<DentryCache>(), kInitialMountIno) {}

MountNamespace::MountNamespace(Ref<Mount> root, Ref<UserNamespace> owning, Ref<DentryCache> cache,
                               uint64_t fixed_ino)
    : Namespace(abi::kCloneNewns, std::move(owning), fixed_ino),
      root_(std::move(root)),
      cache_(std::move(cache)) {
  Adopt(MountTree::Of(root_));
}

Ref<MountNamespace> MountNamespace::Anonymous(MountTree tree, const MountNamespace& sibling) {
  Ref<MountNamespace> ns =
      MakeRef<MountNamespace>(tree.mounts.front(), sibling.owner, sibling.cache_, 0);
  ns->anonymous_ = true;
  tree.mounts.erase(tree.mounts.begin());
  ns->Adopt(tree);
  return ns;
}

MountNamespace::~MountNamespace() {
  Drop(std::vector<Ref<Mount>>(mounts_));
}

Path MountNamespace::CrossMounts(Path path) {
  while (Mount* mount = MountedAt(path)) {
    ++mount->uses;
    path = {Ref<Mount>(mount), mount->root};
  }
  return path;
}

Path MountNamespace::ParentOfMount(const Path& path) {
  if (path.mount->parent_ == nullptr) return path;
  return {path.mount->parent_, path.mount->mountpoint_};
}

bool MountNamespace::IsMountpoint(const Dentry& at) const {
  if (at.mounted == nullptr) return false;
  auto ours = [this](const Mount* mount) { return mount->ns() == this; };
  return std::any_of(at.mounted->begin(), at.mounted->end(), ours);
}

void MountNamespace::DetachFrom(Dentry& removed) {
  Ref<Dentry> keep(&removed);
  while (removed.mounted != nullptr) {
    std::vector<Ref<Mount>> going;
    for (Mount* one : Descendants(*removed.mounted->front())) going.emplace_back(one);
    Drop(going);
  }
}

void MountNamespace::Adopt(const MountTree& tree) {
  for (const Ref<Mount>& mount : tree.mounts) {
    mount->ns_ = this;
    ++mount->fs->attached;
    mounts_.push_back(mount);
  }
}

// They are in no namespace afterwards, and unconnected.
void MountNamespace::Drop(const std::vector<Ref<Mount>>& going) {
  std::vector<MountNamespace*> left;
  for (auto one = going.rbegin(); one != going.rend(); ++one) {
    Mount& mount = **one;
    mount.DetachFromParent();
    mount.MakePrivate();
    MountNamespace* ns = std::exchange(mount.ns_, nullptr);
    if (ns == nullptr) continue;
    if (std::find(left.begin(), left.end(), ns) == left.end()) left.push_back(ns);
    if (--mount.fs->attached != 0) continue;
    // Names of a file system that nobody shows any more need not stay known.
    NotifyUnmount(*mount.root);
    ns->cache_->DropTree(*mount.root);
  }
  for (MountNamespace* ns : left) {
    std::erase_if(ns->mounts_, [](const Ref<Mount>& mount) { return mount->ns_ == nullptr; });
  }
}

Result<void> MountNamespace::CheckPlace(const Mount& mount, const Path& top, size_t count) const {
  if (mount.root->inode()->IsDirectory() != top.inode()->IsDirectory()) return Errno(ENOTDIR);
  if (top.dentry->unlinked()) return Errno(ENOENT);
  const size_t receivers = top.mount->peers() ? PropagatedFrom(*top.mount).size() : 0;
  if (mounts_.size() + count * (receivers + 1) > kMostMounts) return Errno(ENOSPC);
  return {};
}

Result<void> MountNamespace::Attach(Ref<Mount> mount, const Path& at) {
  return Attach(MountTree::Of(std::move(mount)), at);
}

Result<void> MountNamespace::Attach(MountTree tree, const Path& at) {
  if (at.mount == nullptr || !Contains(*at.mount)) return Errno(EINVAL);
  Path top = CrossMounts(at);
  TRY(CheckPlace(tree.root(), top, tree.mounts.size()));
  Connect(tree, top);
  Adopt(tree);
  return {};
}

// What comes below a shared mount is shared, and everybody there gets a copy.
void MountNamespace::Connect(const MountTree& tree, const Path& top) {
  const bool shared = top.mount->peers() != nullptr;
  if (shared) {
    for (const Ref<Mount>& mount : tree.mounts) mount->MakeShared();
  }
  tree.root().AttachTo(*top.mount, top.dentry);
  if (shared) Propagate(tree, top);
}

bool MountNamespace::IsBelow(const Mount& mount, const Mount& ancestor) {
  for (const Mount* at = mount.parent(); at != nullptr; at = at->parent()) {
    if (at == &ancestor) return true;
  }
  return false;
}

std::vector<Mount*> MountNamespace::TreeOf(Mount& mount) {
  return Descendants(mount);
}

Result<void> MountNamespace::Detach(Mount& mount, bool lazy, uint32_t own_references) {
  if (&mount == root_.get() || !Contains(mount)) return Errno(EINVAL);
  Ref<Mount> keep(&mount);
  std::vector<Ref<Mount>> going;
  for (Mount* one : Descendants(mount)) going.emplace_back(one);
  if (!lazy) {
    // Ours: mounts_, the parent's, and the two above.
    if (going.size() > 1 || mount.RefCount() > own_references + 4) return Errno(EBUSY);
  }
  for (const Ref<Mount>& receiver : PropagatedFrom(*mount.parent())) {
    Mount* copy = receiver->ChildAt(*mount.mountpoint());
    if (copy == nullptr || copy->ns() == nullptr || copy == copy->ns()->root_.get()) continue;
    if (!lazy && !copy->children().empty()) continue;
    for (Mount* one : Descendants(*copy)) going.emplace_back(one);
  }
  Drop(going);
  return {};
}

MountTree MountNamespace::Take(Mount& mount) {
  MountTree tree;
  for (Mount* one : Descendants(mount)) {
    tree.mounts.emplace_back(one);
    one->ns_ = nullptr;
    --one->fs->attached;
  }
  std::erase_if(mounts_, [](const Ref<Mount>& other) { return other->ns_ == nullptr; });
  mount.DetachFromParent();
  return tree;
}

Result<void> MountNamespace::Move(Mount& mount, const Path& to) {
  if (&mount == root_.get() || !Contains(mount) || !Contains(*to.mount)) return Errno(EINVAL);
  Path top = CrossMounts(to);
  // do_move_mount(): EINVAL here, not ENOTDIR.
  if (mount.root->inode()->IsDirectory() != top.inode()->IsDirectory()) return Errno(EINVAL);
  if (mount.parent()->peers() != nullptr || mount.locked) return Errno(EINVAL);
  std::vector<Mount*> tree = Descendants(mount);
  auto unbindable = [](const Mount* one) { return one->unbindable; };
  if (top.mount->peers() != nullptr && std::any_of(tree.begin(), tree.end(), unbindable)) {
    return Errno(EINVAL);
  }
  if (top.mount == &mount || IsBelow(*top.mount, mount)) return Errno(ELOOP);
  TRY(CheckPlace(mount, top, tree.size()));
  MountTree moved;
  for (Mount* one : tree) moved.mounts.emplace_back(one);
  mount.DetachFromParent();
  Connect(moved, top);
  return {};
}

Result<void> MountNamespace::PivotRoot(Mount& new_root, Mount& old_root, const Path& put_old) {
  Ref<Mount> root(&new_root), old(&old_root);
  // Where the old root stood the new one is put; a namespace's own root stands nowhere.
  const Path place = old_root.parent() != nullptr ? ParentOfMount({old, old_root.root}) : Path();
  new_root.DetachFromParent();
  if (place.valid()) old_root.DetachFromParent();
  std::swap(old_root.locked, new_root.locked);
  old_root.AttachTo(*put_old.mount, put_old.dentry);
  if (place.valid()) {
    new_root.AttachTo(*place.mount, place.dentry);
  } else {
    root_ = std::move(root);
  }
  return {};
}

Ref<MountNamespace> MountNamespace::Copy(std::vector<Path*> moved,
                                         Ref<UserNamespace> new_owner) const {
  const bool less_privileged = new_owner != owner;
  std::map<const Mount*, Ref<Mount>> copies;
  for (const Ref<Mount>& mount : mounts_) {
    Ref<Mount> copy = mount->Clone(mount->root);
    copy->unbindable = mount->unbindable;
    copy->locked = mount->locked;
    if (less_privileged) {
      if (mount->peers()) {
        copy->JoinPeers(nullptr);
        copy->SetMaster(mount->peers());
      }
      copy->Lock();
    }
    copies[mount.get()] = std::move(copy);
  }
  Ref<MountNamespace> copy =
      MakeRef<MountNamespace>(copies[root_.get()], std::move(new_owner), cache_, 0);
  copy->root_->locked = false;
  MountTree rest;
  for (const Ref<Mount>& mount : mounts_) {
    if (mount->parent_ == nullptr) continue;
    copies[mount.get()]->AttachTo(*copies[mount->parent_.get()], mount->mountpoint_);
    rest.mounts.push_back(copies[mount.get()]);
  }
  copy->Adopt(rest);
  for (Path* path : moved) {
    if (path == nullptr || path->mount == nullptr) continue;
    auto found = copies.find(path->mount.get());
    if (found != copies.end()) path->mount = found->second;
  }
  return copy;
}

}  // namespace sentry
