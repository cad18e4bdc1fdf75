// As do_wait() of Linux: a child tells its parent of its end and of job control, a tracee its
// tracer of every ptrace-stop and of its end; who is both tells once.
#include "sentry/kernel/wait.h"

#include "abi/linux/wait.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace.h"

namespace sentry {
namespace {

bool NamedBy(const WaitQuery& query, Tid tid, const ThreadGroup& group) {
  if (query.which == abi::kPPid) return tid == query.id;
  if (query.which == abi::kPPgid) return group.process_group->id == query.id;
  return true;
}

bool Fits(const Task& task, const ThreadGroup& child, const WaitQuery& query) {
  if (!NamedBy(query, child.pid, child)) return false;
  if ((query.options & abi::kWnothread) != 0 && child.parent_task != task.tid()) return false;
  if ((query.options & abi::kWall) != 0) return true;
  // "Clone children" are those that tell their end by another signal than SIGCHLD.
  const bool clone_child = child.exit_signal != abi::kSigChld;
  return clone_child == ((query.options & abi::kWclone) != 0);
}

bool IsTracedBy(const Task& tracee, const ThreadGroup& group) {
  return tracee.tracer && &tracee.tracer->tracer->group() == &group;
}

int EndCode(int status) {
  if (abi::WaitExited(status)) return abi::kCldExited;
  return (status & abi::kWaitCoreFlag) != 0 ? abi::kCldDumped : abi::kCldKilled;
}

// In the numbers of who waits.
WaitReport About(const Task& viewer, const Task& task, int code, int status) {
  return {.pid = Tid(viewer.NumberOf(task.tid())),
          .uid = ShownUid(viewer.creds().user_ns.get(), task.creds().uid),
          .code = code,
          .status = status,
          .usage = {}};
}

WaitReport About(const Task& viewer, const ThreadGroup& child, int code, int status) {
  WaitReport report = About(viewer, *child.leader, code, status);
  report.usage = child.TotalUsage();
  return report;
}

// Threads that ended, and whose tracer has not waited for them, hold back the whole (Linux:
// delay_group_leader()).
bool IsZombie(const ThreadGroup& child) {
  return child.zombie && child.traced_zombies == 0;
}

std::optional<WaitReport> TakeZombie(Task& task, ThreadGroup& child, uint32_t options) {
  if (!IsZombie(child) || (options & abi::kWexited) == 0) return std::nullopt;
  if (child.leader->tracer && !IsTracedBy(*child.leader, task.group())) return std::nullopt;
  WaitReport report = About(task, child, EndCode(child.exit_status), child.exit_status);
  report.usage += child.children_usage;
  if ((options & abi::kWnowait) != 0) return report;
  task.group().children_usage += report.usage;
  child.Reap();
  return report;
}

std::optional<WaitReport> TakeStop(const Task& task, ThreadGroup& child, uint32_t options) {
  if (!child.stop_complete || child.stop_reported || (options & abi::kWuntraced) == 0) {
    return std::nullopt;
  }
  WaitReport report =
      About(task, child, abi::kCldStopped, abi::WaitStatusStopped(child.stop_signal));
  if ((options & abi::kWnowait) == 0) child.stop_reported = true;
  return report;
}

std::optional<WaitReport> TakeContinue(const Task& task, ThreadGroup& child, uint32_t options) {
  if (!child.continue_unreported || (options & abi::kWcontinued) == 0) return std::nullopt;
  if ((options & abi::kWnowait) == 0) child.continue_unreported = false;
  return About(task, child, abi::kCldContinued, abi::kWaitContinued);
}

std::optional<WaitReport> TakePtraceStop(const Task& task, Task& tracee, uint32_t options) {
  GuestTracer& tracer = *tracee.tracer;
  if (!tracer.stop || tracer.listening || tracer.wait_code == 0) return std::nullopt;
  WaitReport report = About(task, tracee, abi::kCldTrapped, tracer.wait_code << 8 | 0x7f);
  if ((options & abi::kWnowait) == 0) tracer.wait_code = 0;
  return report;
}

// Of a process that is somebody else's child, its parent hears after its tracer.
std::optional<WaitReport> TakeTracedEnd(const Task& task, Task& tracee, uint32_t options) {
  if ((options & abi::kWexited) == 0) return std::nullopt;
  const bool over = tracee.IsLeader() ? IsZombie(tracee.group()) : tracee.tracer->zombie;
  if (!tracee.dead() || !over) return std::nullopt;
  const int status = tracee.IsLeader() ? tracee.group().exit_status : tracee.tracer->exit_status;
  WaitReport report = About(task, tracee, EndCode(status), status);
  if ((options & abi::kWnowait) == 0) tracee.ReleaseTracedZombie();
  return report;
}

std::optional<WaitReport> TakeFromTracees(Task& task, const WaitQuery& query, Task& owner,
                                          bool& any) {
  for (Task* tracee : owner.tracees) {
    if (!NamedBy(query, tracee->tid(), tracee->group())) continue;
    any = true;
    if (auto report = TakePtraceStop(task, *tracee, query.options)) return report;
    // A child that is a tracee too was looked at as a child.
    const bool own_child = tracee->IsLeader() && tracee->group().parent == &task.group();
    if (own_child) continue;
    if (auto report = TakeTracedEnd(task, *tracee, query.options)) return report;
  }
  return std::nullopt;
}

}  // namespace

Result<std::optional<WaitReport>> TryWait(Task& task, const WaitQuery& query) {
  bool any = false;
  for (ThreadGroup* child : task.group().children) {
    const bool traced = child->leader != nullptr && IsTracedBy(*child->leader, task.group());
    if (!Fits(task, *child, query) && !(traced && NamedBy(query, child->pid, *child))) continue;
    any = true;
    // A child that is reaped leaves the list, so that nothing follows a success.
    if (auto report = TakeZombie(task, *child, query.options)) return report;
    if (!traced) {
      if (auto report = TakeStop(task, *child, query.options)) return report;
    }
    if (auto report = TakeContinue(task, *child, query.options)) return report;
  }
  for (Task* owner : task.group().tasks) {
    if ((query.options & abi::kWnothread) != 0 && owner != &task) continue;
    if (auto report = TakeFromTracees(task, query, *owner, any)) return report;
  }
  if (!any) return Errno(ECHILD);
  return std::optional<WaitReport>();
}

}  // namespace sentry
