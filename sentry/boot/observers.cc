#include "sentry/boot/observers.h"

#include <algorithm>

#include "sentry/kernel/task.h"
#include "sentry/strace/format.h"
#include "sentry/syscalls/table.h"

namespace sentry {
namespace {

class TaskReader final : public MemoryReader {
 public:
  explicit TaskReader(Task& task) : task_(task) {}
  base::Result<size_t> Read(uint64_t addr, std::span<std::byte> to) override {
    return task_.ReadSome(addr, to);
  }

 private:
  Task& task_;
};

}  // namespace

StraceObserver::StraceObserver(const Config& config, std::FILE* out) : out_(out) {
  for (const SyscallEntry& entry : SyscallTable()) {
    const auto& names = config.strace_names;
    if (std::find(names.begin(), names.end(), entry.name) != names.end())
      wanted_.insert(entry.number);
  }
}

void StraceObserver::Line(Task& task, const std::string& text) {
  seen_.insert(task.tid().value());
  if (seen_.size() > 1) std::fprintf(out_, "[pid %5d] ", task.tid().value());
  std::fprintf(out_, "%s\n", text.c_str());
  std::fflush(out_);
}

void StraceObserver::OnEnter(Task& task) {
  if (!Wanted(task.call().number)) return;
  TaskReader memory(task);
  std::span<const uint64_t, 6> args(task.call().args);
  entries_[task.tid().value()] = FormatEntry(static_cast<int>(task.call().number), args, memory);
}

void StraceObserver::OnExit(Task& task, int64_t result) {
  auto entry = entries_.find(task.tid().value());
  if (entry == entries_.end()) return;
  TaskReader memory(task);
  std::span<const uint64_t, 6> args(task.call().args);
  Line(task,
       entry->second + FormatReturn(static_cast<int>(task.call().number), args, result, memory));
  entries_.erase(task.tid().value());
}

void StraceObserver::OnSignal(Task& task, const abi::SigInfo& info) {
  Line(task, FormatSignal(info));
}

void StraceObserver::OnTaskEnd(Task& task, int wait_status) {
  auto entry = entries_.find(task.tid().value());
  if (entry != entries_.end()) {
    Line(task, entry->second + ") = ?");
    entries_.erase(entry);
  }
  Line(task, FormatEnd(wait_status));
}

void StatsObserver::OnEnter(Task& task) {
  started_[task.tid().value()] = MonotonicNow();
}

void StatsObserver::OnExit(Task& task, int64_t result) {
  auto started = started_.find(task.tid().value());
  if (started == started_.end()) return;
  Row& row = rows_[task.call().number];
  ++row.count;
  if (result < 0 && result > -4096) ++row.errors;
  row.ns += MonotonicNow() - started->second;
  started_.erase(started);
}

// The call that it ended in, exit(2) for one, has no other end.
void StatsObserver::OnTaskEnd(Task& task, int) {
  OnExit(task, 0);
}

void StatsObserver::Print(std::FILE* out) const {
  std::vector<std::pair<int64_t, Row>> sorted(rows_.begin(), rows_.end());
  std::sort(sorted.begin(), sorted.end(),
            [](const auto& a, const auto& b) { return a.second.ns > b.second.ns; });
  std::fprintf(out, "%-20s %10s %8s %12s %10s\n", "call", "count", "errors", "total us", "mean ns");
  for (const auto& [number, row] : sorted) {
    std::fprintf(out, "%-20s %10lu %8lu %12ld %10ld\n",
                 SyscallName(static_cast<int>(number)).c_str(), row.count, row.errors,
                 row.ns / 1000, row.ns / static_cast<int64_t>(row.count));
  }
}

}  // namespace sentry
