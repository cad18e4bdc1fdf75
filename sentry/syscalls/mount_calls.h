// The calls of the new mount API, for the table.
#pragma once

#include "abi/linux/mount.h"
#include "sentry/syscalls/file_calls.h"

namespace sentry {

// mount_api.cc
Result<FdNum> SysOpenTree(Task& task, FdNum dirfd, PathPtr path, uint32_t flags);
Result<void> SysMoveMount(Task& task, FdNum from_fd, PathPtr from_path, FdNum to_fd,
                          PathPtr to_path, uint32_t flags);
Result<void> SysMountSetattr(Task& task, FdNum dirfd, PathPtr path, uint32_t flags,
                             UserPtr<abi::MountAttr> from, uint64_t size);
// A descriptor for a tree that is in no namespace.
Result<FdNum> InstallTree(Task& task, MountTree tree, bool cloexec);
Result<MountFlags> MountFlagsOfAttributes(uint64_t attributes);  // MOUNT_ATTR_*; EINVAL.
// fs_context.cc
Result<FdNum> SysFsopen(Task& task, PathPtr type, uint32_t flags);
Result<void> SysFsconfig(Task& task, FdNum fd, uint32_t command, PathPtr key, PathPtr value,
                         int32_t aux);
Result<FdNum> SysFsmount(Task& task, FdNum fd, uint32_t flags, uint32_t attributes);
Result<FdNum> SysFspick(Task& task, FdNum dirfd, PathPtr path, uint32_t flags);

}  // namespace sentry
