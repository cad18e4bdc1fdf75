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

using Waited = Result<std::optional<WaitReport>>;  // With WNOHANG it may be nothing.

// Waits until TryWait() has something or fails; `tell` writes it to the guest and gives the call's
// result.
template <typename Tell>
Result<uint64_t> WaitFor(Task& task, WaitQuery query, bool nonblocking, Tell tell) {
  WaitSpec wait;
  wait.queues.push_back({&task.group().child_events, abi::kPollIn});
  return task.Retry(std::move(wait), nonblocking, [query, tell](Task& self) -> Result<uint64_t> {
    Waited waited = TryWait(self, query);
    if (waited.ok() && !*waited && (query.options & abi::kWnohang) == 0) return Errno(EAGAIN);
    return tell(self, std::move(waited));
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
  return WaitFor(task, query, false,
                 [status, usage](Task& self, Waited waited) -> Result<uint64_t> {
                   const std::optional<WaitReport> report = TRY(std::move(waited));
                   if (!report) return uint64_t{0};
                   TRY(TellUsage(self, usage, *report));
                   if (!status.IsNull()) TRY(self.CopyOut(status, report->status));
                   return EncodeResult(report->pid);
                 });
}

namespace {

struct WaitidQuery : WaitQuery {
  bool nonblocking = false;  // PIDFD_NONBLOCK: EAGAIN instead of waiting.
};

Result<WaitidQuery> QueryFor(Task& task, int which, int id, uint32_t options) {
  constexpr uint32_t kEvents = abi::kWexited | abi::kWstopped | abi::kWcontinued;
  if ((options & ~(abi::kWnohang | abi::kWnowait | kEvents | kKinds)) != 0) return Errno(EINVAL);
  if ((options & kEvents) == 0) return Errno(EINVAL);
  WaitidQuery query{{.which = which, .id = Tid(id), .options = options}};
  switch (which) {
    case abi::kPAll:
      return query;
    case abi::kPPid:
      if (id <= 0) return Errno(EINVAL);
      query.id = task.GlobalOf(id);
      return query;
    case abi::kPPgid:
      if (id < 0) return Errno(EINVAL);
      query.id = id == 0 ? task.group().process_group->id : task.GlobalOf(id);
      return query;
    case abi::kPPidfd: {
      if (id < 0) return Errno(EINVAL);
      Ref<FileDescription> file = TRY(task.fds().Get(FdNum(id)));
      Ref<ThreadGroup> group = TRY(GroupOfPidfd(task, FdNum(id)));
      query.which = abi::kPPid;
      query.id = group->pid;
      query.nonblocking = file->NonBlocking();
      return query;
    }
    default:
      return Errno(EINVAL);
  }
}

}  // namespace

// The siginfo is written whatever became of the call (kernel/exit.c), so that a bad pointer to it
// is EFAULT even when there is nobody to wait for.
Result<uint64_t> SysWaitid(Task& task, int which, int id, UserPtr<abi::SigInfo> info,
                           uint32_t options, UserPtr<abi::Rusage> usage) {
  auto tell = [info, usage](Task& self, Waited waited) -> Result<uint64_t> {
    const std::optional<WaitReport> report = waited.ok() ? *waited : std::nullopt;
    if (report) TRY(TellUsage(self, usage, *report));
    if (!info.IsNull()) TRY(TellSigInfo(self, info, report));
    if (!waited.ok()) return waited.error();
    return uint64_t{0};
  };
  Result<WaitidQuery> query = QueryFor(task, which, id, options);
  if (!query.ok()) return tell(task, query.error());
  return WaitFor(task, *query, query->nonblocking, tell);
}

}  // namespace sentry
