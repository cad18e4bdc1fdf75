// The network as the file system shows it: /proc/net and /proc/sys/net.
#pragma once

#include <vector>

#include "sentry/fs/sysfs/sysfs.h"
#include "sentry/kernel/kernel.h"

namespace sentry {

void SetUpNetworkFiles(Kernel& kernel);
// network_sysctls.cc
void BindNetworkSysctls(Kernel& kernel);

// As /sys/class/net shows them: those that the caller sees.
std::vector<SysNetDevice> SysNetDevices(Kernel& kernel, OpContext& ctx);

}  // namespace sentry
