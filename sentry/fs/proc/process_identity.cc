// /proc/[pid]: who a process is: comm, cgroup, limits.
#include <array>

#include "sentry/fs/proc/host_figures.h"
#include "sentry/fs/proc/process_file.h"

namespace sentry {

Result<std::string> CommText(const ProcessView& view) {
  return view.task.comm + "\n";
}

// Threads of the same process may name each other.
Result<void> StoreComm(const ProcessView& view, std::string_view text) {
  constexpr size_t kMax = 15;
  if (view.ctx.task != nullptr && &view.ctx.task->group() != &view.group) return Errno(EINVAL);
  text = text.substr(0, text.find('\0'));
  if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  view.task.comm = text.substr(0, kMax);
  return {};
}

Result<std::string> PersonalityText(const ProcessView& view) {
  return Format("%08x\n", view.task.personality);
}

// No audit session was ever set.
Result<std::string> LoginuidText(const ProcessView&) {
  return std::string("4294967295");
}
Result<std::string> SessionidText(const ProcessView&) {
  return std::string("4294967295");
}

Result<std::string> CgroupText(const ProcessView&) {
  return std::string("0::/\n");
}
Result<std::string> CpusetText(const ProcessView&) {
  return std::string("/\n");
}

Result<std::string> LimitsText(const ProcessView& view) {
  struct Row {
    const char* name;
    const char* unit;
  };
  // In the order of RLIMIT_*.
  static constexpr std::array<Row, 16> kRows = {{{"Max cpu time", "seconds"},
                                                 {"Max file size", "bytes"},
                                                 {"Max data size", "bytes"},
                                                 {"Max stack size", "bytes"},
                                                 {"Max core file size", "bytes"},
                                                 {"Max resident set", "bytes"},
                                                 {"Max processes", "processes"},
                                                 {"Max open files", "files"},
                                                 {"Max locked memory", "bytes"},
                                                 {"Max address space", "bytes"},
                                                 {"Max file locks", "locks"},
                                                 {"Max pending signals", "signals"},
                                                 {"Max msgqueue size", "bytes"},
                                                 {"Max nice priority", ""},
                                                 {"Max realtime priority", ""},
                                                 {"Max realtime timeout", "us"}}};
  constexpr char kFormat[] = "%-25s %-20s %-20s %-10s\n";
  std::string text = Format(kFormat, "Limit", "Soft Limit", "Hard Limit", "Units");
  for (size_t i = 0; i < kRows.size(); ++i) {
    const abi::Rlimit& limit = view.group.limits[i];
    Append(text, kFormat, kRows[i].name, LimitNumber(limit.rlim_cur).c_str(),
           LimitNumber(limit.rlim_max).c_str(), kRows[i].unit);
  }
  return text;
}

}  // namespace sentry
