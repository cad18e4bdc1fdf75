#include "sentry/kernel/wait.h"

#include "abi/linux/wait.h"
#include "sentry/kernel/kernel.h"

namespace sentry {
namespace {

bool Fits(const Task& task, const ThreadGroup& child, const WaitQuery& query) {
  if (query.which == abi::kPPid && child.pid != query.id) return false;
  if (query.which == abi::kPPgid && child.process_group->id != query.id) return false;
  if ((query.options & abi::kWnothread) != 0 && child.parent_task != task.tid()) return false;
  if ((query.options & abi::kWall) != 0) return true;
  // "Clone children" are those that tell their end by another signal than SIGCHLD.
  const bool clone_child = child.exit_signal != abi::kSigChld;
  return clone_child == ((query.options & abi::kWclone) != 0);
}

WaitReport About(const ThreadGroup& child, int code, int status) {
  return {.pid = child.pid,
          .uid = child.leader->creds().uid,
          .code = code,
          .status = status,
          .usage = {}};
}

std::optional<WaitReport> TakeZombie(Task& task, ThreadGroup& child, uint32_t options) {
  if (!child.zombie || (options & abi::kWexited) == 0) return std::nullopt;
  int code = abi::WaitExited(child.exit_status) ? abi::kCldExited : abi::kCldKilled;
  WaitReport report = About(child, code, child.exit_status);
  report.usage = child.TotalUsage();
  report.usage += child.children_usage;
  if ((options & abi::kWnowait) != 0) return report;
  task.group().children_usage += report.usage;
  child.Reap();
  return report;
}

std::optional<WaitReport> TakeStop(ThreadGroup& child, uint32_t options) {
  if (!child.stop_complete || child.stop_reported || (options & abi::kWuntraced) == 0) {
    return std::nullopt;
  }
  WaitReport report = About(child, abi::kCldStopped, abi::WaitStatusStopped(child.stop_signal));
  if ((options & abi::kWnowait) == 0) child.stop_reported = true;
  report.usage = child.TotalUsage();
  return report;
}

std::optional<WaitReport> TakeContinue(ThreadGroup& child, uint32_t options) {
  if (!child.continue_unreported || (options & abi::kWcontinued) == 0) return std::nullopt;
  if ((options & abi::kWnowait) == 0) child.continue_unreported = false;
  WaitReport report = About(child, abi::kCldContinued, abi::kWaitContinued);
  report.usage = child.TotalUsage();
  return report;
}

}  // namespace

Result<std::optional<WaitReport>> TryWait(Task& task, const WaitQuery& query) {
  bool any = false;
  for (ThreadGroup* child : task.group().children) {
    if (!Fits(task, *child, query)) continue;
    any = true;
    // A child that is reaped leaves the list, so that nothing follows a success.
    if (auto report = TakeZombie(task, *child, query.options)) return report;
    if (auto report = TakeStop(*child, query.options)) return report;
    if (auto report = TakeContinue(*child, query.options)) return report;
  }
  if (!any) return Errno(ECHILD);
  return std::optional<WaitReport>();
}

}  // namespace sentry
