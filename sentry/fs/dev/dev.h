// The tree of /dev: a tmpfs with the nodes and links that programs expect (Linux: devtmpfs and what
// udev adds).
#pragma once

#include "sentry/kernel/kernel.h"

namespace sentry {

// Fills the tmpfs that is mounted at /dev of `mounts`, and mounts what stands in it.  Directories
// "pts" and "mqueue" wait for file systems of their own.
Result<void> FillDevTree(Kernel& kernel, MountNamespace& mounts);
// Opens FIFOs and devices of all file systems.
SpecialFileOpener& SpecialFilesOf(Kernel& kernel);

}  // namespace sentry
