// The table of /sys, but for network devices.
#include "sentry/fs/sysfs/sys_tree.h"

#include <algorithm>

#include "sentry/fs/kernfs/cpu_text.h"
#include "sentry/kernel/cpu_set.h"

namespace sentry {
namespace {

struct Row {
  std::string_view path;
  uint32_t mode;
  const char* value = "";  // Without the line end; a link's target.
  std::string (*live)(Kernel&, uint32_t) = nullptr;
};

constexpr uint32_t kFile = abi::kSIfreg | 0444;
constexpr uint32_t kSetting = abi::kSIfreg | 0644;
constexpr uint32_t kEmpty = abi::kSIfdir | 0555;

constexpr Row kRows[] = {
    {"block", kEmpty},
    {"bus/cpu/devices", kEmpty},
    {"bus/pci/devices", kEmpty},
    {"bus/platform/devices", kEmpty},
    {"class/block", kEmpty},
    {"class/input", kEmpty},
    {"class/mem", kEmpty},
    {"class/misc", kEmpty},
    {"class/power_supply", kEmpty},
    {"class/thermal", kEmpty},
    {"class/tty", kEmpty},
    {"dev/block", kEmpty},
    {"dev/char", kEmpty},
    {"devices/system/clocksource/clocksource0/available_clocksource", kFile, "tsc"},
    {"devices/system/clocksource/clocksource0/current_clocksource", kFile, "tsc"},
    {"devices/system/cpu/cpu#/topology/core_cpus", kFile, "", SysCpuThreadMask},
    {"devices/system/cpu/cpu#/topology/core_cpus_list", kFile, "", SysCpuThreadList},
    {"devices/system/cpu/cpu#/topology/core_id", kFile, "", SysCpuCoreId},
    {"devices/system/cpu/cpu#/topology/core_siblings", kFile, "", SysCpuPackageMask},
    {"devices/system/cpu/cpu#/topology/core_siblings_list", kFile, "", SysCpuPackageList},
    {"devices/system/cpu/cpu#/topology/die_cpus", kFile, "", SysCpuPackageMask},
    {"devices/system/cpu/cpu#/topology/die_cpus_list", kFile, "", SysCpuPackageList},
    {"devices/system/cpu/cpu#/topology/die_id", kFile, "0"},
    {"devices/system/cpu/cpu#/topology/package_cpus", kFile, "", SysCpuPackageMask},
    {"devices/system/cpu/cpu#/topology/package_cpus_list", kFile, "", SysCpuPackageList},
    {"devices/system/cpu/cpu#/topology/physical_package_id", kFile, "", SysCpuPackageId},
    {"devices/system/cpu/cpu#/topology/thread_siblings", kFile, "", SysCpuThreadMask},
    {"devices/system/cpu/cpu#/topology/thread_siblings_list", kFile, "", SysCpuThreadList},
    {"devices/system/cpu/isolated", kFile, ""},
    {"devices/system/cpu/kernel_max", kFile, "1023"},
    {"devices/system/cpu/offline", kFile, ""},
    {"devices/system/cpu/online", kFile, "", SysCpuOnline},
    {"devices/system/cpu/possible", kFile, "", SysCpuPossible},
    {"devices/system/cpu/present", kFile, "", SysCpuPossible},
    {"devices/system/cpu/smt/active", kFile, "", SysCpuSmtActive},
    {"devices/system/cpu/smt/control", kFile, "notimplemented"},
    {"devices/system/node/has_cpu", kFile, "0"},
    {"devices/system/node/has_memory", kFile, "0"},
    {"devices/system/node/has_normal_memory", kFile, "0"},
    {"devices/system/node/node0/cpulist", kFile, "", SysCpuOnline},
    {"devices/system/node/node0/cpumap", kFile, "", SysNodeCpuMask},
    {"devices/system/node/node0/distance", kFile, "10"},
    {"devices/system/node/node0/hugepages", kEmpty},
    {"devices/system/node/node0/meminfo", kFile, "", SysNodeMeminfo},
    {"devices/system/node/node0/numastat", kFile,
     "numa_hit 0\nnuma_miss 0\nnuma_foreign 0\ninterleave_hit 0\nlocal_node 0\nother_node 0"},
    {"devices/system/node/online", kFile, "0"},
    {"devices/system/node/possible", kFile, "0"},
    {"firmware", kEmpty},
    {"fs/bpf", kEmpty},
    {"fs/cgroup", kEmpty},
    {"fs/fuse/connections", kEmpty},
    {"fs/pstore", kEmpty},
    {"kernel/address_bits", kFile, "64"},
    {"kernel/cgroup/delegate", kFile, "cgroup.procs\ncgroup.threads\ncgroup.subtree_control"},
    {"kernel/cgroup/features", kFile, "nsdelegate"},
    {"kernel/cpu_byteorder", kFile, "little"},
    {"kernel/debug", kEmpty},
    {"kernel/fscaps", kFile, "1"},
    {"kernel/iommu_groups", kEmpty},
    {"kernel/mm/hugepages", kEmpty},
    {"kernel/mm/ksm/run", kSetting, "0"},
    {"kernel/mm/transparent_hugepage/defrag", kSetting,
     "always defer defer+madvise [madvise] never"},
    {"kernel/mm/transparent_hugepage/enabled", kSetting, "always [madvise] never"},
    {"kernel/mm/transparent_hugepage/hpage_pmd_size", kFile, "2097152"},
    {"kernel/mm/transparent_hugepage/shmem_enabled", kSetting,
     "always within_size advise [never] deny force"},
    {"kernel/mm/transparent_hugepage/use_zero_page", kSetting, "1"},
    {"kernel/profiling", kSetting, "0"},
    {"kernel/security", kEmpty},
    {"kernel/tracing", kEmpty},
    {"kernel/uevent_seqnum", kFile, "1"},
    {"module", kEmpty},
    {"power", kEmpty},
};

constexpr bool Sorted() {
  for (size_t i = 1; i < std::size(kRows); ++i) {
    if (kRows[i].path <= kRows[i - 1].path) return false;
  }
  return true;
}
static_assert(Sorted());

}  // namespace

size_t SysTree::size() const {
  return std::size(kRows);
}
std::string_view SysTree::path(size_t node) const {
  return kRows[node].path;
}
uint32_t SysTree::mode(size_t node) const {
  return kRows[node].mode;
}
uint32_t SysTree::FamilySize(std::string_view) const {
  return CpuNumbers(GuestCpus(kernel_));  // The one family.
}

Result<std::string> SysTree::Text(OpContext&, size_t node, const TreeNumbers& numbers) {
  const Row& row = kRows[node];
  std::string text = row.live != nullptr ? row.live(kernel_, numbers[0]) : row.value;
  if ((row.mode & abi::kSIfmt) != abi::kSIflnk) text += '\n';
  return text;
}

// What a guest cannot set, because it is the host's.
Result<void> SysTree::Store(OpContext&, size_t, const TreeNumbers&, std::string_view) {
  return Errno(EPERM);
}

}  // namespace sentry
