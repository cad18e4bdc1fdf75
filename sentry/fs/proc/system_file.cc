// The table of files about the system, with the short ones; their directory tree.
#include "sentry/fs/proc/system_file.h"

#include "sentry/fs/proc/system_tree.h"
#include "sentry/kernel/host_proc.h"
#include "sentry/kernel/version.h"

namespace sentry {
namespace {

template <const char* kText>
Result<std::string> Fixed(Kernel&) {
  return std::string(kText);
}

constexpr char kEmpty[] = "";
constexpr char kCgroups[] =
    "#subsys_name\thierarchy\tnum_cgroups\tenabled\n"
    "cpu\t0\t1\t1\nmemory\t0\t1\t1\npids\t0\t1\t1\n";
constexpr char kCmdline[] = "quiet\n";
constexpr char kConsoles[] = "tty0                 -WU (EC p  )    4:1\n";
constexpr char kDevices[] =
    "Character devices:\n  1 mem\n  5 /dev/tty\n  5 /dev/console\n  5 /dev/ptmx\n 10 misc\n"
    "136 pts\n\nBlock devices:\n";
constexpr char kMisc[] = "229 fuse\n200 tun\n";
constexpr char kPartitions[] = "major minor  #blocks  name\n\n";
constexpr char kSwaps[] = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
constexpr char kExecdomains[] = "0-0\tLinux           \t[kernel]\n";

Result<std::string> VersionText(Kernel&) {
  return Format("%s version %s (sentry@sentry) (g++) %s\n", kSystemName, kKernelRelease,
                kKernelVersion);
}

// Those that are only ever internal, and what mount(2) takes.
Result<std::string> FilesystemsText(Kernel& kernel) {
  std::string text = "nodev\tsockfs\nnodev\tpipefs\n";
  for (const std::string& name : kernel.filesystem_types.Names()) text += "nodev\t" + name + "\n";
  return text;
}

Result<void> Ignore(Kernel&, std::string_view) {
  return {};
}

constexpr SystemFile kFiles[] = {
    {"buddyinfo", 0400, BuddyinfoText},
    {"cgroups", 0444, Fixed<kCgroups>},
    {"cmdline", 0444, Fixed<kCmdline>},
    {"consoles", 0444, Fixed<kConsoles>},
    {"cpuinfo", 0444, CpuinfoText},
    {"devices", 0444, Fixed<kDevices>},
    {"diskstats", 0444, Fixed<kEmpty>},
    {"execdomains", 0444, Fixed<kExecdomains>},
    {"filesystems", 0444, FilesystemsText},
    {"interrupts", 0444, InterruptsText},
    {"kallsyms", 0444, Fixed<kEmpty>},
    {"key-users", 0444, KeyUsersText},
    {"keys", 0444, KeysText},
    {"loadavg", 0444, LoadavgText},
    {"locks", 0444, Fixed<kEmpty>},
    {"meminfo", 0444, MeminfoText},
    {"misc", 0444, Fixed<kMisc>},
    {"modules", 0444, Fixed<kEmpty>},
    {"partitions", 0444, Fixed<kPartitions>},
    {"pressure/cpu", 0444, PressureCpuText},
    {"pressure/io", 0444, PressureText},
    {"pressure/memory", 0444, PressureText},
    {"softirqs", 0444, SoftirqsText},
    {"stat", 0444, SystemStatText},
    {"swaps", 0444, Fixed<kSwaps>},
    {"sysrq-trigger", 0200, nullptr, Ignore},
    {"sysvipc/msg", 0444, SysvMessagesText},
    {"sysvipc/sem", 0444, SysvSemaphoresText},
    {"sysvipc/shm", 0444, SysvSharedMemoryText},
    {"uptime", 0444, UptimeText},
    {"version", 0444, VersionText},
    {"vmstat", 0444, VmstatText},
    {"zoneinfo", 0400, ZoneinfoText},
};

}  // namespace

std::span<const SystemFile> SystemFiles() {
  return kFiles;
}

std::string HostSystemFile(Kernel& kernel, const char* name) {
  return ReadHostProc(kernel.options().proc_fd, name);
}

size_t SystemTree::size() const {
  return std::size(kFiles);
}
std::string_view SystemTree::path(size_t node) const {
  return kFiles[node].name;
}
uint32_t SystemTree::mode(size_t node) const {
  return abi::kSIfreg | kFiles[node].permissions;
}
Result<std::string> SystemTree::Text(OpContext&, size_t node, const TreeNumbers&) {
  if (kFiles[node].text == nullptr) return Errno(EIO);
  return kFiles[node].text(kernel_);
}
Result<void> SystemTree::Store(OpContext&, size_t node, const TreeNumbers&, std::string_view text) {
  if (kFiles[node].store == nullptr) return Errno(EIO);
  return kFiles[node].store(kernel_, text);
}

}  // namespace sentry
