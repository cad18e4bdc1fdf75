// Calls about file systems as such: ustat(2), sysfs(2), quotactl(2).
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/mounted_calls.h"
#include "sentry/syscalls/path_args.h"

namespace sentry {

Result<void> SysUstat(Task& task, uint32_t device, UserPtr<abi::Ustat> to) {
  const uint64_t dev = abi::MakeDev((device >> 8) & 0xfff,  // new_decode_dev()
                                    (device & 0xff) | ((device >> 12) & 0xfff00));
  for (const Ref<Mount>& mount : task.mounts()->mounts()) {
    if (mount->fs->device() != dev) continue;
    OpContext ctx = task.context();
    FsStatistics stats = TRY(mount->fs->Statistics(ctx));
    abi::Ustat out{};
    out.f_tfree = static_cast<int32_t>(stats.blocks_free);
    out.f_tinode = stats.files_free;
    return task.CopyOut(to, out);
  }
  return Errno(EINVAL);
}

Result<uint64_t> SysSysfs(Task& task, int32_t option, uint64_t first, UserPtr<char> to) {
  const std::vector<std::string> names = task.kernel().filesystem_types.Names();
  switch (option) {
    case 1: {  // The index of a name.
      std::string name = TRY(task.CopyInPath(UserPtr<const char>(first)));
      for (size_t i = 0; i < names.size(); ++i) {
        if (names[i] == name) return uint64_t{i};
      }
      return Errno(EINVAL);
    }
    case 2: {  // The name of an index.
      if (first >= names.size()) return Errno(EINVAL);
      const std::string& name = names[first];
      TRY(task.Write(to.value(), std::as_bytes(std::span(name.c_str(), name.size() + 1))));
      return uint64_t{0};
    }
    case 3:  // How many there are.
      return uint64_t{names.size()};
    default:
      return Errno(EINVAL);
  }
}

namespace {

constexpr uint32_t kQuotaTypes = 3, kQuotaSync = 0x800001;

}  // namespace

// No file system here has quotas.
Result<void> SysQuotactl(Task& task, uint32_t command, PathPtr special) {
  if ((command & 0xff) >= kQuotaTypes) return Errno(EINVAL);
  if (special.IsNull()) {
    if (command >> 8 == kQuotaSync) return {};
    return Errno(ENODEV);
  }
  Path path = TRY(ResolveAt(task, kCwdFd, special, 0));
  return Errno((path.inode()->mode() & abi::kSIfmt) == abi::kSIfblk ? ENODEV : ENOTBLK);
}

Result<void> SysQuotactlFd(Task& task, FdNum fd, uint32_t command) {
  TRY(task.fds().Get(fd));
  if ((command & 0xff) >= kQuotaTypes) return Errno(EINVAL);
  return Errno(ENOSYS);
}

}  // namespace sentry
