// Dentry: a name in a directory that was looked up, positive or negative.  The tree of dentries is
// the kernel's view of names: mounts, getcwd and /proc links stand on it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "platform/base/intrusive_list.h"
#include "platform/base/ref.h"
#include "sentry/vfs/inode.h"

namespace sentry {

class DentryCache;
class Mount;

// A child holds its parent; a parent only knows its children (borrowed), which leave its table when
// they are deleted. Idle dentries are kept alive by the DentryCache's list until it shrinks.
class Dentry final : public RefCounted, public base::ListNode<DentryCache> {
 public:
  // A root (of a mount, of a pipe's nameless file): no parent.  `name` is what PathName shows for a
  // nameless file: "pipe:[7]".
  static Ref<Dentry> NewRoot(Ref<Inode> inode, std::string name = {});
  // Null inode: negative.  Replaces a child of that name in the parent's table.
  static Ref<Dentry> NewChild(Dentry& parent, std::string_view name, Ref<Inode> inode);

  // An object of the directory without a name in it (O_TMPFILE).
  static Ref<Dentry> NewUnlinkedChild(Dentry& parent, std::string_view name, Ref<Inode> inode);

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
  // The name is gone: leaves its parent's table and the cache, keeps its inode.
  void Unlinked();
  void Moved(Dentry& new_parent, std::string_view new_name);  // After rename; the name is free.
  static void Exchange(Dentry& a, Dentry& b);                 // After RENAME_EXCHANGE.
  bool IsSameOrBelow(const Dentry& ancestor) const;

  // Mounts whose mountpoint this is, in any namespace (borrowed: kept by Mount); null: none.
  std::unique_ptr<std::vector<Mount*>> mounted;
  // Beginnings and ends of changes of names in this directory: a lookup that waited for the file
  // system compares, since its answer may be older than a change.
  uint32_t changes = 0;

 private:
  friend class DentryCache;
  Dentry() = default;
  ~Dentry() override;
  template <typename T, typename... Args>
  friend base::Ref<T> base::MakeRef(Args&&...);
  void LeaveTable();

  Ref<Dentry> parent_;
  std::string name_;
  Ref<Inode> inode_;
  std::unordered_map<std::string_view, Dentry*> children_;  // Keys are views of the child's name.
  DentryCache* cache_ = nullptr;                            // Null: not kept by one.
  bool unlinked_ = false;
  bool recently_used_ = false;
};

}  // namespace sentry
