// ptrace(2): becoming a tracer, and requests that need no ptrace-stop.
#include "abi/linux/ptrace.h"

#include "abi/linux/capability.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace.h"
#include "sentry/kernel/ptrace_access.h"
#include "sentry/kernel/signals.h"
#include "sentry/syscalls/ptrace_calls.h"

namespace sentry {
namespace {

// The parent traces, by the thread that made the caller.  A parent that is not there any more
// traces nothing (ptrace_traceme()).
Result<void> Traceme(Task& task) {
  if (task.tracer) return Errno(EPERM);
  if (!MayBeTracedByParent(task)) return Errno(EPERM);
  Task* parent = task.kernel().pids().FindTask(task.group().parent_task);
  if (parent == nullptr || parent->dead()) return {};
  task.Trace(*parent, false, 0);
  return {};
}

Result<void> CheckAttach(Task& task, Task& target) {
  if (&task.group() == &target.group()) return Errno(EPERM);
  if (!MayAttach(task, target)) return Errno(EPERM);
  if (target.dead() || target.tracer) return Errno(EPERM);
  return {};
}

// One that stands in a group-stop already stops for its tracer right there.
void TrapIfStopped(Task& target) {
  if (!target.group().stopped) return;
  target.tracer->stop_signal = target.group().stop_signal;
  target.tracer->trap_stop = true;
  target.Interrupt();
}

Result<uint64_t> Attach(Task& task, Task& target) {
  TRY(CheckAttach(task, target));
  target.Trace(task, false, 0);
  TrapIfStopped(target);
  TRY(target.SendSignal(KernelSignal(abi::kSigStop)));
  return uint64_t{0};
}

Result<uint64_t> Seize(Task& task, Task& target, uint64_t addr, uint64_t options) {
  if (addr != 0 || (options & ~uint64_t{abi::kPtraceOMask}) != 0) return Errno(EIO);
  TRY(CheckPtraceOptions(task, options));
  TRY(CheckAttach(task, target));
  target.Trace(task, true, static_cast<uint32_t>(options));
  TrapIfStopped(target);
  return uint64_t{0};
}

Result<uint64_t> Interrupt(Task& tracee) {
  if (!tracee.tracer->seized) return Errno(EIO);
  tracee.tracer->trap_stop = true;
  tracee.Interrupt();
  return uint64_t{0};
}

Result<uint64_t> Kill(Task& tracee) {
  if (tracee.dead()) return uint64_t{0};
  [[maybe_unused]] Result<void> sent = tracee.SendSignal(KernelSignal(abi::kSigKill));
  return uint64_t{0};
}

}  // namespace

Result<uint64_t> SysPtrace(Task& task, int64_t request, int pid, uint64_t addr, uint64_t data) {
  if (request == abi::kPtraceTraceme) return EncodeResult(Traceme(task));
  Task* target = pid > 0 ? task.FindTask(pid) : nullptr;
  if (target == nullptr) return Errno(ESRCH);
  Ref<Task> keep(target);
  if (request == abi::kPtraceAttach) return Attach(task, *target);
  if (request == abi::kPtraceSeize) return Seize(task, *target, addr, data);
  if (!target->tracer || target->tracer->tracer != &task) return Errno(ESRCH);
  if (request == abi::kPtraceKill) return Kill(*target);
  if (request == abi::kPtraceInterrupt) return Interrupt(*target);
  if (!target->tracer->stop || target->tracer->listening) return Errno(ESRCH);
  return PtraceRequest(task, *target, request, addr, data);
}

}  // namespace sentry
