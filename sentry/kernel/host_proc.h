// What the host's /proc tells of a stub: fields of stat, memory figures.  Everything is zero when
// there is no host /proc (proc_fd -1) or the process is gone.
#pragma once

#include <cstdint>
#include <string>

#include "sentry/kernel/thread_group.h"

namespace sentry {

// The contents of "<path>" below the directory; empty when it cannot be read.
std::string ReadHostProc(int proc_fd, const std::string& path);

// The numeric fields of /proc/<pid>/stat that are used here (proc_pid_stat(5)).
struct HostStat {
  char state = 'S';
  uint64_t minor_faults = 0, major_faults = 0;
  uint64_t user_ticks = 0, system_ticks = 0;
  uint64_t virtual_bytes = 0, resident_pages = 0;
  int processor = 0;
};
HostStat ParseHostStat(const std::string& text);

Usage HostProcessUsage(int proc_fd, int host_pid);
Usage HostThreadUsage(int proc_fd, int host_pid, int host_tid);
// CPU time of a host process, its ended threads too; exact, without /proc.
int64_t HostProcessCpuNs(int host_pid);
int64_t HostThreadCpuNs(int proc_fd, int host_pid, int host_tid);

}  // namespace sentry
