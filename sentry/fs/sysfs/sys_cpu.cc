// /sys/devices/system: processors as the host's /proc/cpuinfo tells of them, and one memory node.
#include <cstdlib>
#include <optional>

#include "sentry/fs/kernfs/cpu_text.h"
#include "sentry/fs/kernfs/text_file.h"
#include "sentry/fs/sysfs/sys_tree.h"
#include "sentry/kernel/cpu_set.h"
#include "sentry/kernel/host_proc.h"

namespace sentry {
namespace {

struct Place {
  int package = 0, core = 0;
  bool operator==(const Place&) const = default;
};

// The figure behind "name : " in one processor's paragraph.
std::optional<int> FigureOf(std::string_view paragraph, std::string_view name) {
  size_t at = paragraph.find(name);
  if (at == paragraph.npos) return std::nullopt;
  at = paragraph.find(':', at);
  if (at == paragraph.npos) return std::nullopt;
  return std::atoi(std::string(paragraph.substr(at + 1, 8)).c_str());
}

// Where the host says the processor is; each its own core when it does not.
Place PlaceOf(std::string_view cpuinfo, uint32_t cpu) {
  while (!cpuinfo.empty()) {
    const size_t end = cpuinfo.find("\n\n");
    std::string_view paragraph = cpuinfo.substr(0, end);
    cpuinfo = end == cpuinfo.npos ? std::string_view() : cpuinfo.substr(end + 2);
    if (FigureOf(paragraph, "processor") != static_cast<int>(cpu)) continue;
    return {FigureOf(paragraph, "physical id").value_or(0),
            FigureOf(paragraph, "core id").value_or(static_cast<int>(cpu))};
  }
  return {0, static_cast<int>(cpu)};
}

Place PlaceOf(Kernel& kernel, uint32_t cpu) {
  return PlaceOf(ReadHostProc(kernel.options().proc_fd, "cpuinfo"), cpu);
}

// The guest's processors in the same package, or in the same core.
CpuSet Beside(Kernel& kernel, uint32_t cpu, bool same_core) {
  const std::string cpuinfo = ReadHostProc(kernel.options().proc_fd, "cpuinfo");
  const Place place = PlaceOf(cpuinfo, cpu);
  const CpuSet all = GuestCpus(kernel);
  CpuSet beside;
  for (unsigned other = 0; other < CpuNumbers(all); ++other) {
    if (!all.Has(other)) continue;
    const Place there = PlaceOf(cpuinfo, other);
    if (there.package == place.package && (!same_core || there.core == place.core)) {
      beside.Add(other);
    }
  }
  return beside;
}

std::string Mask(Kernel& kernel, const CpuSet& set) {
  return CpuMaskText(set, GuestCpus(kernel));
}

}  // namespace

std::string SysCpuOnline(Kernel& kernel, uint32_t) {
  return CpuListText(GuestCpus(kernel));
}
std::string SysCpuPossible(Kernel& kernel, uint32_t) {
  const unsigned count = CpuNumbers(GuestCpus(kernel));
  return count <= 1 ? "0" : "0-" + std::to_string(count - 1);
}
std::string SysCpuCoreId(Kernel& kernel, uint32_t cpu) {
  return std::to_string(PlaceOf(kernel, cpu).core);
}
std::string SysCpuPackageId(Kernel& kernel, uint32_t cpu) {
  return std::to_string(PlaceOf(kernel, cpu).package);
}
std::string SysCpuThreadMask(Kernel& kernel, uint32_t cpu) {
  return Mask(kernel, Beside(kernel, cpu, true));
}
std::string SysCpuThreadList(Kernel& kernel, uint32_t cpu) {
  return CpuListText(Beside(kernel, cpu, true));
}
std::string SysCpuPackageMask(Kernel& kernel, uint32_t cpu) {
  return Mask(kernel, Beside(kernel, cpu, false));
}
std::string SysCpuPackageList(Kernel& kernel, uint32_t cpu) {
  return CpuListText(Beside(kernel, cpu, false));
}
std::string SysCpuSmtActive(Kernel& kernel, uint32_t) {
  return Beside(kernel, 0, true).Count() > 1 ? "1" : "0";
}
std::string SysNodeCpuMask(Kernel& kernel, uint32_t) {
  return Mask(kernel, GuestCpus(kernel));
}

// The lines of /proc/meminfo that a node has, with the node's name before each.
std::string SysNodeMeminfo(Kernel& kernel, uint32_t) {
  const std::string meminfo = ReadHostProc(kernel.options().proc_fd, "meminfo");
  auto figure = [&meminfo](const char* name) -> uint64_t {
    size_t at = meminfo.find(std::string("\n") + name + ":");
    if (meminfo.starts_with(name)) at = 0;
    if (at == meminfo.npos) return 0;
    return std::strtoull(meminfo.c_str() + meminfo.find(':', at) + 1, nullptr, 10);
  };
  uint64_t total = figure("MemTotal"), free = figure("MemFree");
  const MemoryBudget& budget = kernel.memory();
  constexpr uint64_t kKb = 1024;
  if (budget.limit() != 0 && budget.limit() / kKb < total) {
    total = budget.limit() / kKb;
    free = std::min(free, budget.Available() / kKb);
  }
  std::string text;
  auto line = [&text](const char* name, uint64_t kb) {
    Append(text, "Node 0 %-15s %8llu kB\n", name, static_cast<unsigned long long>(kb));
  };
  line("MemTotal:", total);
  line("MemFree:", free);
  line("MemUsed:", total - free);
  text.pop_back();
  return text;
}

}  // namespace sentry
