#include "sentry/vfs/dentry.h"

#include "platform/base/log.h"
#include "sentry/vfs/dentry_cache.h"
#include "sentry/vfs/inotify.h"

namespace sentry {

Ref<Dentry> Dentry::NewRoot(Ref<Inode> inode, std::string name) {
  Ref<Dentry> root = MakeRef<Dentry>();
  root->inode_ = std::move(inode);
  root->name_ = std::move(name);
  return root;
}

Ref<Dentry> Dentry::NewChild(Dentry& parent, std::string_view name, Ref<Inode> inode) {
  if (Dentry* old = parent.FindChild(name)) old->Unlinked();
  Ref<Dentry> child = MakeRef<Dentry>();
  child->parent_ = Ref<Dentry>(&parent);
  child->name_ = std::string(name);
  child->inode_ = std::move(inode);
  parent.children_.emplace(child->name_, child.get());
  return child;
}

Ref<Dentry> Dentry::NewUnlinkedChild(Dentry& parent, std::string_view name, Ref<Inode> inode) {
  Ref<Dentry> child = MakeRef<Dentry>();
  child->parent_ = Ref<Dentry>(&parent);
  child->name_ = std::string(name);
  child->inode_ = std::move(inode);
  child->unlinked_ = true;
  return child;
}

Dentry::~Dentry() {
  // The last name of a deleted object: nothing will happen to it any more.
  if (unlinked_ && inode_ != nullptr && inode_->watches() != nullptr && inode_->link_count() == 0) {
    inode_->watches()->Notify(abi::kInDeleteSelf, 0, {});
    inode_->watches()->Gone();
  }
  LeaveTable();
  // Parents that only we held go one by one: a deep tree must not recurse.
  Ref<Dentry> up = std::move(parent_);
  while (up != nullptr && up->HasOneRef()) {
    up->LeaveTable();
    Ref<Dentry> next = std::move(up->parent_);
    up = std::move(next);
  }
}

void Dentry::LeaveTable() {
  if (parent_ == nullptr || unlinked_) return;
  parent_->children_.erase(name_);
  unlinked_ = true;
}

Dentry* Dentry::FindChild(std::string_view name) {
  auto found = children_.find(name);
  return found == children_.end() ? nullptr : found->second;
}

void Dentry::BecomePositive(Ref<Inode> inode) {
  CHECK(inode_ == nullptr && inode != nullptr);
  inode_ = std::move(inode);
}

void Dentry::Unlinked() {
  LeaveTable();
  if (cache_ != nullptr) cache_->Remove(*this);
}

void Dentry::Moved(Dentry& new_parent, std::string_view new_name) {
  // The old parent may be held by nobody else; the name may be a view of what changes here.
  Ref<Dentry> old_parent = parent_;
  std::string name(new_name);
  LeaveTable();
  parent_ = Ref<Dentry>(&new_parent);
  name_ = std::move(name);
  CHECK(new_parent.children_.emplace(name_, this).second);
  unlinked_ = false;
}

void Dentry::Exchange(Dentry& a, Dentry& b) {
  Ref<Dentry> a_parent = a.parent_;
  std::string a_name = a.name_;
  a.LeaveTable();
  Ref<Dentry> b_parent = b.parent_;
  std::string b_name = b.name_;
  b.Moved(*a_parent, a_name);
  a.Moved(*b_parent, b_name);
}

bool Dentry::IsSameOrBelow(const Dentry& ancestor) const {
  for (const Dentry* at = this; at != nullptr; at = at->parent()) {
    if (at == &ancestor) return true;
  }
  return false;
}

}  // namespace sentry
