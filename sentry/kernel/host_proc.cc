#include "sentry/kernel/host_proc.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "platform/base/fd.h"

namespace sentry {
namespace {

std::vector<std::string_view> Fields(std::string_view text) {
  std::vector<std::string_view> fields;
  while (!text.empty()) {
    size_t end = text.find_first_of(" \n");
    if (end != 0) fields.push_back(text.substr(0, end));
    if (end == text.npos) break;
    text.remove_prefix(end + 1);
  }
  return fields;
}

uint64_t Number(const std::vector<std::string_view>& fields, size_t index) {
  if (index >= fields.size()) return 0;
  return std::strtoull(std::string(fields[index]).c_str(), nullptr, 10);
}

// Ticks are 10 ms, so the exact sum is split in the proportion that they show.
void SplitTime(int64_t total_ns, const HostStat& stat, Usage& usage) {
  constexpr int64_t kTick = kNanosPerSecond / 100;
  const int64_t user = static_cast<int64_t>(stat.user_ticks) * kTick;
  const int64_t system = static_cast<int64_t>(stat.system_ticks) * kTick;
  if (total_ns < 0) total_ns = user + system;
  usage.user_ns = total_ns;
  if (user + system > 0) {
    usage.user_ns =
        static_cast<int64_t>(static_cast<double>(total_ns) *
                             (static_cast<double>(user) / static_cast<double>(user + system)));
  }
  usage.system_ns = total_ns - usage.user_ns;
}

Usage FromStat(const HostStat& stat, int64_t total_ns) {
  Usage usage;
  SplitTime(total_ns, stat, usage);
  usage.minor_faults = stat.minor_faults;
  usage.major_faults = stat.major_faults;
  usage.max_rss_kb = stat.resident_pages * 4;
  return usage;
}

}  // namespace

std::string ReadHostProc(int proc_fd, const std::string& path) {
  if (proc_fd < 0) return {};
  base::Fd file(::openat(proc_fd, path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return {};
  std::string text;
  std::array<char, 4096> chunk;
  for (;;) {
    ssize_t n = ::read(file.get(), chunk.data(), chunk.size());
    if (n <= 0) return text;
    text.append(chunk.data(), static_cast<size_t>(n));
  }
}

HostStat ParseHostStat(const std::string& text) {
  HostStat stat;
  // The name in parentheses may hold anything, so count from behind it.
  size_t name_end = text.rfind(')');
  if (name_end == text.npos) return stat;
  std::vector<std::string_view> fields = Fields(std::string_view(text).substr(name_end + 1));
  constexpr size_t kFirst = 3;  // The number of the field behind the name, as the manual counts.
  if (!fields.empty()) stat.state = fields[0][0];
  stat.minor_faults = Number(fields, 10 - kFirst);
  stat.major_faults = Number(fields, 12 - kFirst);
  stat.user_ticks = Number(fields, 14 - kFirst);
  stat.system_ticks = Number(fields, 15 - kFirst);
  stat.virtual_bytes = Number(fields, 23 - kFirst);
  stat.resident_pages = Number(fields, 24 - kFirst);
  stat.processor = static_cast<int>(Number(fields, 39 - kFirst));
  return stat;
}

int64_t HostProcessCpuNs(int host_pid) {
  constexpr unsigned kSchedClock = 2;  // CPUCLOCK_SCHED (clock_getcpuclockid(3)).
  clockid_t clock = static_cast<clockid_t>((~static_cast<unsigned>(host_pid) << 3) | kSchedClock);
  timespec time;
  if (::clock_gettime(clock, &time) != 0) return -1;
  return time.tv_sec * kNanosPerSecond + time.tv_nsec;
}

int64_t HostThreadCpuNs(int proc_fd, int host_pid, int host_tid) {
  std::string text = ReadHostProc(
      proc_fd, std::to_string(host_pid) + "/task/" + std::to_string(host_tid) + "/schedstat");
  if (text.empty()) return -1;
  return static_cast<int64_t>(std::strtoull(text.c_str(), nullptr, 10));
}

Usage HostProcessUsage(int proc_fd, int host_pid) {
  HostStat stat = ParseHostStat(ReadHostProc(proc_fd, std::to_string(host_pid) + "/stat"));
  int64_t total = HostProcessCpuNs(host_pid);
  return FromStat(stat, total);
}

Usage HostThreadUsage(int proc_fd, int host_pid, int host_tid) {
  std::string directory = std::to_string(host_pid) + "/task/" + std::to_string(host_tid);
  HostStat stat = ParseHostStat(ReadHostProc(proc_fd, directory + "/stat"));
  return FromStat(stat, HostThreadCpuNs(proc_fd, host_pid, host_tid));
}

}  // namespace sentry
