// GoferInode: one object of the host's file system.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gofer/protocol/client.h"
#include "sentry/fs/gofer/gofer_filesystem.h"
#include "sentry/vfs/inode.h"

namespace sentry {

// Directories hold a node of the Gofer; others are known by their directory and name until they
// need one of their own.
class GoferInode final : public Inode,
                         public base::ListNode<GoferInode>,
                         public base::ListNode<ListedNode> {
 public:
  GoferInode(Ref<GoferFilesystem> fs, Ref<GoferInode> parent, std::string_view name,
             gofer::Entry entry);

  Filesystem& filesystem() override { return *fs_; }
  uint32_t mode() const override { return attr_.mode; }
  uint32_t uid() const override { return attr_.uid; }
  uint32_t gid() const override { return attr_.gid; }
  uint64_t ino() const override { return attr_.ino; }
  Result<Attributes> GetAttributes(OpContext& ctx) override;
  Result<void> SetAttributes(OpContext& ctx, const AttributeChange& change) override;
  Result<Ref<FileDescription>> Open(OpContext& ctx, const Path& path, uint32_t flags) override;

  Result<Ref<Inode>> Lookup(OpContext& ctx, const Name& name) override;
  void WillWalk(OpContext& ctx, std::string_view rest, uint32_t open_flags) override;
  bool Revalidate(OpContext& ctx, const Name& name, Inode* known) override;
  Result<Ref<Inode>> Create(OpContext& ctx, const Name& name, uint32_t mode) override;
  Result<Ref<Inode>> Mkdir(OpContext& ctx, const Name& name, uint32_t mode) override;
  Result<Ref<Inode>> Mknod(OpContext& ctx, const Name& name, uint32_t mode, uint64_t rdev) override;
  Result<Ref<Inode>> Symlink(OpContext& ctx, const Name& name, std::string_view target) override;
  Result<void> Link(OpContext& ctx, const Name& name, Inode& target) override;
  Result<void> Unlink(OpContext& ctx, const Name& name, Inode& child) override;
  Result<void> Rmdir(OpContext& ctx, const Name& name, Inode& child) override;
  Result<void> Rename(OpContext& ctx, const Name& old_name, Inode& child, Inode& new_dir,
                      const Name& new_name, Inode* replaced, uint32_t flags) override;
  Result<std::string> Readlink(OpContext& ctx) override;
  Result<std::string> GetXattr(OpContext& ctx, const std::string& name) override;
  Result<void> SetXattr(OpContext& ctx, const std::string& name, std::string_view value,
                        uint32_t flags) override;
  Result<std::vector<std::string>> ListXattr(OpContext& ctx) override;
  Result<void> RemoveXattr(OpContext& ctx, const std::string& name) override;

  GoferFilesystem& fs() { return *fs_; }
  gofer::Target target() const;
  const gofer::Attr& attr() const { return attr_; }
  uint32_t link_count() const override { return static_cast<uint32_t>(attr_.nlink); }
  // A host descriptor with this access, opened on first use and kept; borrowed.
  Result<int> HostFd(bool write);
  Result<int> ReadOnlyHostFd() { return KeptFd(read_fd_, gofer::OpenMode::kRead); }
  // The guest wrote up to `end` at `now`.
  void Wrote(uint64_t end, const abi::Timespec& now);
  // Only the host knows how many it has now.
  void BlocksChanged() { blocks_known_ = false; }
  // The whole listing; kept until a name in it changes.
  using Entries = std::vector<gofer::DirEntry>;
  Result<std::shared_ptr<const Entries>> Listing();
  void DropListing();
  bool ListsAtOnce() const override;
  bool OpensAtOnce(std::string_view name) const override;
  // A description of it comes and goes.
  void Opened();
  void Closed();

 private:
  friend class GoferFilesystem;
  // Where somebody is who takes the entries of one type in turn, by name or by number.
  struct Trail {
    static constexpr size_t kNowhere = SIZE_MAX;
    size_t last = kNowhere;  // In the listing.
  };
  ~GoferInode() override;
  Result<int> KeptFd(base::Fd& kept, gofer::OpenMode mode);
  Result<int> OpenNext(base::Fd& kept);
  Result<std::shared_ptr<const Entries>> FetchListing(bool with_attr);
  std::shared_ptr<const Entries> KeepListing(std::shared_ptr<Entries> all, bool with_attr,
                                             bool current);
  gofer::ReadDirAlso NextListings();
  void KeepListings(const gofer::ReadDirAlso& also, std::vector<gofer::DirListing> listings,
                    bool current);
  void KeepBelow(std::vector<gofer::DirListing> listings, bool current);
  // Of the listing; whether `name` was to be expected, and the names that are then.
  bool Follow(std::string_view name, uint32_t type, Trail* trail,
              std::vector<std::string_view>* next, size_t most) const;
  // Some walker wants to know more than the name.
  void ReadListing(std::string_view name);
  Result<void> AskToSet(const gofer::SetAttr& set);
  void TakeNodes(const Entries& entries, bool current);
  void NamesChanged(OpContext& ctx);
  void CountSubdirectories(GoferInode& to, const Inode& moved, const Inode* replaced,
                           bool exchange);
  const gofer::DirEntry* FindListed(std::string_view name) const;
  // The kept listing answers a lookup of it, whether there is such a name or not.
  bool KnowsName(std::string_view name) const;
  bool HasName(std::string_view name) const { return FindListed(name) != nullptr; }
  gofer::Owner OwnerFor(OpContext& ctx) const;

  Ref<GoferFilesystem> fs_;
  Ref<GoferInode> parent_;  // Null for the root.
  std::string name_;
  gofer::NodeId node_;
  gofer::Attr attr_;
  std::string link_target_;
  base::Fd read_fd_, write_fd_;
  uint64_t writes_ = 0;
  bool blocks_known_ = true;                // In attr_.
  bool registered_ = false;                 // In the file system's table of linked inodes.
  bool listed_ = false;                     // At least once.
  uint32_t open_files_ = 0;                 // Descriptions.
  std::shared_ptr<const Entries> listing_;  // Sorted by name.
  bool listing_read_ = false;               // Entries were looked up.
  bool listing_has_attr_ = false;           // As far as there are any.
  Trail opened_trail_, listed_trail_;
};

}  // namespace sentry
