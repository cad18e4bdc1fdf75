// /proc/[pid]: what can be set by writing.
#include <algorithm>

#include "abi/linux/capability.h"
#include "sentry/fs/proc/host_figures.h"
#include "sentry/fs/proc/process_file.h"
#include "sentry/fs/proc/system_file.h"

namespace sentry {
namespace {

constexpr int kOomMax = 1000;  // OOM_SCORE_ADJ_MAX
constexpr int kOldOomMax = 15, kOldOomDisable = -17;

bool Capable(const ProcessView& view, int capability) {
  return view.ctx.creds.HasCapability(capability);
}

Result<void> SetOomScoreAdj(const ProcessView& view, int64_t value) {
  if (value < view.group.oom_score_adj_min && !Capable(view, abi::kCapSysResource)) {
    return Errno(EACCES);
  }
  view.group.oom_score_adj = static_cast<int16_t>(value);
  if (Capable(view, abi::kCapSysResource)) view.group.oom_score_adj_min = view.group.oom_score_adj;
  return {};
}

}  // namespace

// proc_oom_score() of Linux: the share of memory that it uses, on a scale that adj moves.
Result<std::string> OomScoreText(const ProcessView& view) {
  int64_t adj = view.group.oom_score_adj;
  if (adj == -kOomMax || !view.has_memory) return std::string("0\n");
  int64_t total = static_cast<int64_t>(TotalMemory(view.kernel) / 4096);
  int64_t resident = static_cast<int64_t>(HostStatOf(view).resident_pages);
  int64_t badness = resident + adj * (total / kOomMax);
  int64_t score = (kOomMax + badness * kOomMax / std::max<int64_t>(total, 1)) * 2 / 3;
  return std::to_string(std::max<int64_t>(score, 0)) + "\n";
}

Result<std::string> OomScoreAdjText(const ProcessView& view) {
  return std::to_string(view.group.oom_score_adj) + "\n";
}

Result<void> StoreOomScoreAdj(const ProcessView& view, std::string_view text) {
  int64_t value = TRY(ParseNumber(Trim(text)));
  if (value < -kOomMax || value > kOomMax) return Errno(EINVAL);
  return SetOomScoreAdj(view, value);
}

// The old scale, -17 to 15.
Result<std::string> OomAdjText(const ProcessView& view) {
  int adj = view.group.oom_score_adj;
  if (adj == kOomMax) return std::to_string(kOldOomMax) + "\n";
  return std::to_string(adj * -kOldOomDisable / kOomMax) + "\n";
}

Result<void> StoreOomAdj(const ProcessView& view, std::string_view text) {
  int64_t value = TRY(ParseNumber(Trim(text)));
  if ((value < -16 || value > kOldOomMax) && value != kOldOomDisable) return Errno(EINVAL);
  int64_t scaled = value == kOldOomMax ? kOomMax : value * kOomMax / -kOldOomDisable;
  return SetOomScoreAdj(view, scaled);
}

Result<std::string> CoredumpFilterText(const ProcessView& view) {
  if (!view.has_memory) return std::string();
  return Format("%08x\n", view.group.coredump_filter);
}

Result<void> StoreCoredumpFilter(const ProcessView& view, std::string_view text) {
  constexpr int64_t kBits = 0x1ff;  // MMF_DUMP_FILTER_MASK
  view.group.coredump_filter = static_cast<uint32_t>(TRY(ParseNumber(Trim(text))) & kBits);
  return {};
}

namespace {

Result<void> CheckTimerslack(const ProcessView& view) {
  if (&view.task == view.ctx.task || Capable(view, abi::kCapSysNice)) return {};
  return Errno(EPERM);
}

}  // namespace

Result<std::string> TimerslackText(const ProcessView& view) {
  TRY(CheckTimerslack(view));
  return std::to_string(view.task.timer_slack_ns) + "\n";
}

Result<void> StoreTimerslack(const ProcessView& view, std::string_view text) {
  TRY(CheckTimerslack(view));
  int64_t value = TRY(ParseNumber(Trim(text)));
  view.task.timer_slack_ns =
      value == 0 ? view.task.default_timer_slack_ns : static_cast<uint64_t>(value);
  return {};
}

// Accepted, and nothing follows from it that a program could see.
Result<void> StoreNothing(const ProcessView&, std::string_view) {
  return {};
}

}  // namespace sentry
