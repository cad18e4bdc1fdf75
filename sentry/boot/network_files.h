// The network as the file system shows it: /proc/net and /proc/sys/net.
#pragma once

#include "sentry/kernel/kernel.h"

namespace sentry {

void SetUpNetworkFiles(Kernel& kernel);
// network_sysctls.cc
void BindNetworkSysctls(Kernel& kernel);

}  // namespace sentry
