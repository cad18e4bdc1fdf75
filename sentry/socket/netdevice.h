// netdevice(7): what ioctl(2) on any socket tells of the network interfaces.  A sandbox has the
// loopback interface alone.
#pragma once

#include "sentry/mm/user_memory.h"

namespace sentry {

struct NetInterface {
  static constexpr int32_t kIndex = 1;
  static constexpr const char* kName = "lo";
  static constexpr int32_t kMtu = 65536;
};

// ENOTTY for a request that is none of these.
Result<uint64_t> NetdeviceIoctl(UserMemory& memory, uint64_t request, uint64_t arg);

}  // namespace sentry
