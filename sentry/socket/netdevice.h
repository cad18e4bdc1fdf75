// netdevice(7): what ioctl(2) on any socket tells of the network's interfaces and changes of them.
#pragma once

#include "sentry/mm/user_memory.h"
#include "sentry/socket/network.h"

namespace sentry {

// ENOTTY for a request that is none of these.
Result<uint64_t> NetdeviceIoctl(OpContext& ctx, Network& network, UserMemory& memory,
                                uint64_t request, uint64_t arg);

}  // namespace sentry
