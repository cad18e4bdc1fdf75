// What inotify(7) hangs on an inode: the watches of all instances, told of events by those who
// cause them (name_ops, the read and write calls, open and close).  Instances are in fs/inotify.
#pragma once

#include <cstdint>
#include <string_view>

#include "abi/linux/inotify.h"
#include "platform/base/intrusive_list.h"
#include "platform/base/ref.h"

namespace sentry {

class Dentry;
class Inode;

// One watch.  Its instance keeps the inode alive, and owns this.
class InotifyWatcher : public base::ListNode<InotifyWatcher> {
 public:
  virtual ~InotifyWatcher() = default;
  // `name`: of the child concerned; empty for an event of the inode itself.  IN_EXCL_UNLINK in the
  // mask: what was reached by a name that is gone.  False: it was the watch's last (IN_ONESHOT);
  // OnGone() follows.  May not touch other watches.
  virtual bool OnEvent(uint32_t mask, uint32_t cookie, std::string_view name) = 0;
  // The object is gone (deleted, unmounted): IN_IGNORED follows and the watch is at its end.
  virtual void OnGone() = 0;
  // A name of the object was removed: if it is the dentry that the watch holds, gives it back, so
  // that it can go.
  virtual base::Ref<Dentry> ReleaseName(const Dentry& dentry) = 0;
};

class InotifyWatches {
 public:
  void Add(InotifyWatcher& watcher) { watchers_.push_back(watcher); }
  static void Remove(InotifyWatcher& watcher) {
    base::IntrusiveList<InotifyWatcher>::Remove(watcher);
  }
  void Notify(uint32_t mask, uint32_t cookie, std::string_view name);
  void Gone();
  void NameRemoved(const Dentry& dentry);
  bool empty() { return watchers_.empty(); }

 private:
  base::IntrusiveList<InotifyWatcher> watchers_;
};

// An event of the object behind `dentry`: its own watches, and its directory's with the name.
// IN_ISDIR is added.
void NotifyObject(const Dentry& dentry, uint32_t mask);
// An event of a name in `directory`.
void NotifyName(const Inode& directory, std::string_view name, uint32_t mask, uint32_t cookie = 0);
// An event of the inode alone.
void NotifySelf(const Inode& inode, uint32_t mask);
// The name of `dentry` is gone, and so may be its object.
void NotifyNameRemoved(const Dentry& dentry);
// The file system that `dentry` is part of is not mounted any more: IN_UNMOUNT to all its watches.
void NotifyUnmount(Dentry& dentry);
// A cookie that ties IN_MOVED_FROM to IN_MOVED_TO.
uint32_t NextInotifyCookie();

}  // namespace sentry
