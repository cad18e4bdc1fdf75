#include "sentry/vfs/inotify.h"

#include <atomic>
#include <vector>

#include "sentry/vfs/dentry.h"
#include "sentry/vfs/inode.h"

namespace sentry {

void InotifyWatches::Notify(uint32_t mask, uint32_t cookie, std::string_view name) {
  base::IntrusiveList<InotifyWatcher> done;
  for (auto at = watchers_.begin(); at != watchers_.end();) {
    InotifyWatcher& watcher = *at;
    ++at;
    if (watcher.OnEvent(mask, cookie, name)) continue;
    Remove(watcher);
    done.push_back(watcher);
  }
  while (InotifyWatcher* watcher = done.pop_front()) watcher->OnGone();
}

void InotifyWatches::Gone() {
  while (InotifyWatcher* watcher = watchers_.pop_front()) watcher->OnGone();
}

void InotifyWatches::NameRemoved(const Dentry& dentry) {
  std::vector<Ref<Dentry>> released;  // Dropped at the end: the last one may end the watches.
  for (InotifyWatcher& watcher : watchers_) released.push_back(watcher.ReleaseName(dentry));
}

void NotifyObject(const Dentry& dentry, uint32_t mask) {
  const Inode* inode = dentry.inode();
  const Dentry* parent = dentry.parent();
  InotifyWatches* own = inode->watches();
  InotifyWatches* parents =
      parent != nullptr && parent->inode() != nullptr ? parent->inode()->watches() : nullptr;
  if (own == nullptr && parents == nullptr) return;
  if (inode->IsDirectory()) mask |= abi::kInIsdir;
  if (dentry.unlinked()) mask |= abi::kInExclUnlink;
  if (parents != nullptr) parents->Notify(mask, 0, dentry.name());
  if (own != nullptr) own->Notify(mask, 0, {});
}

void NotifyName(const Inode& directory, std::string_view name, uint32_t mask, uint32_t cookie) {
  if (InotifyWatches* watches = directory.watches()) watches->Notify(mask, cookie, name);
}

void NotifySelf(const Inode& inode, uint32_t mask) {
  if (InotifyWatches* watches = inode.watches()) watches->Notify(mask, 0, {});
}

void NotifyNameRemoved(const Dentry& dentry) {
  if (InotifyWatches* watches = dentry.inode()->watches()) watches->NameRemoved(dentry);
}

void NotifyUnmount(Dentry& dentry) {
  const Dentry* top = &dentry;
  while (top->parent() != nullptr) top = top->parent();
  // A watched object's dentry is held by its watches, so all of them are in the tree.
  std::vector<Ref<Inode>> watched;
  std::vector<const Dentry*> left{top};
  while (!left.empty()) {
    const Dentry* at = left.back();
    left.pop_back();
    if (at->inode() != nullptr && at->inode()->watches() != nullptr) {
      watched.push_back(at->inode_ref());
    }
    for (const auto& [name, child] : at->children()) left.push_back(child);
  }
  for (const Ref<Inode>& inode : watched) {
    inode->watches()->Notify(abi::kInUnmount, 0, {});
    inode->watches()->Gone();
  }
}

uint32_t NextInotifyCookie() {
  static std::atomic<uint32_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace sentry
