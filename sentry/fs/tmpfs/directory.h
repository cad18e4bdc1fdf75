// Directories of a tmpfs, and their listing.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "sentry/fs/tmpfs/inode.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

// Owns its children.  Every name keeps the position that it got when it was made, so that a listing
// in progress neither misses nor repeats names when others come and go.
class TmpfsDirectory final : public TmpfsInode {
 public:
  struct Child {
    std::string name;
    Ref<TmpfsInode> inode;
  };
  static constexpr uint64_t kFirstPosition = 2;  // Behind "." and "..".

  TmpfsDirectory(Ref<TmpfsFilesystem> fs, const Start& start);
  Result<Attributes> GetAttributes(OpContext& ctx) override;
  Result<Ref<FileDescription>> Open(OpContext& ctx, const Path& path, uint32_t flags) override;

  Result<Ref<Inode>> Lookup(OpContext& ctx, const Name& name) override;
  Result<Ref<Inode>> Create(OpContext& ctx, const Name& name, uint32_t mode) override;
  Result<Ref<Inode>> CreateUnnamed(OpContext& ctx, uint32_t mode) override;
  Result<Ref<Inode>> Mkdir(OpContext& ctx, const Name& name, uint32_t mode) override;
  Result<Ref<Inode>> Mknod(OpContext& ctx, const Name& name, uint32_t mode, uint64_t rdev) override;
  Result<Ref<Inode>> Symlink(OpContext& ctx, const Name& name, std::string_view target) override;
  Result<void> Link(OpContext& ctx, const Name& name, Inode& target) override;
  Result<void> Unlink(OpContext& ctx, const Name& name, Inode& child) override;
  Result<void> Rmdir(OpContext& ctx, const Name& name, Inode& child) override;
  Result<void> Rename(OpContext& ctx, const Name& old_name, Inode& child, Inode& new_dir,
                      const Name& new_name, Inode* replaced, uint32_t flags) override;

  // The first child at or behind `position`, with its own; null at the end.
  const std::pair<const uint64_t, Child>* ChildFrom(uint64_t position) const;
  uint64_t next_position() const { return next_position_; }
  bool empty() const { return children_.empty(); }

 private:
  ~TmpfsDirectory() override;
  Result<Start> StartOf(OpContext& ctx, uint32_t mode);
  Result<Ref<Inode>> Insert(OpContext& ctx, const Name& name, Ref<TmpfsInode> inode);
  void Add(std::string_view name, Ref<TmpfsInode> inode);
  Ref<TmpfsInode> Take(std::string_view name);
  void Remove(OpContext& ctx, const Name& name, TmpfsInode& child);
  void Exchange(OpContext& ctx, const Name& old_name, TmpfsDirectory& to, const Name& new_name);
  Result<Ref<TmpfsInode>> Whiteout(OpContext& ctx);

  std::map<uint64_t, Child> children_;                        // By position.
  std::unordered_map<std::string_view, uint64_t> positions_;  // Keys are views of Child::name.
  uint64_t next_position_ = kFirstPosition;
};

class TmpfsDirectoryFile final : public FileDescription {
 public:
  TmpfsDirectoryFile(Path path, uint32_t flags, Ref<TmpfsDirectory> directory);
  bool HasPosition() const override { return true; }
  Result<int64_t> Seek(OpContext& ctx, int64_t to, int whence) override;
  Result<void> ReadDirectory(OpContext& ctx, DirectorySink& to) override;

 private:
  void Rewind() { end_ = directory_->next_position(); }

  const Ref<TmpfsDirectory> directory_;
  uint64_t end_;  // Names that came later are not shown, so that a listing ends.
};

}  // namespace sentry
