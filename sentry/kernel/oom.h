// --memory over the processes of guests.  Their memory is the host's own, so it is sampled: what
// each keeps resident and shares with no file.  A request that cannot fit into what is left fails
// with ENOMEM (syscalls/mmap.cc); memory that was promised before and is touched now can still pass
// the limit, and then a process is killed, as Linux's OOM killer does in a memory cgroup.
#pragma once

#include "sentry/kernel/kernel.h"

namespace sentry {

// Sets MemoryBudget's figure of processes to what they use now.
void SampleMemory(Kernel& kernel);

// Where the process's heap ends; 0 when that is not known.
uint64_t HostBreak(Kernel& kernel, int host_pid);

// Looks at regular times, more often when memory grows or is nearly used up.  All under the kernel
// lock.
class MemoryWatch {
 public:
  explicit MemoryWatch(Kernel& kernel);
  void Look();
  unsigned killed() const { return killed_; }

 private:
  Kernel& kernel_;
  Timer timer_;
  int64_t interval_ns_;
  uint64_t last_used_ = 0;
  unsigned killed_ = 0;
};

}  // namespace sentry
