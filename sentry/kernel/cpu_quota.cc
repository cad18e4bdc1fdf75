#include "sentry/kernel/cpu_quota.h"

#include <signal.h>

#include <algorithm>

#include "platform/answers.h"
#include "sentry/kernel/host_proc.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

constexpr int64_t kTick = 10'000'000;
constexpr int64_t kIdleTick = 100'000'000;
// What may be used at once after a time of rest.
constexpr int64_t kBurst = 50'000'000;

int HostPidOf(const ThreadGroup& group) {
  for (const Task* task : group.tasks) {
    if (task->has_thread()) return task->thread().host_pid();
  }
  return 0;
}

}  // namespace

CpuQuota::CpuQuota(Kernel& kernel, double cpus)
    : kernel_(kernel), timer_(kernel.timers(), [this] { Look(); }), cpus_(cpus) {
  last_look_ = MonotonicNow();
  if (cpus_ > 0) timer_.Arm(last_look_ + kTick);
}

int64_t CpuQuota::UsedSinceLast() {
  std::unordered_map<int, int64_t> now;
  int64_t used = 0;
  for (ThreadGroup* group : kernel_.pids().Groups()) {
    int pid = HostPidOf(*group);
    if (pid == 0) continue;
    int64_t total = std::max<int64_t>(0, HostProcessCpuNs(pid));
    auto before = seen_.find(pid);
    used += before == seen_.end() ? total : total - before->second;
    now[pid] = total;
  }
  seen_ = std::move(now);
  return used;
}

void CpuQuota::SetStopped(bool stopped) {
  stopped_ = stopped;
  auto* holder = dynamic_cast<platform::ProcessHolder*>(&kernel_.platform());
  for (ThreadGroup* group : kernel_.pids().Groups()) {
    const int pid = HostPidOf(*group);
    if (pid == 0) continue;
    if (holder != nullptr) {
      holder->Hold(pid, stopped);
    } else {
      ::kill(pid, stopped ? SIGSTOP : SIGCONT);
    }
  }
}

void CpuQuota::Look() {
  MonoTime now = MonotonicNow();
  int64_t used = UsedSinceLast();
  auto share = static_cast<int64_t>(cpus_ * static_cast<double>(now - last_look_));
  last_look_ = now;
  debt_ns_ = std::max(debt_ns_ + used - share, -kBurst);
  // Stopped again at every look: a process that came to be meanwhile is running.
  if (debt_ns_ > 0) {
    SetStopped(true);
  } else if (stopped_) {
    SetStopped(false);
  }
  timer_.Arm(now + (used == 0 && !stopped_ ? kIdleTick : kTick));
}

}  // namespace sentry
