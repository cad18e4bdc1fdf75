// The file systems that the kernel itself fills: /proc, /sys, /dev.
#pragma once

#include "sentry/kernel/kernel.h"
#include "sentry/vfs/mount.h"

namespace sentry {

Ref<Filesystem> NewProc(Kernel& kernel);
Ref<Filesystem> NewSys(Kernel& kernel);
Ref<Filesystem> NewDev(Kernel& kernel);
// What is mounted inside /dev: pts, shm, mqueue.
Result<void> FillDev(Kernel& kernel, MountNamespace& mounts);
// Who opens FIFOs and devices, and the file systems of this header for mount(2).
void SetUpSpecialFiles(Kernel& kernel);

}  // namespace sentry
