// The tree of /dev: a tmpfs with the nodes and links that programs expect (Linux: devtmpfs and what
// udev adds).
#pragma once

#include "sentry/kernel/kernel.h"

namespace sentry {

// Fills the tmpfs that is mounted at /dev of `mounts`, and mounts what stands in it.  The directory
// "mqueue" waits for a file system of its own.
Result<void> FillDevTree(Kernel& kernel, MountNamespace& mounts);
// Opens FIFOs and devices of all file systems.
SpecialFileOpener& SpecialFilesOf(Kernel& kernel);

}  // namespace sentry
