// /proc/[pid]/stat, statm, io (proc_pid_stat(5)).
#include "abi/linux/sched.h"
#include "sentry/fs/proc/host_figures.h"
#include "sentry/kernel/answers.h"
#include "sentry/kernel/ptrace_access.h"
#include "sentry/kernel/usage.h"

namespace sentry {
namespace {

// PF_* of Linux.
constexpr uint32_t kPfExiting = 0x4, kPfForkNoExec = 0x40, kPfRandomize = 0x400000;

uint32_t FlagsOf(const ProcessView& view) {
  uint32_t flags = kPfRandomize;
  if (view.task.dead()) flags |= kPfExiting;
  if (!view.group.exec_done) flags |= kPfForkNoExec;
  return flags;
}

bool IsRealtime(const Task& task) {
  int policy = task.sched_policy & ~abi::kSchedResetOnFork;
  return policy == abi::kSchedFifo || policy == abi::kSchedRr;
}

// The numbers of one line, space between them.
class Line {
 public:
  Line& operator<<(uint64_t value) { return Add(std::to_string(value)); }
  Line& operator<<(int64_t value) { return Add(std::to_string(value)); }
  Line& operator<<(int value) { return Add(std::to_string(value)); }
  Line& operator<<(unsigned value) { return Add(std::to_string(value)); }
  Line& operator<<(char value) { return Add(std::string(1, value)); }
  Line& Add(std::string_view word) {
    if (!text_.empty()) text_ += ' ';
    text_ += word;
    return *this;
  }
  std::string Finish() { return std::move(text_) + "\n"; }

 private:
  std::string text_;
};

void AddIdentity(Line& line, const ProcessView& view) {
  ThreadGroup& group = view.group;
  const Ref<ControllingTerminal>& terminal = group.session().terminal;
  line << view.NumberOf(view.task.tid());
  line.Add("(" + view.task.comm + ")") << StateOf(view) << ParentPid(view);
  line << view.NumberOf(group.process_group->id) << view.NumberOf(group.session().id);
  line << (terminal ? static_cast<int>(terminal->device()) : 0);
  line << (terminal ? view.NumberOf(terminal->foreground()) : -1) << FlagsOf(view);
}

void AddTimes(Line& line, const ProcessView& view, const Usage& usage) {
  const Usage& children = view.group.children_usage;
  line << usage.minor_faults << children.minor_faults << usage.major_faults
       << children.major_faults;
  line << usage.user_ns / kTickNs << usage.system_ns / kTickNs;
  line << children.user_ns / kTickNs << children.system_ns / kTickNs;
}

void AddSchedule(Line& line, const ProcessView& view) {
  const Task& task = view.task;
  line << (IsRealtime(task) ? -1 - task.sched_priority : 20 + task.nice) << task.nice;
  line << static_cast<uint64_t>(view.group.tasks.size()) << 0;
  line << BootTimeNs(view.group.start_time) / kTickNs;
}

// Where a program's parts lie is for those who may look into it.
void AddMemory(Line& line, const ProcessView& view, const HostStat& host, bool permitted) {
  line << host.virtual_bytes << host.resident_pages << view.group.limit(abi::kRlimitRss);
  if (!view.has_memory) {
    line << 0 << 0 << 0;
  } else {
    const MemoryManager& mm = view.task.mm();
    line << (permitted ? mm.start_code : 1) << (permitted ? mm.end_code : 1);
    line << (permitted ? mm.start_stack : 0);
  }
  line << 0 << 0;  // kstkesp, kstkeip: only of a process that dumps core.
}

void AddSignals(Line& line, const ProcessView& view) {
  HandledSignals sets = HandledSignalsOf(view.group);
  constexpr uint64_t kShown = 0x7fffffff;
  FetchOwn(view.task);
  line << (view.task.pending.pending() & kShown) << (view.task.blocked & kShown);
  line << (sets.ignored & kShown) << (sets.caught & kShown);
}

void AddLandmarks(Line& line, const ProcessView& view, bool permitted) {
  if (permitted && view.has_memory) {
    const MemoryManager& mm = view.task.mm();
    line << mm.start_data << mm.end_data << mm.start_brk << mm.arg_start << mm.arg_end
         << mm.env_start << mm.env_end;
  } else {
    for (int i = 0; i < 7; ++i) line << 0;
  }
  line << (permitted ? view.group.exit_status : 0);
}

Usage UsageOf(const ProcessView& view) {
  return view.thread ? TaskUsage(view.task) : view.group.TotalUsage();
}

}  // namespace

Result<std::string> StatText(const ProcessView& view) {
  const Task& task = view.task;
  bool permitted = view.ctx.task == nullptr || MayRead(*view.ctx.task, task);
  HostStat host = HostStatOf(view);
  Line line;
  AddIdentity(line, view);
  AddTimes(line, view, UsageOf(view));
  AddSchedule(line, view);
  AddMemory(line, view, host, permitted);
  AddSignals(line, view);
  line << (permitted && StateOf(view) == 'S' ? 1 : 0) << 0 << 0;  // wchan, nswap, cnswap
  line << (task.IsLeader() ? view.group.exit_signal : -1) << host.processor;
  line << static_cast<unsigned>(IsRealtime(task) ? task.sched_priority : 0);
  line << (task.sched_policy & ~abi::kSchedResetOnFork) << 0 << 0 << 0;  // blkio, guest, cguest
  AddLandmarks(line, view, permitted);
  return line.Finish();
}

Result<std::string> StatmText(const ProcessView& view) {
  std::string host = view.has_memory ? HostFile(view, "statm") : std::string();
  return host.empty() ? std::string("0 0 0 0 0 0 0\n") : host;
}

// What goes through the Sentry is not counted by process.
Result<std::string> IoText(const ProcessView&) {
  return std::string(
      "rchar: 0\nwchar: 0\nsyscr: 0\nsyscw: 0\nread_bytes: 0\nwrite_bytes: 0\n"
      "cancelled_write_bytes: 0\n");
}

}  // namespace sentry
