// What binds in the host because memory and CPU are the host's: the stub gets the guest's own
// limits, priority and CPUs (getrlimit(2), nice(2), sched_setaffinity(2)).  All of it may fail
// without harm: then the host's stricter figure holds.
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>

#include "sentry/kernel/host_maps.h"
#include "sentry/kernel/host_proc.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/process_timers.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

// Only the soft limit: a hard one could never be raised again for a guest that may.
void MirrorLimit(int host_pid, int resource, uint64_t wanted) {
  auto which = static_cast<__rlimit_resource>(resource);
  rlimit host;
  if (::prlimit(host_pid, which, nullptr, &host) != 0) return;
  const uint64_t soft = std::min<uint64_t>(wanted, host.rlim_max);
  if (soft == host.rlim_cur) return;
  host.rlim_cur = soft;
  ::prlimit(host_pid, which, &host, nullptr);
}

// What the platform's own pages in a stub add to its address space.
uint64_t PlatformPages(Kernel& kernel, int host_pid) {
  const std::string maps =
      ReadHostProc(kernel.options().proc_fd, (std::to_string(host_pid) + "/maps").c_str());
  const uint64_t limit = kernel.platform().GuestAddressLimit();
  uint64_t sum = 0;
  for (std::string_view rest = maps; !rest.empty();) {
    HostMapping mapping;
    if (!ParseHostMapping(NextLine(rest), mapping) || mapping.begin < limit) continue;
    sum += mapping.end - mapping.begin;
  }
  return sum;
}

}  // namespace

void ThreadGroup::ApplyHostLimits() {
  ApplyCpuLimit(*this);  // Not the host's: several stubs may have been this process.
  auto has_thread = [](const Task* task) { return task->has_thread(); };
  auto found = std::find_if(tasks.begin(), tasks.end(), has_thread);
  if (found == tasks.end()) return;
  const int host_pid = (*found)->thread().host_pid();
  for (int resource : {abi::kRlimitData, abi::kRlimitStack, abi::kRlimitMemlock}) {
    MirrorLimit(host_pid, resource, limit(resource));
  }
  uint64_t space = limit(abi::kRlimitAs);
  if (space != abi::kRlimInfinity) {
    const uint64_t own = PlatformPages(kernel, host_pid);
    space = own < abi::kRlimInfinity - space ? space + own : abi::kRlimInfinity;
  }
  MirrorLimit(host_pid, abi::kRlimitAs, space);
}

void Task::ApplyHostPriority() {
  if (thread_ == nullptr) return;
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(thread_->host_tid()), nice);
}

void Task::ApplyHostAffinity() {
  if (thread_ == nullptr || !affinity) return;
  ::sched_setaffinity(thread_->host_tid(), sizeof(affinity->words),
                      reinterpret_cast<const cpu_set_t*>(affinity->words.data()));
}

// A fresh stub has the Sentry's.
void Task::ApplyHostLimits() {
  group_->ApplyHostLimits();
  if (nice != 0) ApplyHostPriority();
  ApplyHostAffinity();
}

}  // namespace sentry
