// Inode: a file-system object, and the operations its file system gives.  Permission checks that
// follow from mode, owner and capabilities are made by vfs before it calls; an inode checks only
// what vfs cannot know.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "abi/linux/stat.h"
#include "abi/linux/time.h"
#include "platform/base/ref.h"
#include "platform/base/result.h"
#include "sentry/vfs/name.h"
#include "sentry/vfs/op_context.h"

namespace sentry {

using base::MakeRef;
using base::Ok;
using base::Ref;
using base::RefCounted;

class Dentry;
class FileDescription;
class FileLocks;
class Filesystem;
class Inode;
class InotifyWatches;
class NameLock;
struct Path;

// stat(2) data.
struct Attributes {
  uint64_t dev = 0;  // As makedev(3) encodes it.
  uint64_t ino = 0;
  uint32_t mode = 0;  // Type and permission bits.
  uint32_t nlink = 1;
  uint32_t uid = 0, gid = 0;
  uint64_t rdev = 0;
  uint64_t size = 0;
  uint32_t blksize = 4096;
  uint64_t blocks = 0;  // 512-byte units.
  abi::Timespec atime{}, mtime{}, ctime{}, btime{};
};

// What SetAttributes changes; unset fields stay.  vfs has checked permission and cleared setid bits
// where due.
struct AttributeChange {
  std::optional<uint32_t> mode;  // Permission bits only.
  std::optional<uint32_t> uid, gid;
  std::optional<uint64_t> size;
  std::optional<abi::Timespec> atime, mtime;
};

struct FsStatistics {
  uint64_t type = 0, block_size = 4096, blocks = 0, blocks_free = 0, blocks_available = 0;
  uint64_t files = 0, files_free = 0, name_max = kNameMax, flags = 0;
  uint64_t id = 0;
};

// One mounted instance's file system: a root, identity and options shared by its inodes.
class Filesystem : public RefCounted {
 public:
  virtual const char* type() const = 0;  // "tmpfs", as in /proc/filesystems.
  virtual Ref<Inode> Root() = 0;
  virtual uint64_t device() const = 0;  // st_dev
  virtual Result<FsStatistics> Statistics(OpContext& ctx) = 0;
  virtual std::string MountOptions() const {
    return {};
  }  // Those of its own, for /proc/mounts: "size=64k,mode=755".
  virtual std::string Source() const { return "none"; }
  // Names may change without us (proc, host-shared mounts): every walk asks Inode::Revalidate.
  virtual bool NeedsRevalidation() const { return false; }
  virtual Result<void> Sync(OpContext&) { return {}; }
  // Held by vfs over every change of names; null: the file system's operations never wait.
  virtual NameLock* name_lock() { return nullptr; }
  // mount(2) with MS_REMOUNT, fsconfig(2) with FSCONFIG_CMD_RECONFIGURE: EINVAL for what it does
  // not know.
  virtual Result<void> Reconfigure(OpContext&, const std::string& /*options*/) { return {}; }
  bool read_only = false;         // Through whatever mount.
  uint32_t attached = 0;          // How many mounts of namespaces show it (vfs/mount.cc).
  uint32_t writers = 0;           // Descriptions open for writing: it cannot become read-only.
  Ref<UserNamespace> mounter_ns;  // Of whoever made it; null: the initial one.
};

class Inode : public RefCounted {
 public:
  virtual Filesystem& filesystem() = 0;
  // Type and permission bits, owner: without waiting, for access checks.
  virtual uint32_t mode() const = 0;
  virtual uint32_t uid() const = 0;
  virtual uint32_t gid() const = 0;
  virtual uint64_t ino() const = 0;
  // Names that lead here, as far as known without waiting.
  virtual uint32_t link_count() const { return 1; }
  bool IsDirectory() const { return (mode() & abi::kSIfmt) == abi::kSIfdir; }
  bool IsRegular() const { return (mode() & abi::kSIfmt) == abi::kSIfreg; }
  bool IsSymlink() const { return (mode() & abi::kSIfmt) == abi::kSIflnk; }

  virtual Result<Attributes> GetAttributes(OpContext& ctx) = 0;
  virtual Result<void> SetAttributes(OpContext&, const AttributeChange&) { return Errno(EPERM); }

  // Opens it: a description whose Path is `path` (this inode's).  Not for symlinks.  `flags` are
  // open(2)'s; creation and O_TRUNC have been dealt with.
  virtual Result<Ref<FileDescription>> Open(OpContext& ctx, const Path& path, uint32_t flags) = 0;

  // --- directories ---
  virtual Result<Ref<Inode>> Lookup(OpContext&, const Name&) { return Errno(ENOTDIR); }
  // A walk is about to look up the first name of `rest` here, which is not cached, and probably the
  // others below it: a file system may fetch them all in one round trip and answer the Lookups from
  // there.  open_flags: O_* when an open(2) is behind the walk, O_PATH when not.
  virtual void WillWalk(OpContext&, std::string_view /*rest*/, uint32_t /*open_flags*/) {}
  // A listing need not be waited for.
  virtual bool ListsAtOnce() const { return false; }
  // Nor an open(2) of this name for reading.
  virtual bool OpensAtOnce(std::string_view /*name*/) const { return false; }
  // False: the name must be looked up anew (ENOENT or another inode would be found now).
  virtual bool Revalidate(OpContext&, const Name&, Inode* /*known, null when negative*/) {
    return true;
  }
  virtual Result<Ref<Inode>> Create(OpContext&, const Name&, uint32_t /*mode*/) {
    return Errno(EPERM);
  }
  virtual Result<Ref<Inode>> CreateUnnamed(OpContext&, uint32_t /*mode*/) {
    return Errno(EOPNOTSUPP);
  }  // O_TMPFILE
  virtual Result<Ref<Inode>> Mkdir(OpContext&, const Name&, uint32_t /*mode*/) {
    return Errno(EPERM);
  }
  virtual Result<Ref<Inode>> Mknod(OpContext&, const Name&, uint32_t /*mode*/, uint64_t /*rdev*/) {
    return Errno(EPERM);
  }
  virtual Result<Ref<Inode>> Symlink(OpContext&, const Name&, std::string_view /*target*/) {
    return Errno(EPERM);
  }
  virtual Result<void> Link(OpContext&, const Name&, Inode& /*target*/) { return Errno(EPERM); }
  virtual Result<void> Unlink(OpContext&, const Name&, Inode& /*child*/) { return Errno(EPERM); }
  virtual Result<void> Rmdir(OpContext&, const Name&, Inode& /*child*/) { return Errno(EPERM); }
  // `this` is the old directory.  `replaced` is null when the new name is free.  flags: RENAME_*;
  // vfs has checked types.
  virtual Result<void> Rename(OpContext&, const Name& /*old*/, Inode& /*child*/, Inode& /*new_dir*/,
                              const Name& /*new_name*/, Inode* /*replaced*/, uint32_t /*flags*/) {
    return Errno(EPERM);
  }

  // --- symbolic links ---
  virtual Result<std::string> Readlink(OpContext&) { return Errno(EINVAL); }
  // Links of /proc that lead to an object, not to a name: the object's path.
  virtual Result<std::optional<Path>> MagicTarget(OpContext& ctx);

  // --- extended attributes; vfs has checked the namespace's permission ---
  virtual Result<std::string> GetXattr(OpContext&, const std::string&) { return Errno(EOPNOTSUPP); }
  virtual Result<void> SetXattr(OpContext&, const std::string&, std::string_view,
                                uint32_t /*flags*/) {
    return Errno(EOPNOTSUPP);
  }
  virtual Result<std::vector<std::string>> ListXattr(OpContext&) {
    return std::vector<std::string>{};
  }
  virtual Result<void> RemoveXattr(OpContext&, const std::string&) { return Errno(EOPNOTSUPP); }

  // Advisory locks and inotify watches hang here, made on first use.
  FileLocks& locks();
  FileLocks* existing_locks() const { return locks_.get(); }  // Null: none were ever set.
  InotifyWatches* watches() const { return watches_.get(); }  // Null: nobody watches.
  InotifyWatches& EnsureWatches();
  // An AF_UNIX socket bound to this inode, and the pipe of a FIFO: set by those who own them.
  Ref<RefCounted> attachment;
  // Has no name but may get one by linkat(2): made by O_TMPFILE without O_EXCL.
  bool linkable = false;

 protected:
  Inode();
  ~Inode() override;

 private:
  std::unique_ptr<FileLocks> locks_;
  std::unique_ptr<InotifyWatches> watches_;
};

}  // namespace sentry
