#include "sentry/fs/proc/namespace_files.h"

#include "abi/linux/sched.h"
#include "sentry/fs/kernfs/inode.h"
#include "sentry/vfs/file_description.h"

namespace sentry {
namespace {

struct Namespace {
  std::string_view file, type;
  uint64_t ino;  // Of the initial one in Linux (PROC_*_INIT_INO).
  uint64_t clone_flag;
};
constexpr Namespace kNamespaces[] = {
    {"cgroup", "cgroup", 4026531835, abi::kCloneNewcgroup},
    {"ipc", "ipc", 4026531839, abi::kCloneNewipc},
    {"mnt", "mnt", 4026531841, abi::kCloneNewns},
    {"net", "net", 4026531840, abi::kCloneNewnet},
    {"pid", "pid", 4026531836, abi::kCloneNewpid},
    {"pid_for_children", "pid", 4026531836, abi::kCloneNewpid},
    {"time", "time", 4026531834, abi::kCloneNewtime},
    {"time_for_children", "time", 4026531834, abi::kCloneNewtime},
    {"user", "user", 4026531837, abi::kCloneNewuser},
    {"uts", "uts", 4026531838, abi::kCloneNewuts},
};

class NamespaceDescription final : public FileDescription {
 public:
  NamespaceDescription(Path path, uint32_t flags, const Namespace& about)
      : FileDescription(std::move(path), flags), about_(about) {}
  Result<uint64_t> Ioctl(OpContext&, UserMemory&, uint64_t request, uint64_t) override {
    constexpr uint64_t kNsGetUserns = 0xb701, kNsGetParent = 0xb702, kNsGetNstype = 0xb703;
    if (request == kNsGetNstype) return about_.clone_flag;
    // What owns an initial namespace is out of sight.
    if (request == kNsGetUserns || request == kNsGetParent) return Errno(EPERM);
    return Errno(ENOTTY);
  }

 private:
  const Namespace& about_;
};

class NamespaceInode final : public KernInode {
 public:
  NamespaceInode(Ref<KernFilesystem> fs, const Namespace& about)
      : KernInode(std::move(fs), about.ino, abi::kSIfreg | 0444), about_(about) {}
  Result<Ref<FileDescription>> Open(OpContext&, const Path& path, uint32_t flags) override {
    return Ref<FileDescription>(MakeRef<NamespaceDescription>(path, flags, about_));
  }

 private:
  const Namespace& about_;
};

class NamespaceFilesystem final : public KernFilesystem {
 public:
  NamespaceFilesystem() : KernFilesystem("nsfs", abi::kNsfsMagic, EPERM) {}
  Ref<Inode> Root() override { return nullptr; }  // Never part of a tree.
};

// Where the nameless files of nsfs are.
Ref<Mount> InternalMount() {
  static const Ref<Mount> mount = [] {
    Ref<KernFilesystem> fs = MakeRef<NamespaceFilesystem>();
    Ref<Inode> root = MakeRef<KernSymlink>(fs, 1);
    return MakeRef<Mount>(MountNamespace::NextMountId(), fs, Dentry::NewRoot(root), 0, "nsfs");
  }();
  return mount;
}

}  // namespace

size_t NamespaceCount() {
  return std::size(kNamespaces);
}

std::string_view NamespaceFile(size_t index) {
  return kNamespaces[index].file;
}

std::string NamespaceName(size_t index) {
  const Namespace& about = kNamespaces[index];
  return std::string(about.type) + ":[" + std::to_string(about.ino) + "]";
}

Path NamespacePath(size_t index) {
  Ref<Mount> mount = InternalMount();
  auto& fs = static_cast<KernFilesystem&>(*mount->fs);
  Ref<Inode> inode = MakeRef<NamespaceInode>(Ref<KernFilesystem>(&fs), kNamespaces[index]);
  return {mount, Dentry::NewRoot(std::move(inode), NamespaceName(index))};
}

}  // namespace sentry
