// swapon(2), swapoff(2): the guest has no swap of its own to manage, and no file that would do.
#include "abi/linux/capability.h"
#include "sentry/syscalls/path_args.h"
#include "sentry/syscalls/system_calls.h"

namespace sentry {

Result<void> SysSwapon(Task& task, UserPtr<const char> path, uint32_t flags) {
  constexpr uint32_t kValid = 0x7ffff;  // SWAP_FLAGS_VALID
  if (!task.creds().HasCapability(abi::kCapSysAdmin)) return Errno(EPERM);
  if ((flags & ~kValid) != 0) return Errno(EINVAL);
  [[maybe_unused]] const Path found = TRY(ResolveAt(task, kCwdFd, path, 0));
  // As of file systems that cannot tell where a file's blocks are.
  return Errno(EINVAL);
}

Result<void> SysSwapoff(Task& task, UserPtr<const char> path) {
  if (!task.creds().HasCapability(abi::kCapSysAdmin)) return Errno(EPERM);
  [[maybe_unused]] const Path found = TRY(ResolveAt(task, kCwdFd, path, 0));
  return Errno(EINVAL);  // Nothing is swapped to.
}

}  // namespace sentry
