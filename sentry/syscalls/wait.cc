// wait4(2), waitid(2).
#include "abi/linux/wait.h"

#include <climits>

#include "abi/linux/poll.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/usage.h"
#include "sentry/kernel/wait.h"
#include "sentry/syscalls/pidfd.h"
#include "sentry/syscalls/process_calls.h"

namespace sentry {
namespace {

constexpr uint32_t kKinds = abi::kWnothread | abi::kWclone | abi::kWall;

// Waits until TryWait() has something; `tell` writes it to the guest and gives the call's result.
// With WNOHANG `nothing` is the answer.
template <typename Tell>
Result<uint64_t> WaitFor(Task& task, WaitQuery query, bool nonblocking, Tell tell) {
  WaitSpec wait;
  wait.queues.push_back({&task.group().child_events, abi::kPollIn});
  return task.Retry(std::move(wait), nonblocking, [query, tell](Task& self) -> Result<uint64_t> {
    std::optional<WaitReport> report = TRY(TryWait(self, query));
    if (!report && (query.options & abi::kWnohang) == 0) return Errno(EAGAIN);
    return tell(self, report);
  });
}

Result<void> TellUsage(Task& task, UserPtr<abi::Rusage> to, const WaitReport& report) {
  if (to.IsNull()) return {};
  return task.CopyOut(to, ToRusage(report.usage));
}

// The fields that Linux writes, and no more.
Result<void> TellSigInfo(Task& task, UserPtr<abi::SigInfo> to,
                         const std::optional<WaitReport>& report) {
  struct Written {
    int32_t signo, error, code, pad, pid;
    uint32_t uid;
    int32_t status;
  } written{};
  if (report) {
    written.signo = abi::kSigChld;
    written.code = report->code;
    written.pid = report->pid.value();
    written.uid = report->uid;
    const int status = report->status;
    written.status = abi::WaitExited(status)    ? abi::WaitExitCode(status)
                     : abi::WaitStopped(status) ? status >> 8  // With a PTRACE_EVENT_* above.
                                                : abi::WaitTermSignal(status);
    if (status == abi::kWaitContinued) written.status = abi::kSigCont;
  }
  return task.CopyOut(to.As<Written>(), written);
}

}  // namespace

Result<uint64_t> SysWait4(Task& task, int pid, UserPtr<int32_t> status, uint32_t options,
                          UserPtr<abi::Rusage> usage) {
  if ((options & ~(abi::kWnohang | abi::kWuntraced | abi::kWcontinued | kKinds)) != 0) {
    return Errno(EINVAL);
  }
  if (pid == INT_MIN) return Errno(ESRCH);
  WaitQuery query;
  query.options = options | abi::kWexited;
  if (pid == -1) {
    query.which = abi::kPAll;
  } else if (pid > 0) {
    query.which = abi::kPPid;
    query.id = task.GlobalOf(pid);
  } else {
    query.which = abi::kPPgid;
    query.id = pid == 0 ? task.group().process_group->id : task.GlobalOf(-pid);
  }
  return WaitFor(
      task, query, false,
      [status, usage](Task& self, const std::optional<WaitReport>& report) -> Result<uint64_t> {
        if (!report) return uint64_t{0};
        TRY(TellUsage(self, usage, *report));
        if (!status.IsNull()) TRY(self.CopyOut(status, report->status));
        return EncodeResult(report->pid);
      });
}

Result<uint64_t> SysWaitid(Task& task, int which, int id, UserPtr<abi::SigInfo> info,
                           uint32_t options, UserPtr<abi::Rusage> usage) {
  constexpr uint32_t kEvents = abi::kWexited | abi::kWstopped | abi::kWcontinued;
  if ((options & ~(abi::kWnohang | abi::kWnowait | kEvents | kKinds)) != 0) return Errno(EINVAL);
  if ((options & kEvents) == 0) return Errno(EINVAL);
  WaitQuery query{.which = which, .id = Tid(id), .options = options};
  bool nonblocking = false;  // PIDFD_NONBLOCK: EAGAIN instead of waiting.
  switch (which) {
    case abi::kPAll:
      break;
    case abi::kPPid:
      if (id <= 0) return Errno(EINVAL);
      query.id = task.GlobalOf(id);
      break;
    case abi::kPPgid:
      if (id < 0) return Errno(EINVAL);
      query.id = id == 0 ? task.group().process_group->id : task.GlobalOf(id);
      break;
    case abi::kPPidfd: {
      Ref<FileDescription> file = TRY(task.fds().Get(FdNum(id)));
      Ref<ThreadGroup> group = TRY(GroupOfPidfd(task, FdNum(id)));
      query.which = abi::kPPid;
      query.id = group->pid;
      nonblocking = file->NonBlocking();
      break;
    }
    default:
      return Errno(EINVAL);
  }
  return WaitFor(
      task, query, nonblocking,
      [info, usage](Task& self, const std::optional<WaitReport>& report) -> Result<uint64_t> {
        if (report) TRY(TellUsage(self, usage, *report));
        if (!info.IsNull()) TRY(TellSigInfo(self, info, report));
        return uint64_t{0};
      });
}

}  // namespace sentry
