// The table of text files of a process, and the inode that a row becomes.
#include "sentry/fs/proc/process_file.h"

#include "sentry/fs/proc/process_pagemap.h"

namespace sentry {
namespace {

using Where = ProcessFile::Where;
constexpr FileAccess kMode = FileAccess::kMode;
constexpr FileAccess kMemory = FileAccess::kMemory;
constexpr FileAccess kRead = FileAccess::kRead;

constexpr ProcessFile kFiles[] = {
    {"auxv", 0400, kMemory, AuxvText},
    {"cgroup", 0444, kMode, CgroupText},
    {"children", 0444, kMode, ChildrenText, nullptr, Where::kThread},
    {"clear_refs", 0200, kMode, nullptr, StoreClearRefs, Where::kProcess},
    {"cmdline", 0444, kMode, CmdlineText},
    {"comm", 0644, kMode, CommText, StoreComm},
    {"coredump_filter", 0644, kMode, CoredumpFilterText, StoreCoredumpFilter, Where::kProcess},
    {"cpuset", 0444, kMode, CpusetText},
    {"environ", 0400, kMemory, EnvironText},
    {"gid_map", 0644, kMode, GidMapText, StoreGidMap},
    {"io", 0400, kRead, IoText},
    {"limits", 0444, kMode, LimitsText},
    {"loginuid", 0644, kMode, LoginuidText},
    {"maps", 0444, kMemory, MapsText},
    {"mountinfo", 0444, kMode, MountinfoText},
    {"mounts", 0444, kMode, MountsText},
    {"mountstats", 0400, kMode, MountstatsText, nullptr, Where::kProcess},
    {"oom_adj", 0644, kMode, OomAdjText, StoreOomAdj},
    {"oom_score", 0444, kMode, OomScoreText},
    {"oom_score_adj", 0644, kMode, OomScoreAdjText, StoreOomScoreAdj},
    {"personality", 0400, kRead, PersonalityText},
    {"projid_map", 0644, kMode, ProjectMapText, StoreProjectMap},
    {"sched", 0644, kMode, SchedText, StoreNothing},
    {"schedstat", 0444, kMode, SchedstatText},
    {"sessionid", 0444, kMode, SessionidText},
    {"setgroups", 0644, kMode, SetgroupsText, StoreSetgroups},
    {"smaps", 0444, kMemory, SmapsText},
    {"smaps_rollup", 0444, kMemory, SmapsRollupText},
    {"stack", 0400, kRead, StackText},
    {"stat", 0444, kMode, StatText},
    {"statm", 0444, kMode, StatmText},
    {"status", 0444, kMode, StatusText},
    {"syscall", 0400, kRead, SyscallText},
    {"timers", 0444, kMode, TimersText, nullptr, Where::kProcess},
    {"timerslack_ns", 0666, kMode, TimerslackText, StoreTimerslack, Where::kProcess},
    {"uid_map", 0644, kMode, UidMapText, StoreUidMap},
    {"wchan", 0444, kMode, WchanText},
};

}  // namespace

std::span<const ProcessFile> ProcessFiles() {
  return kFiles;
}

ProcessTextInode::ProcessTextInode(const Subject& about, size_t index)
    : SubjectInode(about, kInoFile, index, kFiles[index].permissions), file_(kFiles[index]) {}

Result<Ref<RefCounted>> ProcessTextInode::Bind(OpContext& ctx, uint32_t) {
  Task* task = TRY(subject.Require());
  if (file_.access != FileAccess::kMemory || task->dead()) return Ref<RefCounted>();
  TRY(CheckMayRead(ctx, *task));
  return Ref<RefCounted>(Ref<MemoryManager>(&task->mm()));
}

ProcessView ProcessTextInode::View(OpContext& ctx, Task& task, RefCounted* bound) const {
  bool alive = !task.dead() && task.has_thread();
  bool bound_to_memory = file_.access == FileAccess::kMemory;
  return ProcessView{.kernel = subject.kernel(),
                     .ctx = ctx,
                     .group = *subject.group,
                     .task = task,
                     .thread = subject.thread,
                     .has_memory = alive && (!bound_to_memory || &task.mm() == bound),
                     .numbers = *subject.fs->pid_ns};
}

Result<std::string> ProcessTextInode::Text(OpContext& ctx, RefCounted* bound) {
  if (file_.text == nullptr) return Errno(EINVAL);
  Task* task = TRY(subject.Require());
  if (file_.access == FileAccess::kRead) TRY(CheckMayRead(ctx, *task));
  return file_.text(View(ctx, *task, bound));
}

Result<void> ProcessTextInode::Store(OpContext& ctx, std::string_view text) {
  if (file_.store == nullptr) return Errno(EPERM);
  Task* task = TRY(subject.Require());
  return file_.store(View(ctx, *task, nullptr), text);
}

}  // namespace sentry
