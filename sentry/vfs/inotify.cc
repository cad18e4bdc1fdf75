#include "sentry/vfs/inotify.h"

#include <atomic>

#include "sentry/vfs/dentry.h"
#include "sentry/vfs/inode.h"

namespace sentry {

void InotifyWatches::Notify(uint32_t mask, uint32_t cookie, std::string_view name) {
  for (InotifyWatcher& watcher : watchers_) watcher.OnEvent(mask, cookie, name);
}

void InotifyWatches::Gone() {
  while (InotifyWatcher* watcher = watchers_.pop_front()) watcher->OnGone();
}

void NotifyObject(const Dentry& dentry, uint32_t mask) {
  const Inode* inode = dentry.inode();
  const Dentry* parent = dentry.parent();
  InotifyWatches* own = inode->watches();
  InotifyWatches* parents =
      parent != nullptr && parent->inode() != nullptr ? parent->inode()->watches() : nullptr;
  if (own == nullptr && parents == nullptr) return;
  if (inode->IsDirectory()) mask |= abi::kInIsdir;
  if (parents != nullptr) parents->Notify(mask, 0, dentry.name());
  if (own != nullptr) own->Notify(mask, 0, {});
}

void NotifyName(const Inode& directory, std::string_view name, uint32_t mask, uint32_t cookie) {
  if (InotifyWatches* watches = directory.watches()) watches->Notify(mask, cookie, name);
}

void NotifySelf(const Inode& inode, uint32_t mask) {
  if (InotifyWatches* watches = inode.watches()) watches->Notify(mask, 0, {});
}

uint32_t NextInotifyCookie() {
  static std::atomic<uint32_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace sentry
