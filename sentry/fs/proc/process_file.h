// Text files of /proc/[pid] and /proc/[pid]/task/[tid]: one row of a table each.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sentry/fs/kernfs/text_file.h"
#include "sentry/fs/proc/subject.h"

namespace sentry {

// What a row's functions get.
struct ProcessView {
  Kernel& kernel;
  OpContext& ctx;
  ThreadGroup& group;
  Task& task;                   // Maybe dead.
  bool thread;                  // The figures of the thread, not of the process.
  bool has_memory;              // The task lives, and in the address space that was opened.
  const PidNamespace& numbers;  // In whose numbers others are told.

  int NumberOf(Tid global) const { return numbers.NumberOf(global); }
};

// Who may look.
enum class FileAccess {
  kMode,    // Who the permission bits let.
  kMemory,  // Who may look into the process, when it is opened; bound to the address space of then.
  kRead,    // Who may look into the process, when it is read.
};

struct ProcessFile {
  std::string_view name;
  uint32_t permissions;
  FileAccess access;
  Result<std::string> (*text)(const ProcessView&);
  Result<void> (*store)(const ProcessView&, std::string_view) = nullptr;
  enum class Where { kBoth, kProcess, kThread } where = Where::kBoth;
};

std::span<const ProcessFile> ProcessFiles();  // In the order of listings.

class ProcessTextInode final : public SubjectInode<TextInode> {
 public:
  ProcessTextInode(const Subject& about, size_t index);
  Result<Ref<RefCounted>> Bind(OpContext& ctx, uint32_t flags) override;
  Result<std::string> Text(OpContext& ctx, RefCounted* bound) override;
  Result<void> Store(OpContext& ctx, std::string_view text) override;

 private:
  ProcessView View(OpContext& ctx, Task& task, RefCounted* bound) const;

  const ProcessFile& file_;
};

// --- the functions, by theme ---
// process_identity.cc
Result<std::string> CommText(const ProcessView& view);
Result<void> StoreComm(const ProcessView& view, std::string_view text);
Result<std::string> PersonalityText(const ProcessView& view);
Result<std::string> LoginuidText(const ProcessView& view);
Result<std::string> SessionidText(const ProcessView& view);
Result<std::string> CgroupText(const ProcessView& view);
Result<std::string> CpusetText(const ProcessView& view);
Result<std::string> LimitsText(const ProcessView& view);
// process_id_maps.cc
Result<std::string> UidMapText(const ProcessView& view);
Result<std::string> GidMapText(const ProcessView& view);
Result<std::string> ProjectMapText(const ProcessView& view);
Result<void> StoreUidMap(const ProcessView& view, std::string_view text);
Result<void> StoreGidMap(const ProcessView& view, std::string_view text);
Result<void> StoreProjectMap(const ProcessView& view, std::string_view text);
Result<std::string> SetgroupsText(const ProcessView& view);
Result<void> StoreSetgroups(const ProcessView& view, std::string_view text);
// process_settings.cc
Result<std::string> OomScoreText(const ProcessView& view);
Result<std::string> OomAdjText(const ProcessView& view);
Result<void> StoreOomAdj(const ProcessView& view, std::string_view text);
Result<std::string> OomScoreAdjText(const ProcessView& view);
Result<void> StoreOomScoreAdj(const ProcessView& view, std::string_view text);
Result<std::string> CoredumpFilterText(const ProcessView& view);
Result<void> StoreCoredumpFilter(const ProcessView& view, std::string_view text);
Result<std::string> TimerslackText(const ProcessView& view);
Result<void> StoreTimerslack(const ProcessView& view, std::string_view text);
Result<void> StoreNothing(const ProcessView& view, std::string_view text);
// process_memory.cc
Result<std::string> CmdlineText(const ProcessView& view);
Result<std::string> EnvironText(const ProcessView& view);
Result<std::string> AuxvText(const ProcessView& view);
// process_maps.cc
Result<std::string> MapsText(const ProcessView& view);
Result<std::string> SmapsText(const ProcessView& view);
Result<std::string> SmapsRollupText(const ProcessView& view);
// process_stat.cc
Result<std::string> StatText(const ProcessView& view);
Result<std::string> StatmText(const ProcessView& view);
Result<std::string> IoText(const ProcessView& view);
// process_sched.cc
Result<std::string> SchedText(const ProcessView& view);
Result<std::string> SchedstatText(const ProcessView& view);
Result<std::string> WchanText(const ProcessView& view);
Result<std::string> SyscallText(const ProcessView& view);
Result<std::string> StackText(const ProcessView& view);
Result<std::string> ChildrenText(const ProcessView& view);
Result<std::string> TimersText(const ProcessView& view);
// process_status.cc
Result<std::string> StatusText(const ProcessView& view);
// process_mounts.cc
Result<std::string> MountsText(const ProcessView& view);
Result<std::string> MountinfoText(const ProcessView& view);
Result<std::string> MountstatsText(const ProcessView& view);

}  // namespace sentry
