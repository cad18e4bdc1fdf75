// Descriptors, the view of the host's tree, capabilities.
#include "gofer/server/protect.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gofer/filter/filter.h"
#include "gofer/server/landlock.h"
#include "platform/base/log.h"
#include "platform/host/confine.h"

namespace gofer {
namespace {

constexpr int kAtRecursive = 0x8000;  // AT_RECURSIVE, which older headers lack.

base::Result<base::Fd> DetachedCopy(const Mount& mount) {
  base::Fd copy = TRY(base::Fd::From(static_cast<int>(
      ::syscall(SYS_open_tree, mount.root().get(), "",
                AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | kAtRecursive))));
  mount_attr attr = {};
  attr.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
  if (!mount.writable()) attr.attr_set |= MOUNT_ATTR_RDONLY;
  attr.propagation = MS_PRIVATE;
  if (::syscall(SYS_mount_setattr, copy.get(), "", AT_EMPTY_PATH | kAtRecursive, &attr,
                sizeof(attr)) != 0) {
    return base::LastErrno();
  }
  return copy;
}

uint64_t NeededCapabilities(const std::vector<Mount>& mounts) {
  uint64_t needed = 0;
  for (const Mount& mount : mounts) {
    if (!mount.world_readable_only()) needed |= uint64_t{1} << CAP_DAC_READ_SEARCH;
    if (!mount.writable()) continue;
    for (const int capability :
         {CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_CHOWN, CAP_FOWNER, CAP_FSETID}) {
      needed |= uint64_t{1} << capability;
    }
  }
  return needed;
}

bool AnyWritable(const std::vector<Mount>& mounts) {
  for (const Mount& mount : mounts) {
    if (mount.writable()) return true;
  }
  return false;
}

}  // namespace

bool DetachRoots(std::vector<Mount>* mounts) {
  bool all = true;
  for (Mount& mount : *mounts) {
    if (mount.open_error() != 0) continue;
    base::Result<base::Fd> copy = DetachedCopy(mount);
    if (copy.ok()) {
      mount.ReplaceRoot(std::move(copy).value());
    } else {
      all = false;
    }
  }
  return all;
}

base::Result<void> LeaveHostTree(PathGuard* guard) {
  TRY(guard->EnterFdDirectory());
  if (::chroot(".") != 0 && errno != EPERM) return base::LastErrno();
  return base::Ok();
}

base::Result<void> DropCapabilities(const std::vector<Mount>& mounts) {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2] = {};
  if (::syscall(SYS_capget, &header, sets) != 0) return base::LastErrno();
  const uint64_t needed = NeededCapabilities(mounts);
  for (int half = 0; half < 2; ++half) {
    sets[half].permitted &= static_cast<uint32_t>(needed >> (32 * half));
    sets[half].effective = sets[half].permitted;
    sets[half].inheritable = 0;
  }
  if (::syscall(SYS_capset, &header, sets) != 0) return base::LastErrno();
  return base::Ok();
}

base::Result<void> ProtectSelf(std::vector<Mount>* mounts, PathGuard* guard,
                               const base::Fd& channel, const GoferConfig& config) {
  TRY(host::SetNoNewPrivileges());
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  const rlimit no_core = {0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  host::RaiseDescriptorLimit();
  DetachRoots(mounts);
  std::vector<int> kept = {channel.get()};
  if (guard->fd_directory().valid()) kept.push_back(guard->fd_directory().get());
  for (const Mount& mount : *mounts) {
    if (mount.root().valid()) kept.push_back(mount.root().get());
  }
  if (config.log_fd >= 0) {
    if (config.log_fd != STDERR_FILENO && ::dup2(config.log_fd, STDERR_FILENO) < 0) {
      return base::LastErrno();
    }
    kept.push_back(STDERR_FILENO);
  }
  TRY(host::KeepDescriptors(std::move(kept)));
  TRY(LeaveHostTree(guard));
  TRY(DropCapabilities(*mounts));
  if (config.die_with_parent) ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (host::kSanitized) return base::Ok();
  // Where the host has no Landlock, the other fences stand alone; `sentry doctor` tells.
  const base::Result<void> restricted = RestrictToRoots(*mounts);
  if (!restricted.ok()) LOG_INFO("gofer: no Landlock (errno %d)", restricted.error().value());
  return InstallGoferFilter(AnyWritable(*mounts));
}

}  // namespace gofer
