// sysfs(5): what programs look up about processors, memory and network devices.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sentry/fs/kernfs/filesystem.h"
#include "sentry/kernel/kernel.h"

namespace sentry {

// A network device as /sys/class/net shows it.
struct SysNetDevice {
  std::string name;
  int index = 0;
  // Attributes by name, "mtu" and "statistics/rx_bytes" among them, without line ends.
  std::vector<std::pair<std::string, std::string>> attributes;
};

class SysFilesystem final : public KernFilesystem {
 public:
  // The network devices that the caller sees: what knows them is above.
  using Devices = std::vector<SysNetDevice> (*)(Kernel&, OpContext&);
  SysFilesystem(Kernel& owner, Devices net_devices)
      : KernFilesystem("sysfs", abi::kSysfsMagic, EPERM), kernel(owner), devices(net_devices) {}
  Ref<Inode> Root() override;
  bool NeedsRevalidation() const override { return true; }  // Network devices come and go.

  Kernel& kernel;
  const Devices devices;
};

}  // namespace sentry
