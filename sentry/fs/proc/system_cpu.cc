// /proc: processors, load and time.
#include <algorithm>
#include <cstdlib>

#include "sentry/fs/kernfs/cpu_text.h"
#include "sentry/fs/proc/system_file.h"
#include "sentry/kernel/host_maps.h"
#include "sentry/kernel/task.h"
#include "sentry/time/clock.h"

namespace sentry {
namespace {

// "12" of "cpu12 ..." or "processor\t: 12".
int NumberIn(std::string_view text) {
  size_t digit = text.find_first_of("0123456789");
  return digit == text.npos ? -1 : std::atoi(std::string(text.substr(digit, 6)).c_str());
}

bool GuestHas(const CpuSet& cpus, int cpu) {
  return cpu >= 0 && cpu < static_cast<int>(CpuSet::kMax) && cpus.Has(static_cast<unsigned>(cpu));
}

struct TaskCounts {
  size_t running = 0, all = 0;
};

TaskCounts CountTasks(Kernel& kernel) {
  TaskCounts counts;
  for (const ThreadGroup* group : kernel.pids().Groups()) {
    for (const Task* task : group->tasks) {
      ++counts.all;
      bool waits = task->state() == Task::State::kBlocked || task->state() == Task::State::kStopped;
      if (!waits) ++counts.running;
    }
  }
  return counts;
}

std::string CpuColumns(Kernel& kernel, int first_width, int width) {
  std::string text(static_cast<size_t>(first_width), ' ');
  CpuSet cpus = GuestCpus(kernel);
  for (unsigned cpu = 0; cpu < CpuNumbers(cpus); ++cpu) {
    if (cpus.Has(cpu)) Append(text, "%-*s", width, ("CPU" + std::to_string(cpu)).c_str());
  }
  return text + "\n";
}

int64_t BootTime() {
  return ReadHostClock(abi::kClockBoottime).value_or(MonotonicNow().ns);
}

}  // namespace

// The host's, as far as the guest has the processors.
Result<std::string> CpuinfoText(Kernel& kernel) {
  CpuSet cpus = GuestCpus(kernel);
  std::string host = HostSystemFile(kernel, "cpuinfo");
  std::string text;
  for (std::string_view rest = host; !rest.empty();) {
    size_t end = rest.find("\n\n");
    std::string_view section = rest.substr(0, end == rest.npos ? end : end + 2);
    rest.remove_prefix(section.size());
    if (section.starts_with("processor") && !GuestHas(cpus, NumberIn(section))) continue;
    text += section;
  }
  return text;
}

// Time of the processors is the host's; tasks are the guest's.
Result<std::string> SystemStatText(Kernel& kernel) {
  CpuSet cpus = GuestCpus(kernel);
  std::string host = HostSystemFile(kernel, "stat");
  std::string text, rest_of_host;
  std::string_view switches = "ctxt 0", soft = "softirq 0 0 0 0 0 0 0 0 0 0 0";
  for (std::string_view rest = host; !rest.empty();) {
    std::string_view line = NextLine(rest);
    if (line.starts_with("cpu ") || (line.starts_with("cpu") && GuestHas(cpus, NumberIn(line)))) {
      text.append(line).append("\n");
    }
    if (line.starts_with("ctxt ")) switches = line;
    if (line.starts_with("softirq ")) soft = line;
  }
  int64_t booted = (RealtimeNowNs() - BootTime()) / kNanosPerSecond;
  text.append("intr 0\n").append(switches).append("\n");
  Append(text, "btime %lld\nprocesses %d\nprocs_running %zu\nprocs_blocked 0\n",
         static_cast<long long>(booted), kernel.pids().last(),
         std::max<size_t>(CountTasks(kernel).running, 1));
  return text.append(soft).append("\n");
}

// Averages are the machine's.
Result<std::string> LoadavgText(Kernel& kernel) {
  std::string host = HostSystemFile(kernel, "loadavg");
  std::string_view rest = host;
  std::string text;
  for (int i = 0; i < 3; ++i) {
    std::string_view average = NextWord(rest);
    text.append(average.empty() ? "0.00" : average).append(" ");
  }
  TaskCounts counts = CountTasks(kernel);
  Append(text, "%zu/%zu %d\n", std::max<size_t>(counts.running, 1), counts.all,
         kernel.pids().last());
  return text;
}

// The clock that start times of processes are counted on; idle time is the machine's.
Result<std::string> UptimeText(Kernel& kernel) {
  constexpr int64_t kHundredth = kNanosPerSecond / 100;
  int64_t up = BootTime() / kHundredth;
  std::string host = HostSystemFile(kernel, "uptime");
  std::string_view rest = host;
  NextWord(rest);
  std::string idle(NextWord(rest));
  return Format("%lld.%02lld %s\n", static_cast<long long>(up / 100),
                static_cast<long long>(up % 100), idle.empty() ? "0.00" : idle.c_str());
}

Result<std::string> InterruptsText(Kernel& kernel) {
  return CpuColumns(kernel, 11, 11) + "ERR:          0\nMIS:          0\n";
}

Result<std::string> SoftirqsText(Kernel& kernel) {
  static constexpr const char* kNames[] = {"HI",       "TIMER",   "NET_TX", "NET_RX",  "BLOCK",
                                           "IRQ_POLL", "TASKLET", "SCHED",  "HRTIMER", "RCU"};
  std::string text = CpuColumns(kernel, 20, 11);
  unsigned count = GuestCpus(kernel).Count();
  for (const char* name : kNames) {
    Append(text, "%12s:", name);
    for (unsigned i = 0; i < count; ++i) Append(text, " %10u", 0U);
    text += "\n";
  }
  return text;
}

Result<std::string> PressureText(Kernel&) {
  return std::string(
      "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
      "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
}

Result<std::string> PressureCpuText(Kernel& kernel) {
  std::string host = HostSystemFile(kernel, "pressure/cpu");
  if (host.empty()) return PressureText(kernel);
  return host;
}

}  // namespace sentry
