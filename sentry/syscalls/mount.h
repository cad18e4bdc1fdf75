// What mount(2) and the calls of the new mount API share.
#pragma once

#include "sentry/kernel/task.h"

namespace sentry {

// The caller may change its mount namespace (may_mount()).
bool MayMount(const Task& task);
// It is the root of a mount.
bool IsMountRoot(const Path& path);
// What may be mounted somewhere else: a copy of what is at `from`; EINVAL.
Result<MountTree> CopyForBind(Task& task, const Path& from, bool recursive);
// A new file system of `type`, with the options that belong to the superblock; ENODEV, EPERM.
Result<Ref<Filesystem>> MakeFilesystem(Task& task, const std::string& type,
                                       const std::string& source, const std::string& options,
                                       bool read_only);
// One of MS_SHARED, MS_PRIVATE, MS_SLAVE, MS_UNBINDABLE.
void SetPropagation(Mount& mount, uint64_t type);
// EPERM when a less privileged namespace would take away what it got.
Result<void> CheckLockedFlags(const Mount& mount, MountFlags flags);
// EBUSY when a mount, or a file system with all its mounts, would become read-only under a file
// that is open for writing.
Result<void> CheckWriters(const Mount& mount, MountFlags flags);
Result<void> CheckWriters(const Filesystem& fs, bool read_only);
// EPERM: a task in a Landlock domain changes no mounts (hook_sb_mount() and its neighbours).
Result<void> CheckLandlockMounts(const Task& task);
// Moves the mount whose root is `from`, or the tree of a descriptor, to `to`.
Result<void> MoveMount(Task& task, const Path& from, const Path& to);

}  // namespace sentry
