#include "sentry/boot/kernel_files.h"

#include "sentry/fs/dev/dev.h"
#include "sentry/fs/proc/proc.h"
#include "sentry/fs/tmpfs/filesystem.h"

namespace sentry {

Ref<Filesystem> NewProc(Kernel& kernel) {
  return MakeProc(kernel);
}

Ref<Filesystem> NewSys(Kernel& kernel) {
  return MakeRef<TmpfsFilesystem>(TmpfsOptions{.mode = 0555}, kernel.memory());
}

Ref<Filesystem> NewDev(Kernel& kernel) {
  return MakeRef<TmpfsFilesystem>(TmpfsOptions{.mode = 0755}, kernel.memory());
}

Result<void> FillDev(Kernel& kernel, MountNamespace& mounts) {
  return FillDevTree(kernel, mounts);
}

void SetUpSpecialFiles(Kernel& kernel) {
  kernel.special_files = &SpecialFilesOf(kernel);
  auto add = [&kernel](const char* type, Ref<Filesystem> (*make)(Kernel&)) {
    kernel.filesystem_types.Add(
        type, [&kernel, make](OpContext&, const std::string&, const std::string&) {
          return Result<Ref<Filesystem>>(make(kernel));
        });
  };
  add("proc", NewProc);
  add("sysfs", NewSys);
}

}  // namespace sentry
