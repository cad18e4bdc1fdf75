// execve(2): a fresh stub is mapped and written while the caller's old one still waits in its call;
// then the task moves over and the old host process is killed with everything in it.
#include <sys/uio.h>

#include <algorithm>
#include <utility>

#include "abi/linux/ptrace.h"
#include "sentry/kernel/close.h"
#include "sentry/kernel/futex.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace.h"
#include "sentry/kernel/signals.h"
#include "sentry/kernel/task.h"
#include "sentry/kernel/task_keys.h"
#include "sentry/kernel/task_state.h"

namespace sentry {
namespace {

bool AllSucceeded(std::span<const int64_t> results, size_t expected) {
  return results.size() == expected &&
         std::all_of(results.begin(), results.end(), [](int64_t r) { return r >= 0 || r < -4095; });
}

// In one host call: segments' zeroed tails, the arguments, the vector of auxiliary values.
bool WriteAll(platform::Thread& thread, const std::vector<MemoryWrite>& writes) {
  std::vector<iovec> to, from;
  size_t size = 0;
  for (const MemoryWrite& write : writes) {
    if (write.bytes.empty()) continue;
    to.push_back({reinterpret_cast<void*>(write.address), write.bytes.size()});
    from.push_back({const_cast<std::byte*>(write.bytes.data()), write.bytes.size()});
    size += write.bytes.size();
  }
  if (size == 0) return true;
  Result<size_t> written = thread.WriteMemoryV(to, from);
  return written.ok() && *written == size;
}

// Caught signals go back to their default, ignored ones stay ignored (execve(2)).
Ref<SignalActions> ActionsAfterExec(const SignalActions& before) {
  Ref<SignalActions> after = MakeRef<SignalActions>();
  for (size_t i = 1; i < before.actions.size(); ++i) {
    if (before.actions[i].handler == abi::kSigIgn) after->actions[i].handler = abi::kSigIgn;
  }
  return after;
}

}  // namespace

Result<void> Task::BeginExec(ExecPlan plan) {
  if (dead()) return Errno(ESRCH);  // Since it waited for the host, to read the program.
  platform::Thread* fresh = TRY(kernel_.platform().NewProcess());
  fresh->owner = this;
  exec_ = std::make_unique<ExecRecord>(ExecRecord{.plan = std::move(plan), .thread = fresh});
  state_ = State::kInjecting;
  Result<void> started = fresh->Inject(exec_->plan.calls);
  if (started.ok()) return started;
  exec_.reset();
  state_ = State::kCalling;
  Disown(fresh)->KillProcess();
  return started;
}

void Task::ExecWrite() {
  ExecRecord& exec = *exec_;
  std::span<const int64_t> results = exec.thread->InjectedResults();
  if (!AllSucceeded(results, exec.plan.calls.size())) {
    int64_t error = results.empty() ? -ENOMEM : results.back();
    return ExecFailed(error < 0 && error > -4096 ? static_cast<int>(-error) : ENOMEM);
  }
  exec.plan.held.clear();
  if (!WriteAll(*exec.thread, exec.plan.writes)) return ExecFailed(EFAULT);
  exec.mapped = true;
  Result<void> started = exec.thread->Inject(std::span(&exec.plan.set_mm_map, 1));
  if (!started.ok()) ExecFailed(started.error().value());
}

void Task::ExecFailed(int error) {
  std::unique_ptr<ExecRecord> exec = std::move(exec_);
  Disown(exec->thread)->KillProcess();
  state_ = State::kCalling;
  if (thread_ == nullptr)
    return ExitGroup(abi::kSigKill);  // The sandbox's first program has nothing to go back to.
  CompleteSyscall(Errno(error));
}

void Task::ExecFinish() {
  std::unique_ptr<ExecRecord> exec = std::move(exec_);
  const Tid old_tid = tid_;
  LeaveOldImage();
  thread_ = exec->thread;
  if (mm_ && mm_->HasOneRef()) mm_->attached.Clear(group_->pid.value());
  mm_ = std::move(exec->plan.mm);
  creds_ = std::move(exec->plan.creds);
  comm = std::move(exec->plan.comm);
  dumpable = exec->plan.dumpable;
  captured_ = true;
  const bool by_call = std::exchange(in_call_, false);  // Not so for the sandbox's first program.
  interrupted_by_ = 0;
  platform::Registers& regs = registers();
  regs.rip = exec->plan.entry;
  regs.rsp = exec->plan.stack_pointer;
  state_ = State::kCaptured;
  ApplyHostLimits();
  if (by_call && kernel_.observer != nullptr) kernel_.observer->OnExit(*this, 0);
  if (seccomp_mode == 0) return FinishExecStops(old_tid);
  host_calls_routed = false;
  state_ = State::kCalling;
  RouteHostCallsThen(false, [old_tid](Task& task) {
    task.state_ = State::kCaptured;
    task.FinishExecStops(old_tid);
  });
}

// A tracer learns of the new program by an event, or else by a SIGTRAP unless it has seized.
void Task::FinishExecStops(Tid old_tid) {
  if (!tracer) return Boundary();
  in_call_ = true;
  call_.ip = registers().rip;
  if (!tracer->seized && !WantsPtraceEvent(abi::kPtraceEventExec)) {
    [[maybe_unused]] Result<void> sent = SendSignal(UserSignal(*this, abi::kSigTrap));
  }
  PtraceEventThen(abi::kPtraceEventExec, EncodeResult(old_tid), [](Task& task) {
    if (task.tracer && task.tracer->StopsAtExit()) return task.LeaveTraced(0);
    task.Boundary();
  });
}

// What a process loses at execve: its other threads, its memory, caught signals, marked
// descriptors.
void Task::LeaveOldImage() {
  if (thread_ != nullptr) {
    EndOtherTasks();
    ReleaseVforkParent();
    Disown(thread_)->KillProcess();
  }
  group_->installed_fds.clear();
  group_->actions = ActionsAfterExec(*group_->actions);
  group_->exec_done = true;
  if (fds_->RefCount() > 1) fds_ = fds_->Clone();  // unshare_files()
  for (const int fd : fds_->Numbers()) {
    OpContext ctx = context();
    if (Result<Ref<FileDescription>> file = fds_->Get(FdNum(fd)); file.ok()) (*file)->OnExec(ctx);
  }
  for (Ref<FileDescription>& file : fds_->TakeCloexec()) CloseFile(*this, std::move(file));
  altstack = {};
  altstack.ss_flags = abi::kSsDisable;
  clear_child_tid = robust_list = robust_list_size = 0;
  rseq = {};
  keep_capabilities = false;
  user_dispatch = {};
  if (keys) keys = keys->AfterExec();
}

}  // namespace sentry
