#include "sentry/fs/dev/device_registry.h"

#include "sentry/fs/dev/memory_devices.h"
#include "sentry/fs/devpts/devpts.h"
#include "sentry/fs/pipefs/pipe_end.h"
#include "sentry/fs/tty/tty_file.h"
#include "sentry/kernel/task.h"
#include "sentry/vfs/path_walk.h"

namespace sentry {

namespace {

// A ptmx node outside of devpts belongs to the devpts at "pts" beside it (Linux: path_pts()).
Result<Ref<FileDescription>> OpenPtmx(OpContext& ctx, const Path& path, uint64_t, uint32_t flags) {
  if (ctx.task == nullptr || path.dentry->IsRoot()) return Errno(ENODEV);
  WalkRoot walk = ctx.task->WalkFromCwd();
  walk.start = {path.mount, Ref<Dentry>(path.dentry->parent())};
  Result<Path> pts = WalkPath(ctx, walk, "pts", {});
  if (!pts.ok()) return Errno(ENODEV);
  DevptsFilesystem* fs = AsDevpts(*pts->mount->fs);
  if (fs == nullptr || pts->dentry != pts->mount->root) return Errno(ENODEV);
  return fs->OpenMaster(ctx, path, *pts, flags);
}

}  // namespace

DeviceRegistry::DeviceRegistry(Kernel&) {
  Register(kMemMajor, 0, 256, &OpenMemoryDevice);
  constexpr uint32_t kPtmxMinor = 2;
  Register(kTtyAuxMajor, 0, kPtmxMinor,
           [this](OpContext& ctx, const Path& path, uint64_t rdev, uint32_t flags) {
             return OpenTerminal(ctx, path, rdev, flags);
           });
  Register(kTtyAuxMajor, kPtmxMinor, 1, &OpenPtmx);
  // Slaves are found by their names in a devpts alone.
  Register(kPtsMajor, 0, 1 << 20,
           [](OpContext&, const Path&, uint64_t, uint32_t) -> Result<Ref<FileDescription>> {
             return Errno(EIO);
           });
}

void DeviceRegistry::Register(uint32_t major, uint32_t first_minor, uint32_t count, Opener opener) {
  ranges_.insert_or_assign({major, first_minor}, Range{count, std::move(opener)});
}

Result<Ref<FileDescription>> DeviceRegistry::OpenFifo(OpContext& ctx, const Path& path,
                                                      uint32_t flags) {
  return sentry::OpenFifo(ctx, path, flags);
}

Result<Ref<FileDescription>> DeviceRegistry::OpenDevice(OpContext& ctx, const Path& path,
                                                        uint64_t rdev, uint32_t flags) {
  uint32_t major = abi::DevMajor(rdev), minor = abi::DevMinor(rdev);
  auto after = ranges_.upper_bound({major, minor});
  bool block = (path.inode()->mode() & abi::kSIfmt) == abi::kSIfblk;
  if (block || after == ranges_.begin()) return Errno(ENXIO);
  auto& [first, range] = *--after;
  if (first.first != major || minor - first.second >= range.count) return Errno(ENXIO);
  return range.opener(ctx, path, rdev, flags);
}

// /dev/tty (tty(4)): whatever the controlling terminal is; /dev/console.  Neither becomes the
// caller's controlling terminal.
Result<Ref<FileDescription>> DeviceRegistry::OpenTerminal(OpContext& ctx, const Path& path,
                                                          uint64_t rdev, uint32_t flags) {
  Ref<Tty> tty = console_;
  if (abi::DevMinor(rdev) == 0) {
    tty = ctx.task == nullptr ? nullptr : Ref<Tty>(Tty::Of(*ctx.task));
    if (!tty) return Errno(ENXIO);
  }
  if (!tty) return Errno(ENODEV);
  return TtyFile::Open(ctx, path, flags | abi::kONoctty, std::move(tty));
}

}  // namespace sentry
