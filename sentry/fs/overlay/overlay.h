// The overlay file system: a writable upper layer over a read-only lower one.  What a guest changes
// is copied up first; the lower layer is never written.  Deleted lower names are covered by
// whiteouts (character device 0:0) in the upper layer.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sentry/vfs/file_description.h"
#include "sentry/vfs/inode.h"

namespace sentry {

// Tells an upper layer's inode numbers from the lower's.
constexpr uint64_t kUpperInode = uint64_t{1} << 48;

class OverlayInode;

class OverlayFilesystem final : public Filesystem {
 public:
  struct Options {
    uint64_t device = 0;  // st_dev
    std::string source = "overlay";
  };
  // Both layers' roots are directories, or both regular files.
  OverlayFilesystem(Ref<Filesystem> upper, Ref<Filesystem> lower, Options options);

  const char* type() const override { return "overlay"; }
  Ref<Inode> Root() override;
  uint64_t device() const override { return options_.device; }
  Result<FsStatistics> Statistics(OpContext& ctx) override { return upper_->Statistics(ctx); }
  std::string Source() const override { return options_.source; }
  bool NeedsRevalidation() const override { return lower_->NeedsRevalidation(); }
  NameLock* name_lock() override { return lower_->name_lock(); }
  Filesystem& upper() { return *upper_; }

 private:
  ~OverlayFilesystem() override = default;
  Ref<Filesystem> upper_, lower_;
  Options options_;
};

// At least one layer is there.  A directory with both shows the union of their names; anything else
// shows its upper layer.
class OverlayInode final : public Inode {
 public:
  OverlayInode(Ref<OverlayFilesystem> fs, Ref<OverlayInode> parent, std::string name,
               Ref<Inode> upper, Ref<Inode> lower);

  Filesystem& filesystem() override { return *fs_; }
  uint32_t mode() const override { return top().mode(); }
  uint32_t uid() const override { return top().uid(); }
  uint32_t gid() const override { return top().gid(); }
  uint64_t ino() const override { return ino_; }
  // A lower object keeps its links: its name here is covered.
  uint32_t link_count() const override { return covered_ && !upper_ ? 0 : top().link_count(); }
  Result<Attributes> GetAttributes(OpContext& ctx) override;
  Result<void> SetAttributes(OpContext& ctx, const AttributeChange& change) override;
  Result<Ref<FileDescription>> Open(OpContext& ctx, const Path& path, uint32_t flags) override;
  Result<Ref<Inode>> Lookup(OpContext& ctx, const Name& name) override;
  void WillWalk(OpContext& ctx, std::string_view rest, uint32_t open_flags) override {
    if (lower_) lower_->WillWalk(ctx, rest, open_flags);
  }
  bool ListsAtOnce() const override { return !upper_ && lower_->ListsAtOnce(); }
  bool OpensAtOnce(std::string_view name) const override {
    return !upper_ && lower_->OpensAtOnce(name);
  }
  bool Revalidate(OpContext& ctx, const Name& name, Inode* known) override;
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
  Result<std::string> Readlink(OpContext& ctx) override { return top().Readlink(ctx); }
  Result<std::string> GetXattr(OpContext& ctx, const std::string& name) override {
    return top().GetXattr(ctx, name);
  }
  Result<void> SetXattr(OpContext& ctx, const std::string& name, std::string_view value,
                        uint32_t flags) override;
  Result<std::vector<std::string>> ListXattr(OpContext& ctx) override {
    return top().ListXattr(ctx);
  }
  Result<void> RemoveXattr(OpContext& ctx, const std::string& name) override;

  Inode& top() const { return upper_ ? *upper_ : *lower_; }
  Inode* upper() const { return upper_.get(); }
  Inode* lower() const { return lower_.get(); }
  // Makes the upper layer have it: contents too unless they are about to be dropped.
  Result<void> CopyUp(OpContext& ctx, bool with_contents = true);
  // Names of both layers, sorted, whiteouts applied; "." and ".." are not among them.
  struct ListedName {
    std::string name;
    uint64_t ino;
    uint8_t type;
  };
  Result<std::vector<ListedName>> List(OpContext& ctx);

 private:
  ~OverlayInode() override = default;
  Result<void> CopyUpTree(OpContext& ctx);  // For renaming a directory.
  Result<void> CopyContents(OpContext& kernel, Inode& to);
  using Xattrs = std::vector<std::pair<std::string, std::string>>;
  Xattrs LowerXattrs(OpContext& kernel);
  // Of anything but a regular file.
  Result<Ref<Inode>> MakeUpper(OpContext& kernel, const Attributes& from);
  // The upper directory, ready to take `name`: a whiteout of it is gone.  True when the lower layer
  // has that name.
  Result<bool> PrepareName(OpContext& ctx, const Name& name);
  bool LowerHas(OpContext& ctx, const Name& name);
  // Whether what the upper layer lists is a whiteout.
  Result<bool> CoversName(OpContext& ctx, const ListedName& above);
  Result<void> Whiteout(OpContext& ctx, const Name& name);
  Ref<Inode> Wrap(const Name& name, Ref<Inode> upper);
  Result<void> ClearWhiteouts(OpContext& ctx);

  Ref<OverlayFilesystem> fs_;
  Ref<OverlayInode> parent_;
  std::string name_;
  Ref<Inode> upper_, lower_;
  uint64_t ino_;          // Stays when it is copied up.
  bool covered_ = false;  // Its name was removed.
};

// A layer's own description: its path leads to the layer's inode, not to the overlay's.
Result<Ref<FileDescription>> OpenLayer(OpContext& ctx, Ref<Inode> layer, uint32_t flags);

// Reads and writes go to the description of the layer that counts now.
class OverlayFile final : public FileDescription {
 public:
  OverlayFile(Path path, uint32_t flags, Ref<FileDescription> real, const Inode* layer)
      : FileDescription(std::move(path), flags), real_(std::move(real)), layer_(layer) {}
  Result<size_t> Read(OpContext& ctx, IoSink& to, int64_t* position) override;
  std::optional<size_t> PeekRest(std::span<std::byte> to, int64_t at) override;
  Result<size_t> Write(OpContext& ctx, IoSource& from, int64_t* position) override;
  bool HasPosition() const override { return true; }
  Result<int64_t> Seek(OpContext& ctx, int64_t to, int whence) override;
  Result<Mapping> Map(OpContext& ctx, uint32_t prot, uint32_t flags) override;
  Result<void> Sync(OpContext& ctx, bool data_only) override;
  Result<void> Allocate(OpContext& ctx, uint32_t mode, int64_t start, int64_t length) override;
  Result<uint64_t> Fcntl(OpContext& ctx, int command, uint64_t arg) override;
  int HostFd() const override { return real_->HostFd(); }

 private:
  // Opens anew when the file was copied up since.
  Result<Ref<FileDescription>> Real(OpContext& ctx);

  Ref<FileDescription> real_;
  const Inode* layer_;  // Whose description real_ is; compared only.
};

class OverlayDirectoryFile final : public FileDescription {
 public:
  OverlayDirectoryFile(Path path, uint32_t flags) : FileDescription(std::move(path), flags) {}
  bool HasPosition() const override { return true; }
  Result<int64_t> Seek(OpContext& ctx, int64_t to, int whence) override;
  Result<void> ReadDirectory(OpContext& ctx, DirectorySink& to) override;
  bool ListsAtOnce() const override { return names_ != nullptr || inode()->ListsAtOnce(); }

 private:
  std::shared_ptr<const std::vector<OverlayInode::ListedName>> names_;  // What one pass sees.
};

}  // namespace sentry
