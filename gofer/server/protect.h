// What the Gofer gives up before it reads its first request.
//
// Each step is taken where the host allows it; without one, the others still hold.  What always
// holds: no_new_privs, no descriptors but the channel, the roots and the log, no capability that
// the mounts do not need, the seccomp list.
#pragma once

#include <vector>

#include "gofer/server/config.h"
#include "gofer/server/mount.h"
#include "gofer/server/path_guard.h"
#include "platform/base/fd.h"
#include "platform/base/result.h"

namespace gofer {

// All of it, in order.  The guard's and the mounts' descriptors and the channel stay.
base::Result<void> ProtectSelf(std::vector<Mount>* mounts, PathGuard* guard,
                               const base::Fd& channel, const GoferConfig& config);

// Replaces each root by a detached copy of its mount: ".." ends there, set-user-ID and devices mean
// nothing, and a mount that is granted read-only is so for the kernel too.  Needs CAP_SYS_ADMIN;
// true if all were replaced.
bool DetachRoots(std::vector<Mount>* mounts);

// Makes the directory of the process's own descriptors its root and working directory: an absolute
// path then leads to nothing that is not held already.  Needs CAP_SYS_CHROOT for the root.
base::Result<void> LeaveHostTree(PathGuard* guard);

// Keeps what writable (or unfiltered) mounts of a Gofer run by root need, and nothing otherwise.
base::Result<void> DropCapabilities(const std::vector<Mount>& mounts);

}  // namespace gofer
