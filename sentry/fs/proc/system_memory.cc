// /proc: memory.  The machine's is the host's; with --memory it is as if there were no more.
#include <algorithm>
#include <cstdlib>

#include "sentry/fs/proc/system_file.h"
#include "sentry/kernel/host_maps.h"

namespace sentry {
namespace {

constexpr uint64_t kKb = 1024;

// What of the budget is taken: the rest is free.
struct Figures {
  uint64_t total, free, available, cached, buffers;  // kB
};

Figures HostFigures(std::string_view host) {
  return {HostMemoryFigure(host, "MemTotal"), HostMemoryFigure(host, "MemFree"),
          HostMemoryFigure(host, "MemAvailable"), HostMemoryFigure(host, "Cached"),
          HostMemoryFigure(host, "Buffers")};
}

Figures GuestFigures(Kernel& kernel, std::string_view host) {
  Figures figures = HostFigures(host);
  const MemoryBudget& budget = kernel.memory();
  if (budget.limit() == 0 || budget.limit() / kKb >= figures.total) return figures;
  figures.total = budget.limit() / kKb;
  figures.free = std::min(figures.available, budget.Available() / kKb);
  figures.available = figures.free;
  figures.cached = figures.buffers = 0;
  return figures;
}

void Line(std::string& text, const char* name, uint64_t kb) {
  Append(text, "%-16s%8llu kB\n", (std::string(name) + ":").c_str(),
         static_cast<unsigned long long>(kb));
}

}  // namespace

uint64_t HostMemoryFigure(std::string_view meminfo, std::string_view name) {
  while (!meminfo.empty()) {
    std::string_view line = NextLine(meminfo);
    if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ':') continue;
    return std::strtoull(std::string(line.substr(name.size() + 1)).c_str(), nullptr, 10);
  }
  return 0;
}

uint64_t TotalMemory(Kernel& kernel) {
  uint64_t total = HostMemoryFigure(HostSystemFile(kernel, "meminfo"), "MemTotal") * kKb;
  uint64_t limit = kernel.memory().limit();
  return limit != 0 ? std::min(limit, total) : total;
}

Result<std::string> MeminfoText(Kernel& kernel) {
  std::string host = HostSystemFile(kernel, "meminfo");
  Figures figures = GuestFigures(kernel, host);
  uint64_t used = figures.total - std::min(figures.total, figures.available);
  uint64_t active = figures.cached / 2;
  std::string text;
  Line(text, "MemTotal", figures.total);
  Line(text, "MemFree", figures.free);
  Line(text, "MemAvailable", figures.available);
  Line(text, "Buffers", figures.buffers);
  Line(text, "Cached", figures.cached);
  Line(text, "SwapCached", 0);
  Line(text, "Active", active);
  Line(text, "Inactive", used + figures.cached - active);
  Line(text, "Active(anon)", 0);
  Line(text, "Inactive(anon)", used);
  Line(text, "Active(file)", active);
  Line(text, "Inactive(file)", figures.cached - active);
  for (const char* name :
       {"Unevictable", "Mlocked", "SwapTotal", "SwapFree", "Dirty", "Writeback"}) {
    Line(text, name, 0);
  }
  Line(text, "AnonPages", used);
  Line(text, "Mapped", std::min(HostMemoryFigure(host, "Mapped"), figures.cached));
  for (const char* name :
       {"Shmem", "KReclaimable", "Slab", "SReclaimable", "SUnreclaim", "KernelStack", "PageTables",
        "SecPageTables", "NFS_Unstable", "Bounce", "WritebackTmp"}) {
    Line(text, name, 0);
  }
  Line(text, "CommitLimit", figures.total);
  Line(text, "Committed_AS", used);
  Line(text, "VmallocTotal", 34359738367);
  for (const char* name :
       {"VmallocUsed", "VmallocChunk", "Percpu", "HardwareCorrupted", "AnonHugePages",
        "ShmemHugePages", "ShmemPmdMapped", "FileHugePages", "FilePmdMapped"}) {
    Line(text, name, 0);
  }
  for (const char* name : {"Total", "Free", "Rsvd", "Surp"}) {
    Append(text, "%-16s%8u\n", (std::string("HugePages_") + name + ":").c_str(), 0U);
  }
  Line(text, "Hugepagesize", 2048);
  Line(text, "Hugetlb", 0);
  Line(text, "DirectMap4k", 0);
  Line(text, "DirectMap2M", figures.total / 2048 * 2048);
  Line(text, "DirectMap1G", 0);
  return text;
}

Result<std::string> VmstatText(Kernel& kernel) {
  std::string host = HostSystemFile(kernel, "meminfo");
  Figures figures = GuestFigures(kernel, host);
  std::string text;
  auto line = [&text](const char* name, uint64_t value) {
    Append(text, "%s %llu\n", name, static_cast<unsigned long long>(value));
  };
  line("nr_free_pages", figures.free / 4);
  line("nr_anon_pages", (figures.total - std::min(figures.total, figures.available)) / 4);
  line("nr_file_pages", (figures.cached + figures.buffers) / 4);
  for (const char* name :
       {"nr_mapped", "nr_dirty", "nr_writeback", "nr_shmem", "nr_unstable", "pgpgin", "pgpgout",
        "pswpin", "pswpout", "pgalloc_normal", "pgfree", "pgfault", "pgmajfault", "oom_kill"}) {
    line(name, 0);
  }
  return text;
}

Result<std::string> ZoneinfoText(Kernel& kernel) {
  Figures figures = GuestFigures(kernel, HostSystemFile(kernel, "meminfo"));
  auto pages = [](uint64_t kb) { return static_cast<unsigned long long>(kb / 4); };
  return Format(
      "Node 0, zone   Normal\n  pages free     %llu\n        boost    0\n        min      0\n"
      "        low      0\n        high     0\n        spanned  %llu\n        present  %llu\n"
      "        managed  %llu\n",
      pages(figures.free), pages(figures.total), pages(figures.total), pages(figures.total));
}

Result<std::string> BuddyinfoText(Kernel&) {
  std::string text = "Node 0, zone   Normal ";
  for (int order = 0; order <= 10; ++order) Append(text, "%6u ", 0U);
  return text + "\n";
}

}  // namespace sentry
