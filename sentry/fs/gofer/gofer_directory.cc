// Names in a directory of the host.
#include <algorithm>

#include "sentry/fs/gofer/gofer_inode.h"

namespace sentry {
namespace {

constexpr uint32_t kExchange = 2;  // RENAME_EXCHANGE

bool NameBefore(const gofer::DirEntry& entry, std::string_view name) {
  return entry.name < name;
}

}  // namespace

const gofer::DirEntry* GoferInode::FindListed(std::string_view name) const {
  auto at = std::lower_bound(listing_->begin(), listing_->end(), name, NameBefore);
  return at != listing_->end() && at->name == name ? &*at : nullptr;
}

Result<Ref<Inode>> GoferInode::Lookup(OpContext&, const Name& name) {
  if (!IsDirectory()) return Errno(ENOTDIR);
  if (listing_ != nullptr && !fs_->shared()) {
    ReadListing(name.view());
  }
  if (listing_ != nullptr && !fs_->shared()) {
    const gofer::DirEntry* listed = FindListed(name.view());
    if (listed == nullptr) return Errno(ENOENT);
    // Directories need a node of the Gofer: only a walk makes one.
    if (listed->has_attr && (listed->attr.mode & abi::kSIfmt) != abi::kSIfdir) {
      return fs_->InodeFor(this, name.view(),
                           {.attr = listed->attr, .link_target = listed->link_target});
    }
  }
  if (std::optional<GoferFilesystem::Ahead> ahead = fs_->TakeAhead(node_, name.view())) {
    if (ahead->error != 0) return Errno(ahead->error);
    Ref<Inode> inode = fs_->InodeFor(this, name.view(), std::move(ahead->entry));
    GoferInode& file = static_cast<GoferInode&>(*inode);
    if (ahead->file.readable && !file.read_fd_.valid()) file.read_fd_ = std::move(ahead->file.fd);
    return inode;
  }
  std::string_view component = name.view();
  gofer::Walked walked = TRY(fs_->client().Walk(node_, std::span(&component, 1), {}));
  if (walked.entries.empty()) return Errno(walked.error != 0 ? walked.error : ENOENT);
  return fs_->InodeFor(this, name.view(), std::move(walked.entries.front()));
}

bool GoferInode::Revalidate(OpContext&, const Name& name, Inode* known) {
  std::string_view component = name.view();
  Result<gofer::Walked> walked = fs_->client().Walk(node_, std::span(&component, 1), {});
  if (!walked.ok() || walked->entries.empty()) return known == nullptr;
  const gofer::Entry& entry = walked->entries.front();
  if (entry.node != gofer::NodeId::kNone) fs_->client().Release(entry.node);
  if (known == nullptr) return false;
  GoferInode& inode = static_cast<GoferInode&>(*known);
  if (inode.attr_.ino != entry.attr.ino || inode.attr_.dev != entry.attr.dev) return false;
  inode.attr_ = entry.attr;
  return true;
}

gofer::Owner GoferInode::OwnerFor(OpContext& ctx) const {
  // A set-group-ID directory passes its group on.
  bool inherit = (attr_.mode & abi::kSIsgid) != 0;
  return {.uid = ctx.creds.fsuid, .gid = inherit ? attr_.gid : ctx.creds.fsgid};
}

void GoferInode::NamesChanged(OpContext& ctx) {
  DropListing();
  fs_->DropAhead();
  fs_->DropOpened();
  attr_.mtime =
      attr_.ctime = {.sec = ctx.now.tv_sec, .nsec = static_cast<uint32_t>(ctx.now.tv_nsec)};
}

Result<Ref<Inode>> GoferInode::Create(OpContext& ctx, const Name& name, uint32_t mode) {
  gofer::CreateOptions options{
      .mode = mode, .owner = OwnerFor(ctx), .open = gofer::OpenMode::kWrite, .want_node = true};
  gofer::Created created = TRY(fs_->client().Create(node_, name.view(), options));
  NamesChanged(ctx);
  Ref<Inode> inode = fs_->InodeFor(this, name.view(), std::move(created.entry));
  GoferInode& file = static_cast<GoferInode&>(*inode);
  if (created.file.fd.valid() && created.file.readable && created.file.writable)
    file.write_fd_ = std::move(created.file.fd);
  return inode;
}

Result<Ref<Inode>> GoferInode::Mkdir(OpContext& ctx, const Name& name, uint32_t mode) {
  gofer::Entry entry = TRY(fs_->client().Mkdir(node_, name.view(), mode, OwnerFor(ctx)));
  if (attr_.nlink >= 2) ++attr_.nlink;  // 1: the host does not count.
  NamesChanged(ctx);
  return fs_->InodeFor(this, name.view(), std::move(entry));
}

Result<Ref<Inode>> GoferInode::Mknod(OpContext& ctx, const Name& name, uint32_t mode, uint64_t) {
  gofer::Entry entry = TRY(fs_->client().Mknod(node_, name.view(), mode, OwnerFor(ctx)));
  NamesChanged(ctx);
  return fs_->InodeFor(this, name.view(), std::move(entry));
}

Result<Ref<Inode>> GoferInode::Symlink(OpContext& ctx, const Name& name,
                                       std::string_view target_path) {
  gofer::Entry entry = TRY(fs_->client().Symlink(node_, name.view(), target_path, OwnerFor(ctx)));
  NamesChanged(ctx);
  return fs_->InodeFor(this, name.view(), std::move(entry));
}

Result<void> GoferInode::Link(OpContext& ctx, const Name& name, Inode& existing) {
  GoferInode& inode = static_cast<GoferInode&>(existing);
  gofer::Entry entry = TRY(fs_->client().Link(inode.target(), node_, name.view()));
  if (entry.node != gofer::NodeId::kNone && entry.node != inode.node_)
    fs_->client().Release(entry.node);
  inode.attr_.nlink = entry.attr.nlink;
  inode.attr_.ctime = entry.attr.ctime;
  if (!inode.registered_) {
    fs_->linked_[{inode.attr_.dev, inode.attr_.ino}] = &inode;
    inode.registered_ = true;
  }
  NamesChanged(ctx);
  return {};
}

Result<void> GoferInode::Unlink(OpContext& ctx, const Name& name, Inode& child) {
  GoferInode& inode = static_cast<GoferInode&>(child);
  // What is still open keeps its contents and attributes by the descriptor; keep a node for the
  // rest while there is a name.
  TRY(fs_->client().Unlink(node_, name.view()));
  if (inode.attr_.nlink > 0) --inode.attr_.nlink;
  NamesChanged(ctx);
  return {};
}

Result<void> GoferInode::Rmdir(OpContext& ctx, const Name& name, Inode& child) {
  TRY(fs_->client().Rmdir(node_, name.view()));
  static_cast<GoferInode&>(child).attr_.nlink = 0;
  if (attr_.nlink > 2) --attr_.nlink;
  NamesChanged(ctx);
  return {};
}

// A directory counts the ".." of those below it, where the host's file system does (not 1).
void GoferInode::CountSubdirectories(GoferInode& to, const Inode& moved, const Inode* replaced,
                                     bool exchange) {
  int here = moved.IsDirectory() ? -1 : 0;
  int there = -here;
  if (replaced != nullptr && replaced->IsDirectory()) {
    --there;
    if (exchange) ++here;
  }
  auto adjust = [](gofer::Attr& attr, int by) {
    if (attr.nlink >= 2) attr.nlink = static_cast<uint32_t>(static_cast<int>(attr.nlink) + by);
  };
  adjust(attr_, here);
  adjust(to.attr_, there);
}

Result<void> GoferInode::Rename(OpContext& ctx, const Name& old_name, Inode& child, Inode& new_dir,
                                const Name& new_name, Inode* replaced, uint32_t flags) {
  GoferInode& directory = static_cast<GoferInode&>(new_dir);
  TRY(fs_->client().Rename(node_, old_name.view(), directory.node_, new_name.view(), flags));
  GoferInode& moved = static_cast<GoferInode&>(child);
  CountSubdirectories(directory, moved, replaced, (flags & kExchange) != 0);
  moved.parent_ = Ref<GoferInode>(&directory);
  moved.name_ = new_name.str();
  if (replaced != nullptr) {
    GoferInode& other = static_cast<GoferInode&>(*replaced);
    if ((flags & kExchange) != 0) {
      other.parent_ = Ref<GoferInode>(this);
      other.name_ = old_name.str();
    } else if (other.attr_.nlink > 0) {
      other.attr_.nlink = other.IsDirectory() ? 0 : other.attr_.nlink - 1;
    }
  }
  NamesChanged(ctx);
  directory.NamesChanged(ctx);
  return {};
}

}  // namespace sentry
