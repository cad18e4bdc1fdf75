// Who traces whom (Linux: ptrace_link(), ptrace_unlink(), exit_ptrace()).
#include <algorithm>

#include "abi/linux/ptrace.h"
#include "abi/linux/sched.h"
#include "sentry/kernel/answers.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace.h"
#include "sentry/kernel/signals.h"

namespace sentry {

void Task::Trace(Task& by, bool seized, uint32_t options) {
  tracer = std::make_unique<GuestTracer>(by, seized, options);
  by.tracees.push_back(this);
  WithdrawAnswers(*this);
  RevokeOwn(*this);
}

void Task::Untrace(int signal) {
  std::erase(tracer->tracer->tracees, this);
  if (dead()) {
    if (!IsLeader() && tracer->zombie) return ReleaseTracedZombie();
    tracer.reset();
    return group_->Announce();
  }
  if (tracer->stop) {
    ResumeTracee(signal);
  } else if (has_thread() && state_ == State::kCaptured) {
    ClearForcedStep();
  }
  tracer.reset();
  if (group_->stopped) Interrupt();  // It parks with the others.
}

void Task::ReleaseTracedZombie() {
  Ref<Task> keep(this);
  Ref<ThreadGroup> group = group_;
  std::erase(tracer->tracer->tracees, this);
  const bool counted = tracer->zombie;
  tracer.reset();
  if (!IsLeader()) {
    kernel_.pids().RemoveTask(tid_);
    self_.reset();
  }
  if (counted) --group->traced_zombies;
  group->Announce();
}

void Task::LetTraceesGo() {
  std::vector<Ref<Task>> all;
  for (Task* tracee : tracees) all.emplace_back(tracee);
  for (const Ref<Task>& tracee : all) {
    if (!tracee->tracer || tracee->tracer->tracer != this) continue;
    const bool kill = (tracee->tracer->options & abi::kPtraceOExitkill) != 0;
    tracee->Untrace(0);
    if (!kill) continue;
    [[maybe_unused]] Result<void> sent = tracee->SendSignal(KernelSignal(abi::kSigKill));
  }
}

namespace {

int CloneEventOf(const Task::CloneArgs& args) {
  if ((args.flags & abi::kCloneVfork) != 0) return abi::kPtraceEventVfork;
  return args.exit_signal == abi::kSigChld ? abi::kPtraceEventFork : abi::kPtraceEventClone;
}

}  // namespace

// PTRACE_O_TRACE{FORK,VFORK,CLONE} and CLONE_PTRACE: the child is traced from its first
// instruction, by the same tracer.
void Task::TraceChild(Task& child, const CloneArgs& args) {
  cloning_event_ = 0;
  if (!tracer) return;
  if ((args.flags & abi::kCloneUntraced) == 0 && WantsPtraceEvent(CloneEventOf(args))) {
    cloning_event_ = CloneEventOf(args);
  }
  if (cloning_event_ == 0 && (args.flags & abi::kClonePtrace) == 0) return;
  child.Trace(*tracer->tracer, tracer->seized, tracer->options);
  child.call_ = call_;
  child.in_call_ = true;
  if (tracer->seized) {
    child.tracer->trap_stop = true;
    return;
  }
  abi::SigInfo stop{};
  stop.si_signo = abi::kSigStop;
  constexpr uint64_t kNoLimit = ~uint64_t{0};
  [[maybe_unused]] Result<bool> queued = child.pending.Enqueue(stop, kNoLimit);
}

}  // namespace sentry
