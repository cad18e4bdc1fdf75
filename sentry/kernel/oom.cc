#include "sentry/kernel/oom.h"

#include <algorithm>
#include <cstdlib>

#include "abi/linux/mman.h"
#include "platform/base/log.h"
#include "sentry/kernel/host_proc.h"
#include "sentry/kernel/signals.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

constexpr int64_t kShortest = 10'000'000, kLongest = 200'000'000;

int HostPidOf(const ThreadGroup& group) {
  for (const Task* task : group.tasks) {
    if (task->has_thread()) return task->thread().host_pid();
  }
  return 0;
}

// statm: resident pages less those of files and shared memory, which tmpfs has charged already
// (proc_pid_statm(5)).  Pages that fork left shared count once for each process here.
uint64_t PrivateBytes(int proc_fd, int host_pid) {
  std::string text = ReadHostProc(proc_fd, std::to_string(host_pid) + "/statm");
  char* at = nullptr;
  std::strtoull(text.c_str(), &at, 10);
  uint64_t resident = std::strtoull(at, &at, 10);
  uint64_t shared = std::strtoull(at, &at, 10);
  return resident > shared ? (resident - shared) * abi::kPageSize : 0;
}

// The same exactly, each shared page divided among those that share it; slow, the host walks all
// pages.
uint64_t ProportionalBytes(int proc_fd, int host_pid) {
  std::string text = ReadHostProc(proc_fd, std::to_string(host_pid) + "/smaps_rollup");
  constexpr std::string_view kField = "Pss_Anon:";  // Linux 5.10
  size_t at = text.find(kField);
  if (at == text.npos) return PrivateBytes(proc_fd, host_pid);
  return std::strtoull(text.c_str() + at + kField.size(), nullptr, 10) * 1024;
}

uint64_t SumOf(Kernel& kernel, uint64_t (*bytes_of)(int proc_fd, int host_pid)) {
  uint64_t sum = 0;
  for (ThreadGroup* group : kernel.pids().Groups()) {
    if (int pid = HostPidOf(*group)) sum += bytes_of(kernel.options().proc_fd, pid);
  }
  return sum;
}

// Linux's oom_badness(): what the death sets free, moved by oom_score_adj in thousandths of the
// limit.
int64_t Badness(Kernel& kernel, const ThreadGroup& group, int host_pid) {
  constexpr int16_t kNever = -1000;
  if (group.oom_score_adj == kNever) return INT64_MIN;
  auto bytes = static_cast<int64_t>(PrivateBytes(kernel.options().proc_fd, host_pid));
  return bytes + group.oom_score_adj * static_cast<int64_t>(kernel.memory().limit() / 1000);
}

bool KillOne(Kernel& kernel) {
  ThreadGroup* worst = nullptr;
  int64_t most = INT64_MIN;
  for (ThreadGroup* group : kernel.pids().Groups()) {
    int pid = HostPidOf(*group);
    if (pid == 0 || group->exiting) continue;
    int64_t badness = Badness(kernel, *group, pid);
    if (badness > most) most = badness, worst = group;
  }
  if (worst == nullptr) return false;
  LOG_WARNING("memory: the limit of %lu bytes is passed: killed process %d (%s)",
              kernel.memory().limit(), worst->pid.value(), worst->leader->comm.c_str());
  Ref<ThreadGroup> keep(worst);
  [[maybe_unused]] Result<void> sent = worst->SendSignal(KernelSignal(abi::kSigKill));
  return true;
}

}  // namespace

void SampleMemory(Kernel& kernel) {
  MemoryBudget& budget = kernel.memory();
  if (budget.limit() == 0 || kernel.options().proc_fd < 0) return;
  budget.SetProcessBytes(SumOf(kernel, PrivateBytes));
  if (budget.used() > budget.limit()) budget.SetProcessBytes(SumOf(kernel, ProportionalBytes));
}

uint64_t HostBreak(Kernel& kernel, int host_pid) {
  std::string maps = ReadHostProc(kernel.options().proc_fd, std::to_string(host_pid) + "/maps");
  size_t heap = maps.find("[heap]");
  if (heap == maps.npos) return 0;
  size_t line = maps.rfind('\n', heap);
  line = line == maps.npos ? 0 : line + 1;
  size_t dash = maps.find('-', line);
  return std::strtoull(maps.c_str() + dash + 1, nullptr, 16);
}

MemoryWatch::MemoryWatch(Kernel& kernel)
    : kernel_(kernel), timer_(kernel.timers(), [this] { Look(); }), interval_ns_(kShortest) {
  if (kernel.memory().limit() != 0) timer_.Arm(MonotonicNow() + interval_ns_);
}

void MemoryWatch::Look() {
  MonoTime start = MonotonicNow();
  SampleMemory(kernel_);
  const MemoryBudget& budget = kernel_.memory();
  if (budget.used() > budget.limit() && KillOne(kernel_)) ++killed_;
  MonoTime end = MonotonicNow();
  // It may cost one tenth of the time at most, as long as the host is not busy with others.
  constexpr int64_t kShare = 10;
  bool quiet = budget.used() <= last_used_ && budget.used() < budget.limit() / 4 * 3;
  interval_ns_ = quiet ? std::min(2 * interval_ns_, kLongest) : kShortest;
  interval_ns_ = std::clamp(kShare * (end.ns - start.ns), interval_ns_, kLongest);
  last_used_ = budget.used();
  timer_.Arm(end + interval_ns_);
}

}  // namespace sentry
