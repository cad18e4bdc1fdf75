#include "sentry/fs/proc/namespace_files.h"

#include "abi/linux/sched.h"
#include "sentry/fs/kernfs/inode.h"
#include "sentry/kernel/namespaces.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

struct NamespaceKind {
  std::string_view file, type;
  uint64_t clone_flag;
  bool for_children = false;
};
constexpr NamespaceKind kKinds[] = {
    {"cgroup", "cgroup", abi::kCloneNewcgroup},
    {"ipc", "ipc", abi::kCloneNewipc},
    {"mnt", "mnt", abi::kCloneNewns},
    {"net", "net", abi::kCloneNewnet},
    {"pid", "pid", abi::kCloneNewpid},
    {"pid_for_children", "pid", abi::kCloneNewpid, true},
    {"user", "user", abi::kCloneNewuser},
    {"uts", "uts", abi::kCloneNewuts},
};

class NamespaceInode final : public KernInode {
 public:
  NamespaceInode(Ref<KernFilesystem> fs, NamespaceRef about)
      : KernInode(std::move(fs), about.ino(), abi::kSIfreg | 0444), about_(std::move(about)) {}
  Result<Ref<FileDescription>> Open(OpContext&, const Path& path, uint32_t flags) override {
    return Ref<FileDescription>(MakeRef<NamespaceFile>(path, flags, about_));
  }

 private:
  const NamespaceRef about_;
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

NamespaceRef NamespaceRef::OfUser(Ref<UserNamespace> ns) {
  return {abi::kCloneNewuser, std::move(ns)};
}

size_t NamespaceCount() {
  return std::size(kKinds);
}

std::string_view NamespaceFileName(size_t index) {
  return kKinds[index].file;
}

std::optional<NamespaceRef> NamespaceOf(const Task& task, size_t index) {
  const NamespaceKind& kind = kKinds[index];
  if (!task.has_namespaces()) return std::nullopt;
  const NamespaceSet& set = task.namespaces();
  switch (kind.clone_flag) {
    case abi::kCloneNewuser:
      return NamespaceRef::OfUser(task.creds().user_ns);
    case abi::kCloneNewns:
      if (!task.mounts()) return std::nullopt;
      return NamespaceRef{kind.clone_flag, task.mounts()};
    case abi::kCloneNewuts:
      return NamespaceRef{kind.clone_flag, set.uts};
    case abi::kCloneNewipc:
      return NamespaceRef{kind.clone_flag, set.ipc};
    case abi::kCloneNewnet:
      return NamespaceRef{kind.clone_flag, set.net};
    case abi::kCloneNewcgroup:
      return NamespaceRef{kind.clone_flag, set.cgroup};
    default:
      break;
  }
  if (!kind.for_children) return NamespaceRef{kind.clone_flag, task.group().pid_ns};
  if (set.pid_for_children->reaper == nullptr) return std::nullopt;
  return NamespaceRef{kind.clone_flag, set.pid_for_children};
}

std::string NamespaceName(const NamespaceRef& about) {
  std::string_view type = "user";
  for (const NamespaceKind& kind : kKinds) {
    if (kind.clone_flag == about.clone_flag) type = kind.type;
  }
  return std::string(type) + ":[" + std::to_string(about.ino()) + "]";
}

Path NamespacePath(const NamespaceRef& about) {
  Ref<Mount> mount = InternalMount();
  auto& fs = static_cast<KernFilesystem&>(*mount->fs);
  Ref<Inode> inode = MakeRef<NamespaceInode>(Ref<KernFilesystem>(&fs), about);
  return {mount, Dentry::NewRoot(std::move(inode), NamespaceName(about))};
}

Result<uint64_t> NamespaceFile::OpenOther(OpContext& ctx, NamespaceRef other) const {
  if (ctx.task == nullptr) return Errno(EPERM);
  Path path = NamespacePath(other);
  Ref<FileDescription> file = MakeRef<NamespaceFile>(path, abi::kORdonly, std::move(other));
  FdNum fd = TRY(ctx.task->InstallFd(std::move(file), FdFlags{.cloexec = true}));
  return static_cast<uint64_t>(fd.value());
}

// ioctl_ns(2)
Result<uint64_t> NamespaceFile::Ioctl(OpContext& ctx, UserMemory& memory, uint64_t request,
                                      uint64_t arg) {
  constexpr uint64_t kGetUserns = 0xb701, kGetParent = 0xb702, kGetNstype = 0xb703,
                     kGetOwnerUid = 0xb704;
  const UserNamespace* mine = ctx.creds.user_ns.get();
  const bool is_user = about_.clone_flag == abi::kCloneNewuser;
  switch (request) {
    case kGetNstype:
      return about_.clone_flag;
    case kGetUserns: {
      // Nothing owns the initial user namespace, and what is above the caller's is out of sight.
      if (!about_.ns) return Errno(EPERM);
      const Ref<UserNamespace>& owner = about_.ns->owner;
      if (!IsWithin(owner.get(), mine)) return Errno(EPERM);
      return OpenOther(ctx, NamespaceRef::OfUser(owner));
    }
    case kGetParent: {
      if (is_user) {
        if (!about_.ns || !IsWithin(about_.ns->owner.get(), mine)) return Errno(EPERM);
        return OpenOther(ctx, NamespaceRef::OfUser(about_.ns->owner));
      }
      if (about_.clone_flag != abi::kCloneNewpid) return Errno(EINVAL);
      const Ref<PidNamespace>& parent = static_cast<PidNamespace&>(*about_.ns).parent;
      const bool seen =
          parent && ctx.task != nullptr && parent->IsWithin(*ctx.task->group().pid_ns);
      if (!seen) return Errno(EPERM);
      return OpenOther(ctx, {abi::kCloneNewpid, parent});
    }
    case kGetOwnerUid: {
      if (!is_user) return Errno(EINVAL);
      const uint32_t uid = about_.ns ? static_cast<UserNamespace&>(*about_.ns).creator_uid : 0;
      TRY(memory.CopyOut(UserPtr<uint32_t>(arg), ShownUid(mine, uid)));
      return uint64_t{0};
    }
    default:
      return Errno(ENOTTY);
  }
}

}  // namespace sentry
