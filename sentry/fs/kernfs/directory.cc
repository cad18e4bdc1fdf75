#include "sentry/fs/kernfs/directory.h"

#include "sentry/vfs/file_description.h"

namespace sentry {
namespace {

constexpr int64_t kFirst = 2;  // Behind "." and "..".

class DirectoryListing final : public FileDescription {
 public:
  DirectoryListing(Path path, uint32_t flags) : FileDescription(std::move(path), flags) {}
  bool HasPosition() const override { return true; }
  Result<int64_t> Seek(OpContext& ctx, int64_t to, int whence) override;
  Result<void> ReadDirectory(OpContext& ctx, DirectorySink& to) override;

 private:
  KernDirectory& directory() const { return static_cast<KernDirectory&>(*inode()); }
  bool AddDots(DirectorySink& to);
};

Result<int64_t> DirectoryListing::Seek(OpContext& ctx, int64_t to, int whence) {
  if (whence != abi::kSeekSet && whence != abi::kSeekCur) return Errno(EINVAL);
  return FileDescription::Seek(ctx, to, whence);
}

bool DirectoryListing::AddDots(DirectorySink& to) {
  if (offset == 0) {
    if (!to.Add(".", directory().ino(), abi::kDtDir, 1)) return false;
    offset = 1;
  }
  if (offset == 1) {
    const Dentry* parent = path().dentry->parent();
    uint64_t ino = parent != nullptr ? parent->inode()->ino() : directory().ino();
    if (!to.Add("..", ino, abi::kDtDir, kFirst)) return false;
    offset = kFirst;
  }
  return true;
}

Result<void> DirectoryListing::ReadDirectory(OpContext& ctx, DirectorySink& to) {
  TRY(directory().CheckList(ctx));
  if (!AddDots(to)) return {};
  KernDirectory::Entry entry;
  while (directory().NextEntry(ctx, static_cast<uint64_t>(offset - kFirst), entry)) {
    int64_t next = static_cast<int64_t>(entry.position) + 1 + kFirst;
    if (!to.Add(entry.name, entry.ino, entry.type, next)) return {};
    offset = next;
  }
  return {};
}

}  // namespace

Result<Ref<FileDescription>> KernDirectory::Open(OpContext&, const Path& path, uint32_t flags) {
  return Ref<FileDescription>(MakeRef<DirectoryListing>(path, flags));
}

int64_t ParseNumberName(std::string_view name) {
  if (name.empty() || name.size() > 10) return -1;
  if (name.size() > 1 && name.front() == '0') return -1;
  int64_t number = 0;
  for (char c : name) {
    if (c < '0' || c > '9') return -1;
    number = number * 10 + (c - '0');
  }
  return number;
}

}  // namespace sentry
