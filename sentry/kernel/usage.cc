// What tasks have used: CPU time, page faults, switches; from the host, which runs them.
#include "sentry/kernel/usage.h"

#include <algorithm>

#include "sentry/kernel/host_proc.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/task.h"

namespace sentry {

Usage& Usage::operator+=(const Usage& other) {
  user_ns += other.user_ns;
  system_ns += other.system_ns;
  max_rss_kb = std::max(max_rss_kb, other.max_rss_kb);
  minor_faults += other.minor_faults;
  major_faults += other.major_faults;
  voluntary_switches += other.voluntary_switches;
  involuntary_switches += other.involuntary_switches;
  return *this;
}

abi::Rusage ToRusage(const Usage& usage) {
  constexpr int64_t kMicrosecond = 1000;
  auto timeval = [](int64_t ns) {
    return abi::Timeval{ns / kNanosPerSecond, ns % kNanosPerSecond / kMicrosecond};
  };
  abi::Rusage rusage{};
  rusage.ru_utime = timeval(usage.user_ns);
  rusage.ru_stime = timeval(usage.system_ns);
  rusage.ru_maxrss = static_cast<int64_t>(usage.max_rss_kb);
  rusage.ru_minflt = static_cast<int64_t>(usage.minor_faults);
  rusage.ru_majflt = static_cast<int64_t>(usage.major_faults);
  rusage.ru_nvcsw = static_cast<int64_t>(usage.voluntary_switches);
  rusage.ru_nivcsw = static_cast<int64_t>(usage.involuntary_switches);
  return rusage;
}

Usage TaskUsage(const Task& task) {
  if (!task.has_thread()) return {};
  return HostThreadUsage(task.kernel().options().proc_fd, task.thread().host_pid(),
                         task.thread().host_tid());
}

namespace {

Usage HostUsageOf(const ThreadGroup& group) {
  for (const Task* task : group.tasks) {
    if (task->state() == Task::State::kDead || !task->has_thread()) continue;
    return HostProcessUsage(group.kernel.options().proc_fd, task->thread().host_pid());
  }
  return {};
}

}  // namespace

Usage ThreadGroup::TotalUsage() const {
  Usage total = dead_tasks;
  total += HostUsageOf(*this);
  return total;
}

void ThreadGroup::KeepHostUsage() {
  dead_tasks += HostUsageOf(*this);
}

}  // namespace sentry
