// Limits that bind in the host, because memory is the host's: the stub gets the guest's own figures
// (getrlimit(2)).
#include <sys/resource.h>

#include "sentry/kernel/kernel.h"
#include "sentry/kernel/task.h"

namespace sentry {

void Task::ApplyHostLimits() {
  for (int resource : {abi::kRlimitAs, abi::kRlimitData, abi::kRlimitStack, abi::kRlimitMemlock}) {
    const abi::Rlimit& limit = group_->limits[static_cast<size_t>(resource)];
    if (limit.rlim_cur == abi::kRlimInfinity) continue;
    rlimit host{.rlim_cur = limit.rlim_cur, .rlim_max = limit.rlim_max};
    // A host limit that is lower already binds all the same.
    ::prlimit(thread_->host_pid(), static_cast<__rlimit_resource>(resource), &host, nullptr);
  }
}

}  // namespace sentry
