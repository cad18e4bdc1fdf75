// Dentry: a name in a directory that was looked up, positive or negative.  The tree of dentries is the kernel's view of
// names: mounts, getcwd and /proc links stand on it.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "platform/base/intrusive_list.h"
#include "platform/base/ref.h"
#include "sentry/vfs/inode.h"

namespace sentry {

class DentryCache;

// A child holds its parent; a parent only knows its children (borrowed), which leave its table when they are deleted.
// Idle dentries are kept alive by the DentryCache's LRU list until it shrinks.
class Dentry final : public RefCounted, public base::ListNode<DentryCache> {
 public:
  // A root (of a mount, of a pipe's nameless file): no parent.
  static Ref<Dentry> NewRoot(Ref<Inode> inode, std::string name = {});
  static Ref<Dentry> NewChild(Dentry& parent, std::string_view name, Ref<Inode> inode);  // Null inode: negative.

  Dentry* parent() const { return parent_.get(); }
  const std::string& name() const { return name_; }
  Inode* inode() const { return inode_.get(); }
  Ref<Inode> inode_ref() const { return inode_; }
  bool negative() const { return inode_ == nullptr; }
  bool IsRoot() const { return parent_ == nullptr; }
  // Its name was removed while it is still in use.
  bool unlinked() const { return unlinked_; }

  Dentry* FindChild(std::string_view name);
  const std::unordered_map<std::string_view, Dentry*>& children() const { return children_; }

  void BecomePositive(Ref<Inode> inode);  // A negative dentry's name was created.
  void Unlinked();                        // The name is gone: leaves its parent's table, keeps its inode.
  void Moved(Dentry& new_parent, std::string_view new_name);  // After rename.
  bool IsSameOrBelow(const Dentry& ancestor) const;

  int mount_count = 0;  // Mounts whose mountpoint this is, in any namespace.

 private:
  Dentry() = default;
  ~Dentry() override;
  template <typename T, typename... Args>
  friend base::Ref<T> base::MakeRef(Args&&...);

  Ref<Dentry> parent_;
  std::string name_;
  Ref<Inode> inode_;
  bool unlinked_ = false;
  std::unordered_map<std::string_view, Dentry*> children_;  // Keys are views of the child's own name.
};

}  // namespace sentry
