#include "sentry/fs/dev/device_registry.h"

#include "sentry/fs/dev/memory_devices.h"
#include "sentry/fs/pipefs/pipe_end.h"
#include "sentry/kernel/task.h"

namespace sentry {

DeviceRegistry::DeviceRegistry(Kernel&) {
  Register(kMemMajor, 0, 256, &OpenMemoryDevice);
  Register(kTtyAuxMajor, 0, 1, [this](OpContext& ctx, const Path& path, uint64_t, uint32_t flags) {
    return OpenTerminal(ctx, path, flags);
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

// /dev/tty (tty(4)): whatever the controlling terminal is.
Result<Ref<FileDescription>> DeviceRegistry::OpenTerminal(OpContext& ctx, const Path& path,
                                                          uint32_t flags) {
  if (ctx.task == nullptr) return Errno(ENXIO);
  Ref<ControllingTerminal> terminal = ctx.task->group().session().terminal;
  if (!terminal || terminal->device() == abi::MakeDev(kTtyAuxMajor, 0)) return Errno(ENXIO);
  return OpenDevice(ctx, path, terminal->device(), flags | abi::kONoctty);
}

}  // namespace sentry
