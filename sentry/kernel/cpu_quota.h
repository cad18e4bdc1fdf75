// --cpus: how much CPU time the guests' processes get, in CPUs.  Their time is the host's to give,
// so it is read off, and what goes beyond the share of a period is paid back standing still: the
// host stops the stubs until enough periods have passed (as CFS bandwidth control does for a
// cgroup).  Guests do not see these stops.
#pragma once

#include <unordered_map>

#include "sentry/kernel/kernel.h"

namespace sentry {

// All under the kernel lock.
class CpuQuota {
 public:
  // `cpus` is above zero; 0: no quota.
  CpuQuota(Kernel& kernel, double cpus);
  void Look();

 private:
  int64_t UsedSinceLast();
  void SetStopped(bool stopped);

  Kernel& kernel_;
  Timer timer_;
  const double cpus_;
  std::unordered_map<int, int64_t> seen_;  // CPU time by host process.
  MonoTime last_look_;
  int64_t debt_ns_ = 0;  // Used beyond the share.
  bool stopped_ = false;
};

}  // namespace sentry
