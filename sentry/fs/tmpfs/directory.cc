#include "sentry/fs/tmpfs/directory.h"

#include <utility>
#include <vector>

#include "sentry/fs/tmpfs/regular_file.h"
#include "sentry/fs/tmpfs/special.h"
#include "sentry/vfs/access.h"

namespace sentry {

TmpfsDirectory::TmpfsDirectory(Ref<TmpfsFilesystem> fs, const Start& start)
    : TmpfsInode(std::move(fs), start) {
  nlink_ = 2;
}

TmpfsDirectory::~TmpfsDirectory() {
  if (fs_->root_ == this) fs_->root_ = nullptr;
  // Subtrees that nobody else holds are taken apart level by level: a deep tree must not recurse.
  std::vector<Ref<TmpfsInode>> going;
  auto take_children = [&going](TmpfsDirectory& directory) {
    for (auto& [position, child] : directory.children_) going.push_back(std::move(child.inode));
    directory.children_.clear();
    directory.positions_.clear();
  };
  take_children(*this);
  while (!going.empty()) {
    Ref<TmpfsInode> inode = std::move(going.back());
    going.pop_back();
    if (inode->HasOneRef() && inode->IsDirectory()) {
      take_children(static_cast<TmpfsDirectory&>(*inode));
    }
  }
}

Result<Attributes> TmpfsDirectory::GetAttributes(OpContext& ctx) {
  constexpr uint64_t kEntrySize = 20;  // BOGO_DIRENT_SIZE; "." and ".." count.
  Attributes attributes = TRY(TmpfsInode::GetAttributes(ctx));
  attributes.size = (children_.size() + 2) * kEntrySize;
  return attributes;
}

Result<Ref<FileDescription>> TmpfsDirectory::Open(OpContext&, const Path& path, uint32_t flags) {
  return Ref<FileDescription>(MakeRef<TmpfsDirectoryFile>(path, flags, Ref<TmpfsDirectory>(this)));
}

Result<Ref<Inode>> TmpfsDirectory::Lookup(OpContext&, const Name& name) {
  auto found = positions_.find(name.view());
  if (found == positions_.end()) return Errno(ENOENT);
  return Ref<Inode>(children_.at(found->second).inode);
}

// Owner and number of an inode that is made here; ENOENT when the directory is gone.
Result<TmpfsInode::Start> TmpfsDirectory::StartOf(OpContext& ctx, uint32_t mode) {
  if (nlink_ == 0) return Errno(ENOENT);
  NewInodeOwner owner = OwnerOfNewInode(ctx, *this, mode);
  uint64_t ino = TRY(fs_->NewInode());
  return Start{ino, owner.mode, owner.uid, owner.gid, ctx.now};
}

void TmpfsDirectory::Add(std::string_view name, Ref<TmpfsInode> inode) {
  uint64_t position = next_position_++;
  Child& child = children_[position];
  child = {std::string(name), std::move(inode)};
  positions_.emplace(child.name, position);
}

Ref<TmpfsInode> TmpfsDirectory::Take(std::string_view name) {
  auto found = positions_.find(name);
  auto at = children_.find(found->second);
  Ref<TmpfsInode> inode = std::move(at->second.inode);
  positions_.erase(found);
  children_.erase(at);
  return inode;
}

Result<Ref<Inode>> TmpfsDirectory::Insert(OpContext& ctx, const Name& name, Ref<TmpfsInode> inode) {
  if (positions_.contains(name.view())) return Errno(EEXIST);
  if (inode->IsDirectory()) ++nlink_;
  Add(name.view(), inode);
  Modified(ctx.now);
  return Ref<Inode>(std::move(inode));
}

Result<Ref<Inode>> TmpfsDirectory::Create(OpContext& ctx, const Name& name, uint32_t mode) {
  Start start = TRY(StartOf(ctx, abi::kSIfreg | mode));
  return Insert(ctx, name, MakeRef<TmpfsFile>(fs_, start));
}

Result<Ref<Inode>> TmpfsDirectory::CreateUnnamed(OpContext& ctx, uint32_t mode) {
  Start start = TRY(StartOf(ctx, abi::kSIfreg | mode));
  Ref<TmpfsFile> file = MakeRef<TmpfsFile>(fs_, start);
  file->LinkRemoved(ctx.now);
  return Ref<Inode>(std::move(file));
}

Result<Ref<Inode>> TmpfsDirectory::Mkdir(OpContext& ctx, const Name& name, uint32_t mode) {
  Start start = TRY(StartOf(ctx, abi::kSIfdir | mode));
  return Insert(ctx, name, MakeRef<TmpfsDirectory>(fs_, start));
}

Result<Ref<Inode>> TmpfsDirectory::Mknod(OpContext& ctx, const Name& name, uint32_t mode,
                                         uint64_t rdev) {
  Start start = TRY(StartOf(ctx, mode));
  return Insert(ctx, name, MakeRef<TmpfsSpecialFile>(fs_, start, rdev));
}

Result<Ref<Inode>> TmpfsDirectory::Symlink(OpContext& ctx, const Name& name,
                                           std::string_view target) {
  Start start = TRY(StartOf(ctx, abi::kSIflnk | abi::kSIrwxugo));
  return Insert(ctx, name, MakeRef<TmpfsSymlink>(fs_, start, target));
}

Result<void> TmpfsDirectory::Link(OpContext& ctx, const Name& name, Inode& target) {
  if (nlink_ == 0) return Errno(ENOENT);
  TmpfsInode& inode = static_cast<TmpfsInode&>(target);
  TRY(Insert(ctx, name, Ref<TmpfsInode>(&inode)));
  inode.LinkAdded(ctx.now);
  return {};
}

// Takes a name away for good.
void TmpfsDirectory::Remove(OpContext& ctx, const Name& name, TmpfsInode& child) {
  Ref<TmpfsInode> keep = Take(name.view());
  child.LinkRemoved(ctx.now);
  if (child.IsDirectory()) {
    child.LinkRemoved(ctx.now);  // Its own ".".
    --nlink_;
  }
  Modified(ctx.now);
}

Result<void> TmpfsDirectory::Unlink(OpContext& ctx, const Name& name, Inode& child) {
  if (!positions_.contains(name.view())) return Errno(ENOENT);
  Remove(ctx, name, static_cast<TmpfsInode&>(child));
  return {};
}

Result<void> TmpfsDirectory::Rmdir(OpContext& ctx, const Name& name, Inode& child) {
  if (!positions_.contains(name.view())) return Errno(ENOENT);
  if (!static_cast<TmpfsDirectory&>(child).empty()) return Errno(ENOTEMPTY);
  Remove(ctx, name, static_cast<TmpfsInode&>(child));
  return {};
}

void TmpfsDirectory::Exchange(OpContext& ctx, const Name& old_name, TmpfsDirectory& to,
                              const Name& new_name) {
  Child& a = children_.at(positions_.at(old_name.view()));
  Child& b = to.children_.at(to.positions_.at(new_name.view()));
  std::swap(a.inode, b.inode);
  int moved = (a.inode->IsDirectory() ? 1 : 0) - (b.inode->IsDirectory() ? 1 : 0);
  nlink_ += static_cast<uint32_t>(moved);
  to.nlink_ -= static_cast<uint32_t>(moved);
  a.inode->Renamed(ctx.now);
  b.inode->Renamed(ctx.now);
}

Result<Ref<TmpfsInode>> TmpfsDirectory::Whiteout(OpContext& ctx) {
  Start start = TRY(StartOf(ctx, abi::kSIfchr));
  return Ref<TmpfsInode>(MakeRef<TmpfsSpecialFile>(fs_, start, 0));
}

Result<void> TmpfsDirectory::Rename(OpContext& ctx, const Name& old_name, Inode& child,
                                    Inode& new_dir, const Name& new_name, Inode* replaced,
                                    uint32_t flags) {
  TmpfsDirectory& to = static_cast<TmpfsDirectory&>(new_dir);
  if (to.nlink_ == 0 || !positions_.contains(old_name.view())) return Errno(ENOENT);
  if ((flags & abi::kRenameExchange) != 0) {
    Exchange(ctx, old_name, to, new_name);
  } else {
    if (replaced != nullptr && replaced->IsDirectory() &&
        !static_cast<TmpfsDirectory*>(replaced)->empty()) {
      return Errno(ENOTEMPTY);
    }
    Ref<TmpfsInode> whiteout;
    if ((flags & abi::kRenameWhiteout) != 0) whiteout = TRY(Whiteout(ctx));
    if (replaced != nullptr) to.Remove(ctx, new_name, static_cast<TmpfsInode&>(*replaced));
    Ref<TmpfsInode> moved = Take(old_name.view());
    moved->Renamed(ctx.now);
    to.Add(new_name.view(), std::move(moved));
    if (child.IsDirectory()) --nlink_, ++to.nlink_;
    if (whiteout != nullptr) Add(old_name.view(), std::move(whiteout));
  }
  Modified(ctx.now);
  to.Modified(ctx.now);
  return {};
}

const std::pair<const uint64_t, TmpfsDirectory::Child>* TmpfsDirectory::ChildFrom(
    uint64_t position) const {
  auto at = children_.lower_bound(position);
  return at == children_.end() ? nullptr : &*at;
}

}  // namespace sentry
