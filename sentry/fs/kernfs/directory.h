// KernDirectory: a directory whose names are made up by its Find() and NextEntry().
#pragma once

#include <string>
#include <string_view>

#include "abi/linux/dirent.h"
#include "sentry/fs/kernfs/inode.h"

namespace sentry {

class KernDirectory : public KernInode {
 public:
  struct Entry {
    std::string name;
    uint64_t ino = 0;
    uint8_t type = 0;       // DT_*
    uint64_t position = 0;  // Its own; names keep theirs while others come and go.
  };

  KernDirectory(Ref<KernFilesystem> fs, uint64_t ino, uint32_t permissions)
      : KernInode(std::move(fs), ino, abi::kSIfdir | permissions) {}

  // The object `name`, made for this call; ENOENT.
  virtual Result<Ref<Inode>> Find(OpContext& ctx, std::string_view name) = 0;
  // The first entry at or behind `position`, which starts at 0; false: there is none.
  virtual bool NextEntry(OpContext& ctx, uint64_t position, Entry& entry) = 0;
  // Checked when a listing is asked for.
  virtual Result<void> CheckList(OpContext&) { return {}; }

  Result<Ref<Inode>> Lookup(OpContext& ctx, const Name& name) override {
    return Find(ctx, name.view());
  }
  Result<Ref<FileDescription>> Open(OpContext& ctx, const Path& path, uint32_t flags) override;
  Result<Ref<Inode>> Create(OpContext&, const Name&, uint32_t) override { return CannotCreate(); }
  Result<Ref<Inode>> Mkdir(OpContext&, const Name&, uint32_t) override { return CannotCreate(); }
  Result<Ref<Inode>> Mknod(OpContext&, const Name&, uint32_t, uint64_t) override {
    return CannotCreate();
  }
  Result<Ref<Inode>> Symlink(OpContext&, const Name&, std::string_view) override {
    return CannotCreate();
  }

 private:
  Errno CannotCreate() const { return Errno(kern_fs().create_errno()); }
};

// The DT_* of a mode.
inline uint8_t DirentType(uint32_t mode) {
  return static_cast<uint8_t>((mode & abi::kSIfmt) >> 12);
}

// A name of decimal digits as Linux reads one (name_to_int()): no sign, no leading zero; -1: none.
int64_t ParseNumberName(std::string_view name);

}  // namespace sentry
