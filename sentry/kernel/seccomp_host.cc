// Guest filters and the calls that the backend lets the host answer without the Sentry (futexes,
// madvise, sched_yield).  When every filter of a task lets them pass whatever their arguments are,
// nothing changes, and they stay as fast as they were; else the thread gets a host filter besides,
// by which they are reported like all others.  Host filters are inherited as the guest's are, and
// are as little to be taken off; only execve(2), which moves to a fresh host process, needs
// another.
#include "abi/linux/syscall_numbers.h"
#include "abi/linux/wait.h"
#include "platform/base/log.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/seccomp.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

bool MustRoute(const Task& task) {
  if (task.host_calls_routed) return false;
  if (task.user_dispatch.on) return true;
  if (task.seccomp_mode == abi::kSeccompModeDisabled) return false;
  if (task.seccomp_mode == abi::kSeccompModeStrict) return true;
  for (const int32_t number : {abi::kSysFutex, abi::kSysMadvise, abi::kSysSchedYield}) {
    if (!task.seccomp->AlwaysAllows(number)) return true;
  }
  return false;
}

// The program and what points to it, below the stack's red zone, where nothing of the guest's is.
Result<uint64_t> WriteProgram(Task& task, const std::vector<uint64_t>& program) {
  constexpr uint64_t kRedZone = 128;
  const uint64_t size = program.size() * sizeof(uint64_t);
  const uint64_t at = (task.registers().rsp - kRedZone - size) & ~uint64_t{15};
  const uint64_t head = at - sizeof(abi::SockFprog);
  const abi::SockFprog fprog{.len = static_cast<uint16_t>(program.size()), .pad = {}, .filter = at};
  TRY(task.CopyOutArray(UserPtr<uint64_t>(at), std::span<const uint64_t>(program)));
  TRY(task.CopyOut(UserPtr<abi::SockFprog>(head), fprog));
  return head;
}

// A task that could escape its filter must not go on.
void GiveUp(Task& task) {
  LOG_WARNING("task %d: the host takes no filter: killed", task.tid().value());
  task.ExitGroup(abi::WaitStatusSignaled(abi::kSigKill, false));
}

}  // namespace

void Task::RouteHostCallsThen(bool all_threads, base::UniqueFunction<void(Task&)> then) {
  if (!MustRoute(*this)) return then(*this);
  const std::vector<uint64_t> program = kernel_.platform().ReportingFilter();
  if (program.empty()) return then(*this);
  CaptureThen([all_threads, program, then = std::move(then)](Task& task) mutable {
    Result<uint64_t> at = WriteProgram(task, program);
    if (!at.ok()) return GiveUp(task);
    const uint64_t flags = all_threads ? abi::kSeccompFilterFlagTsync : 0;
    const platform::HostCall install{.number = abi::kSysSeccomp,
                                     .args = {abi::kSeccompSetModeFilter, flags, *at}};
    task.InjectThen(std::span(&install, 1),
                    [all_threads, then = std::move(then)](
                        Task& self, std::span<const int64_t> results) mutable {
                      if (results.empty() || results[0] != 0) return GiveUp(self);
                      self.host_calls_routed = true;
                      for (Task* other : self.group().tasks) {
                        if (all_threads) other->host_calls_routed = true;
                      }
                      then(self);
                    });
  });
}

}  // namespace sentry
