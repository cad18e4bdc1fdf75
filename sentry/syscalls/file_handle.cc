// name_to_handle_at(2), open_by_handle_at(2).  A handle names an object by its number and birth in
// its file system, and is found again among the names that are known: one whose object is gone, or
// was not used for so long that its name is forgotten, is stale.
#include <array>
#include <cstring>
#include <vector>

#include "abi/linux/capability.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/install_opened.h"
#include "sentry/syscalls/leases.h"
#include "sentry/syscalls/mounted_calls.h"
#include "sentry/syscalls/path_args.h"

namespace sentry {
namespace {

constexpr int32_t kHandleType = 0x81;  // Of no file system of Linux.

struct HandleData {
  uint64_t ino;
  uint64_t birth;
};

// Those whose objects keep their numbers (export_operations of Linux).
bool GivesHandles(Filesystem& fs) {
  const std::string_view type = fs.type();
  return type == "tmpfs" || type == "ramfs" || type == "overlay" || type == "gofer";
}

Result<HandleData> DataOf(OpContext& ctx, Inode& inode) {
  const Attributes attributes = TRY(inode.GetAttributes(ctx));
  const auto seconds = static_cast<uint64_t>(attributes.btime.tv_sec);
  return HandleData{inode.ino(),
                    seconds * 1'000'000'000 + static_cast<uint64_t>(attributes.btime.tv_nsec)};
}

// Null: none of the known names leads to it.
Ref<Dentry> FindByNumber(Dentry& somewhere, uint64_t ino) {
  Dentry* top = &somewhere;
  while (top->parent() != nullptr) top = top->parent();
  std::vector<Dentry*> left{top};
  while (!left.empty()) {
    Dentry* at = left.back();
    left.pop_back();
    if (!at->negative() && at->inode()->ino() == ino) return Ref<Dentry>(at);
    for (const auto& [name, child] : at->children()) left.push_back(child);
  }
  return nullptr;
}

Result<Path> Decode(Task& task, const Path& mounted, const abi::FileHandle& header,
                    const HandleData& data) {
  const bool ours = header.handle_type == kHandleType && header.handle_bytes == sizeof(data);
  if (!ours || !GivesHandles(*mounted.mount->fs)) return Errno(ESTALE);
  Ref<Dentry> found = FindByNumber(*mounted.mount->root, data.ino);
  if (found == nullptr) return Errno(ESTALE);
  OpContext ctx = task.context();
  Result<HandleData> now = DataOf(ctx, *found->inode());
  if (!now.ok() || now->birth != data.birth) return Errno(ESTALE);
  return Path{mounted.mount, std::move(found)};
}

// Where the caller says that the object is: any file of the same file system.
Result<Path> MountOf(Task& task, FdNum fd) {
  if (fd == kCwdFd) return task.WalkFromCwd().start;
  return ResolveFd(task, fd, true);
}

}  // namespace

Result<void> SysNameToHandleAt(Task& task, FdNum dirfd, PathPtr path,
                               UserPtr<abi::FileHandle> handle, UserPtr<int32_t> mount_id,
                               uint32_t flags) {
  if ((flags & ~(abi::kAtSymlinkFollow | abi::kAtEmptyPath)) != 0) return Errno(EINVAL);
  const uint32_t follow = (flags & abi::kAtSymlinkFollow) != 0 ? 0 : abi::kAtSymlinkNofollow;
  const Path found = TRY(ResolveAt(task, dirfd, path, (flags & abi::kAtEmptyPath) | follow));
  if (found.mount == nullptr || !GivesHandles(*found.mount->fs)) return Errno(EOPNOTSUPP);
  abi::FileHandle header = TRY(task.CopyIn(handle));
  if (header.handle_bytes > abi::kMaxHandleSize) return Errno(EINVAL);
  OpContext ctx = task.context();
  const HandleData data = TRY(DataOf(ctx, *found.inode()));
  const bool fits = header.handle_bytes >= sizeof(data);
  header = {.handle_bytes = sizeof(data), .handle_type = kHandleType};
  TRY(task.CopyOut(mount_id, static_cast<int32_t>(found.mount->id)));
  TRY(task.CopyOut(handle, header));
  if (!fits) return Errno(EOVERFLOW);  // The caller has been told how much it needs.
  return task.CopyOut(UserPtr<HandleData>(handle.value() + sizeof(header)), data);
}

Result<FdNum> SysOpenByHandleAt(Task& task, FdNum mount_fd, UserPtr<abi::FileHandle> handle,
                                uint32_t flags) {
  if (!task.creds().HasCapability(abi::kCapDacReadSearch)) return Errno(EPERM);
  const abi::FileHandle header = TRY(task.CopyIn(handle));
  const uint32_t bytes = header.handle_bytes;
  if (bytes == 0 || bytes > abi::kMaxHandleSize) return Errno(EINVAL);
  std::array<std::byte, abi::kMaxHandleSize> raw{};
  TRY(task.Read(handle.value() + sizeof(header), std::span(raw).first(bytes)));
  HandleData data;
  std::memcpy(&data, raw.data(), sizeof(data));
  const Path mounted = TRY(MountOf(task, mount_fd));
  if (mounted.mount == nullptr) return Errno(ESTALE);
  const Path found = TRY(Decode(task, mounted, header, data));
  const bool cloexec = (flags & abi::kOCloexec) != 0;
  constexpr uint32_t kOfPlaces = abi::kOPath | abi::kODirectory | abi::kONofollow | abi::kOCloexec;
  if ((flags & abi::kOPath) != 0) flags &= kOfPlaces;
  TRY(CheckOpenFlags(flags));
  auto attempt = [found, flags, cloexec](Task& self) -> Result<FdNum> {
    OpContext ctx = self.context();
    return InstallOpened(self, TRY(OpenExisting(ctx, found, flags)), cloexec);
  };
  Result<FdNum> opened = attempt(task);
  if (!opened.Is(kErrnoLeased)) return opened;
  const bool write = (flags & abi::kOAccmode) != abi::kORdonly;
  const bool nonblocking = (flags & abi::kONonblock) != 0;
  return WhenGivenUp(task, Ref<Inode>(found.inode()), write, nonblocking, std::move(attempt));
}

}  // namespace sentry
