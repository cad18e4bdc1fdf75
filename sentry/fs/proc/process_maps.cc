// /proc/[pid]/maps and smaps: the host's, with the guest's names in place of the host's, and
// without what is the platform's.
#include <array>
#include <cstdlib>
#include <map>

#include "abi/linux/stat.h"
#include "sentry/fs/proc/host_figures.h"
#include "sentry/kernel/host_maps.h"
#include "sentry/kernel/opened_file.h"

namespace sentry {
namespace {

// The kernel's own pages in every process; they may lie among the platform's.
bool IsSystemArea(std::string_view name) {
  return name == "[vdso]" || name == "[vsyscall]" || name.starts_with("[vvar");
}

bool IsHidden(const ProcessView& view, const HostMapping& mapping) {
  return mapping.begin >= view.kernel.platform().GuestAddressLimit() && !IsSystemArea(mapping.name);
}

// What the guest is told of the file behind a mapping.
struct GuestFile {
  uint64_t device = 0, ino = 0;
  std::string name;
};

std::string NameOfFile(const ProcessView& view, const NamedFile& file) {
  Task* viewer = view.ctx.task != nullptr ? view.ctx.task : &view.task;
  const MountNamespace& mounts = *viewer->mounts();
  const std::optional<Path> path = static_cast<const OpenedFile&>(file).PathIn(mounts);
  return path ? PathName(*path, viewer->fs().root, mounts) : file.DisplayName();
}

GuestFile FileBehind(const ProcessView& view, const HostMapping& mapping) {
  GuestFile file;
  // Private memory: "[heap]", "[stack]", "[anon:...]" are the host's to tell.
  if (mapping.ino == 0) {
    if (mapping.name.starts_with('[')) file.name = mapping.name;
    return file;
  }
  uint64_t device = abi::MakeDev(mapping.major, mapping.minor);
  if (const NamedFile* known = view.task.mm().FileOf(device, mapping.ino)) {
    return {known->device(), known->inode_number(), NameOfFile(view, *known)};
  }
  // Shared memory without a file: as in Linux, where the host made it by itself.
  constexpr std::string_view kOwn[] = {"/dev/zero (deleted)", "/SYSV", "/memfd:"};
  file.device = abi::MakeDev(0, 1);
  file.ino = mapping.ino;
  for (std::string_view name : kOwn) {
    if (mapping.name.starts_with(name)) file.name = mapping.name;
  }
  return file;
}

void AppendMapping(std::string& text, const HostMapping& mapping, const GuestFile& file) {
  constexpr size_t kNameColumn = 73;  // seq_setwidth() in show_map_vma().
  std::string line = Format(
      "%08llx-%08llx %.4s %08llx %02x:%02x %llu ", static_cast<unsigned long long>(mapping.begin),
      static_cast<unsigned long long>(mapping.end), mapping.permissions.data(),
      static_cast<unsigned long long>(mapping.offset), abi::DevMajor(file.device),
      abi::DevMinor(file.device), static_cast<unsigned long long>(file.ino));
  if (!file.name.empty()) {
    if (line.size() < kNameColumn) line.append(kNameColumn - line.size(), ' ');
    for (char c : file.name) line += c == '\n' ? std::string("\\012") : std::string(1, c);
  }
  text += line + "\n";
}

// Mapping lines in the guest's terms; the lines of figures behind those that are shown.
std::string Translate(const ProcessView& view, std::string_view host) {
  std::string text;
  bool hidden = false;
  while (!host.empty()) {
    std::string_view line = NextLine(host);
    HostMapping mapping;
    if (ParseHostMapping(line, mapping)) {
      hidden = IsHidden(view, mapping);
      if (!hidden) AppendMapping(text, mapping, FileBehind(view, mapping));
    } else if (!hidden) {
      text.append(line).append("\n");
    }
  }
  return text;
}

// "Rss:   4 kB" -> "Rss", 4; false for lines of another form.
bool ParseFigure(std::string_view line, std::string_view& name, uint64_t& kb) {
  size_t colon = line.find(':');
  if (colon == line.npos || !line.ends_with(" kB")) return false;
  name = line.substr(0, colon);
  kb = std::strtoull(std::string(line.substr(colon + 1)).c_str(), nullptr, 10);
  return true;
}

// The figures that smaps_rollup sums up, in its order.
constexpr std::array<std::string_view, 20> kRollup = {"Rss",
                                                      "Pss",
                                                      "Pss_Dirty",
                                                      "Pss_Anon",
                                                      "Pss_File",
                                                      "Pss_Shmem",
                                                      "Shared_Clean",
                                                      "Shared_Dirty",
                                                      "Private_Clean",
                                                      "Private_Dirty",
                                                      "Referenced",
                                                      "Anonymous",
                                                      "LazyFree",
                                                      "AnonHugePages",
                                                      "ShmemPmdMapped",
                                                      "FilePmdMapped",
                                                      "Shared_Hugetlb",
                                                      "Private_Hugetlb",
                                                      "Swap",
                                                      "SwapPss"};

}  // namespace

Result<std::string> MapsText(const ProcessView& view) {
  return view.has_memory ? Translate(view, HostFile(view, "maps")) : std::string();
}

Result<std::string> SmapsText(const ProcessView& view) {
  return view.has_memory ? Translate(view, HostFile(view, "smaps")) : std::string();
}

// From smaps, so that what is hidden is not counted.  Pss_Anon and its like have no line there:
// they follow from the file behind each mapping.
Result<std::string> SmapsRollupText(const ProcessView& view) {
  if (!view.has_memory) return Errno(ESRCH);
  std::map<std::string_view, uint64_t> sums;
  uint64_t first = 0, last = 0;
  bool hidden = false, file = false;
  std::string host = HostFile(view, "smaps");
  for (std::string_view rest = host; !rest.empty();) {
    std::string_view line = NextLine(rest), name;
    HostMapping mapping;
    uint64_t kb = 0;
    if (ParseHostMapping(line, mapping)) {
      hidden = IsHidden(view, mapping);
      file = mapping.ino != 0;
      if (hidden) continue;
      if (first == 0) first = mapping.begin;
      last = mapping.end;
    } else if (!hidden && ParseFigure(line, name, kb)) {
      sums[name] += kb;
      if (name == "Pss") sums[file ? "Pss_File" : "Pss_Anon"] += kb;
    }
  }
  std::string text;
  HostMapping all{.begin = first, .end = last, .offset = 0, .permissions = "---p", .name = {}};
  AppendMapping(text, all, GuestFile{.device = 0, .ino = 0, .name = "[rollup]"});
  for (std::string_view name : kRollup) {
    Append(text, "%-16s%8llu kB\n", (std::string(name) + ":").c_str(),
           static_cast<unsigned long long>(sums[name]));
  }
  return text;
}

}  // namespace sentry
