// Landlock rules for the roots of the mounts: what is opened, made or removed must lie beneath one
// of them.
#pragma once

#include <vector>

#include "gofer/server/mount.h"
#include "platform/base/result.h"

namespace gofer {

// The version that the host offers; 0 for none.
int LandlockVersion();

// For good, and for the threads that the caller makes later.  Needs no_new_privs.  ENOTSUP when the
// host lacks what the mounts need: renames between directories are only possible from version 2 on.
base::Result<void> RestrictToRoots(const std::vector<Mount>& mounts);

}  // namespace gofer
