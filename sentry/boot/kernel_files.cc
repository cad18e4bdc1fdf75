#include "sentry/boot/kernel_files.h"

#include "sentry/fs/tmpfs/filesystem.h"

namespace sentry {

Ref<Filesystem> NewProc(Kernel& kernel) {
  return MakeRef<TmpfsFilesystem>(TmpfsOptions{.mode = 0555}, kernel.memory());
}

Ref<Filesystem> NewSys(Kernel& kernel) {
  return MakeRef<TmpfsFilesystem>(TmpfsOptions{.mode = 0555}, kernel.memory());
}

Ref<Filesystem> NewDev(Kernel& kernel) {
  return MakeRef<TmpfsFilesystem>(TmpfsOptions{.mode = 0755}, kernel.memory());
}

Result<void> FillDev(Kernel&, MountNamespace&) {
  return {};
}

}  // namespace sentry
