// DeviceRegistry: who opens a character device of which number; and FIFOs, which are opened through
// the same door (vfs/special_files.h).
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "platform/base/unique_function.h"
#include "sentry/fs/tty/tty.h"
#include "sentry/kernel/subsystem.h"
#include "sentry/vfs/file_description.h"
#include "sentry/vfs/special_files.h"

namespace sentry {

// Device numbers of Linux's Documentation/admin-guide/devices.txt.
constexpr uint32_t kMemMajor = 1;
constexpr uint32_t kTtyMajor = 4;
constexpr uint32_t kTtyAuxMajor = 5;  // tty 0, console 1, ptmx 2
constexpr uint32_t kMiscMajor = 10;

class DeviceRegistry final : public RefCounted, public SpecialFileOpener {
 public:
  static constexpr SubsystemId kSubsystem = SubsystemId::kDevices;
  using Opener = base::UniqueFunction<Result<Ref<FileDescription>>(OpContext&, const Path&,
                                                                   uint64_t rdev, uint32_t flags)>;

  // Knows the memory devices and /dev/tty from the start.
  explicit DeviceRegistry(Kernel& kernel);

  // What /dev/console leads to: the terminal that the sandbox was started at.
  void SetConsole(Ref<Tty> console) { console_ = std::move(console); }

  // Minors first_minor .. first_minor + count - 1; replaces what was registered there.
  void Register(uint32_t major, uint32_t first_minor, uint32_t count, Opener opener);

  Result<Ref<FileDescription>> OpenFifo(OpContext& ctx, const Path& path, uint32_t flags) override;
  Result<Ref<FileDescription>> OpenDevice(OpContext& ctx, const Path& path, uint64_t rdev,
                                          uint32_t flags) override;

 private:
  struct Range {
    uint32_t count;
    Opener opener;
  };
  Result<Ref<FileDescription>> OpenTerminal(OpContext& ctx, const Path& path, uint64_t rdev,
                                            uint32_t flags);

  Ref<Tty> console_;                                       // Null: there is none.
  std::map<std::pair<uint32_t, uint32_t>, Range> ranges_;  // By major and first minor.
};

}  // namespace sentry
