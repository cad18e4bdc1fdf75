// clone(2), clone3(2), fork(2), vfork(2): what parent and child share, and the child's first state
// (Linux: copy_process()).
#include "abi/linux/capability.h"
#include "abi/linux/poll.h"
#include "abi/linux/ptrace.h"
#include "abi/linux/sched.h"
#include "platform/answers.h"
#include "sentry/kernel/answers.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/process_timers.h"
#include "sentry/kernel/ptrace.h"
#include "sentry/kernel/seccomp.h"
#include "sentry/kernel/sysv_undo.h"
#include "sentry/kernel/task.h"
#include "sentry/kernel/task_builder.h"
#include "sentry/kernel/task_keys.h"
#include "sentry/kernel/task_state.h"

namespace sentry {
namespace {

constexpr uint64_t kNamespaces = abi::kCloneNewns | abi::kCloneNewcgroup | abi::kCloneNewuts |
                                 abi::kCloneNewipc | abi::kCloneNewpid | abi::kCloneNewnet |
                                 abi::kCloneNewtime;

Result<void> CheckFlags(const Task& task, uint64_t flags) {
  auto has = [flags](uint64_t all) { return (flags & all) == all; };
  if (has(abi::kCloneNewns | abi::kCloneFs) || has(abi::kCloneNewuser | abi::kCloneFs) ||
      (has(abi::kCloneThread) && !has(abi::kCloneSighand)) ||
      (has(abi::kCloneSighand) && !has(abi::kCloneVm)) ||
      has(abi::kCloneSighand | abi::kCloneClearSighand) ||
      (has(abi::kCloneThread) && (flags & (abi::kCloneNewuser | abi::kCloneNewpid)) != 0) ||
      (has(abi::kClonePidfd) && (flags & (abi::kCloneDetached | abi::kCloneThread)) != 0)) {
    return Errno(EINVAL);
  }
  // No namespaces of the guest's own: as in a kernel where unprivileged ones are turned off.
  if ((flags & abi::kCloneNewuser) != 0) return Errno(EPERM);
  if ((flags & kNamespaces) == 0) return {};
  return Errno(task.creds().HasCapability(abi::kCapSysAdmin) ? EINVAL : EPERM);
}

// RLIMIT_NPROC counts a user's tasks; root is exempt.
Result<void> CheckCount(const Task& task) {
  Kernel& kernel = task.kernel();
  constexpr uint64_t kDefaultLimit = 32768;
  uint64_t cap = kernel.options().process_limit;
  uint64_t count = kernel.pids().task_count();
  if (count >= (cap != 0 ? cap : kDefaultLimit)) return Errno(EAGAIN);
  uint64_t limit = task.group().limit(abi::kRlimitNproc);
  const Credentials& creds = task.creds();
  if (count < limit || creds.uid == 0 || creds.HasCapability(abi::kCapSysAdmin) ||
      creds.HasCapability(abi::kCapSysResource)) {
    return {};
  }
  uint64_t own = 0;
  for (const ThreadGroup* group : kernel.pids().Groups()) {
    for (const Task* other : group->tasks) own += other->creds().uid == creds.uid ? 1 : 0;
  }
  if (own >= limit) return Errno(EAGAIN);
  return {};
}

Result<Tid> ChooseTid(const Task& task, const std::vector<int32_t>& wanted) {
  PidTable& pids = task.kernel().pids();
  if (wanted.empty()) return pids.Allocate();
  if (wanted.size() > 1) return Errno(EINVAL);  // There is one pid namespace.
  if (!task.creds().HasCapability(abi::kCapCheckpointRestore) &&
      !task.creds().HasCapability(abi::kCapSysAdmin)) {
    return Errno(EPERM);
  }
  return pids.Reserve(Tid(wanted.front()));
}

Ref<SignalActions> ChildActions(const Task& task, uint64_t flags) {
  if ((flags & abi::kCloneSighand) != 0) return task.group().actions;
  Ref<SignalActions> actions = task.group().actions->Clone();
  if ((flags & abi::kCloneClearSighand) != 0) {
    for (abi::SigAction& action : actions->actions) {
      action = {.handler = action.handler == abi::kSigIgn ? abi::kSigIgn : abi::kSigDfl,
                .flags = 0,
                .restorer = 0,
                .mask = 0};
    }
  }
  return actions;
}

Ref<ThreadGroup> ChildGroup(Task& task, const Task::CloneArgs& args) {
  ThreadGroup& group = task.group();
  if ((args.flags & abi::kCloneThread) != 0) return task.group_ref();
  Ref<ThreadGroup> child = MakeRef<ThreadGroup>(task.kernel(), ChildActions(task, args.flags));
  const bool sibling = (args.flags & abi::kCloneParent) != 0;
  child->limits = group.limits;
  ApplyCpuLimit(*child);
  child->oom_score_adj = group.oom_score_adj;
  child->oom_score_adj_min = group.oom_score_adj_min;
  child->coredump_filter = group.coredump_filter;
  child->exit_signal = sibling ? group.exit_signal : args.exit_signal;
  child->parent_task = sibling ? group.parent_task : task.tid();
  child->installed_fds = group.installed_fds;  // The host process inherits its descriptors.
  return child;
}

// What a thread leaves to its child whether it shares or copies.
void Inherit(const Task& from, Task& child, uint64_t flags) {
  child.blocked = from.blocked;
  bool other_stack = (flags & (abi::kCloneVm | abi::kCloneVfork)) == abi::kCloneVm;
  if (!other_stack) child.altstack = from.altstack;
  child.seccomp = from.seccomp;
  child.seccomp_mode = from.seccomp_mode;
  child.host_calls_routed = from.host_calls_routed;
  if ((flags & abi::kCloneVm) == 0) child.rseq = from.rseq;  // rseq_fork()
  child.personality = from.personality;
  child.timer_slack_ns = from.timer_slack_ns;
  child.dumpable = from.dumpable;
  child.keep_capabilities = from.keep_capabilities;
  child.nice = from.nice;
  child.io_priority = from.io_priority;
  child.affinity = from.affinity;
  child.sched_policy = from.sched_policy;
  child.sched_priority = from.sched_priority;
  if ((child.sched_policy & abi::kSchedResetOnFork) != 0) {
    child.sched_policy = abi::kSchedNormal;
    child.sched_priority = 0;
    child.nice = child.nice < 0 ? 0 : child.nice;
  }
}

platform::CloneRequest HostRequest(const platform::Registers& regs, const Task::CloneArgs& args,
                                   Tid tid) {
  platform::CloneRequest request;
  request.share_memory = (args.flags & abi::kCloneVm) != 0;
  request.same_process = (args.flags & abi::kCloneThread) != 0;
  request.registers = regs;
  request.registers.rax = 0;
  if (args.stack != 0) request.registers.rsp = args.stack;
  if ((args.flags & abi::kCloneSettls) != 0) request.registers.fs_base = args.tls;
  if ((args.flags & abi::kCloneChildCleartid) != 0) {
    request.clear_tid_address = args.child_tid.value();
  }
  if ((args.flags & abi::kCloneChildSettid) != 0) {
    request.set_tid_address = args.child_tid.value();
    request.set_tid_value = static_cast<uint32_t>(tid.value());
  }
  return request;
}

// What clones without telling, for a thread of whose making nobody else needs to hear: most.
platform::QuickCloning* QuickCloner(Task& task, const Task& child) {
  if (&child.group() != &task.group() || task.tracer || child.tracer) return nullptr;
  if (task.kernel().observer != nullptr) return nullptr;
  return dynamic_cast<platform::QuickCloning*>(&task.thread());
}

}  // namespace

Result<uint64_t> Task::Clone(const CloneArgs& args) {
  TRY(CheckFlags(*this, args.flags));
  // A signal that was sent to the process group before must reach the child too, or none of both.
  if (NeedsBoundary()) return Errno(abi::kERestartNoIntr);
  TRY(CheckCount(*this));
  const Tid tid = TRY(ChooseTid(*this, args.set_tid));
  const uint64_t flags = args.flags;
  if ((flags & abi::kCloneVm) != 0) WithdrawAnswers(*this);

  TaskBuilder builder(kernel_);
  builder.creds = creds_;
  builder.fds = (flags & abi::kCloneFiles) != 0 ? fds_ : fds_->Clone();
  builder.fs = (flags & abi::kCloneFs) != 0 ? fs_ : fs_->Clone();
  builder.mm = (flags & abi::kCloneVm) != 0 ? mm_ : mm_->Clone(group_->pid.value());
  builder.mounts = mounts_;
  builder.comm = comm;
  const bool new_process = (flags & abi::kCloneThread) == 0;
  Ref<Task> child = builder.Build(ChildGroup(*this, args), tid);
  Inherit(*this, *child, flags);
  if (keys) child->keys = keys->ForChild((flags & abi::kCloneThread) != 0);
  if ((flags & abi::kCloneSysvsem) != 0) {
    if (!sysv_undo) sysv_undo = MakeRef<SysvUndo>();
    child->sysv_undo = sysv_undo;
  }
  if (new_process) {
    child->group().SetParent((flags & abi::kCloneParent) != 0 ? group_->parent : group_.get());
    child->group().SetProcessGroup(group_->process_group);
  }
  if ((flags & abi::kCloneParentSettid) != 0) {
    [[maybe_unused]] Result<void> told = CopyOut(args.parent_tid, tid.value());  // As Linux.
  }

  std::optional<FdNum> pidfd;
  if ((flags & abi::kClonePidfd) != 0) {
    Result<FdNum> made = args.install_pidfd(*this, child->group(), 0);
    Result<void> told = made.ok() ? CopyOut(args.pidfd, made->value()) : made.error();
    if (made.ok()) pidfd = *made;
    if (!told.ok()) return AbandonClone(*child, pidfd, told.error());
  }

  child->state_ = State::kRunning;
  child->captured_ = false;
  TraceChild(*child, args);
  cloning_vfork_ = (flags & abi::kCloneVfork) != 0;
  const platform::CloneRequest request = HostRequest(registers(), args, tid);
  platform::QuickCloning* quick = cloning_vfork_ ? nullptr : QuickCloner(*this, *child);
  if (quick != nullptr) registers().rax = EncodeResult(tid);
  Result<platform::Thread*> thread =
      quick != nullptr ? quick->CloneAndGoOn(request) : thread_->Clone(request);
  if (!thread.ok()) return AbandonClone(*child, pidfd, thread.error());
  child->thread_ = *thread;
  child->thread_->owner = child.get();
  if (child->tracer) child->thread_->Capture();
  cloning_child_ = std::move(child);
  if (quick != nullptr) {
    state_ = State::kRunning;
    in_call_ = false;
    if (NeedsBoundary()) thread_->Capture();
    return Errno(kErrnoNoReturn);
  }
  if (cloning_vfork_) cloning_child_->vfork_done_ = MakeRef<VforkDone>();
  state_ = State::kInjecting;
  return Errno(kErrnoNoReturn);
}

void Task::OnCloned(int error) {
  // A thread that runs on comes back only when there is no child.
  const bool came_back = state_ == State::kRunning && error != 0;
  if ((state_ != State::kInjecting && !came_back) || !cloning_child_) return;
  Serving serving(*this);
  state_ = State::kCalling;
  in_call_ = true;
  Ref<Task> child = std::move(cloning_child_);
  if (error != 0) {
    child->Abandon();
    return CompleteSyscall(Errno(error));
  }
  const uint64_t tid = EncodeResult(child->tid());
  // It may be over already, and then there is nothing to wait for.
  Ref<VforkDone> done = cloning_vfork_ ? child->vfork_done_ : Ref<VforkDone>();
  auto go_on = [done, tid](Task& task) {
    if (!done) return task.CompleteSyscall(tid);
    task.CompleteSyscall(task.WaitForVfork(done, tid));
  };
  const int event = std::exchange(cloning_event_, 0);
  if (event == 0) return go_on(*this);
  PtraceEventThen(event, tid, go_on);
}

// The child runs in our memory: only the end of this process ends the wait.
Result<uint64_t> Task::WaitForVfork(Ref<VforkDone> done, uint64_t tid) {
  WaitSpec wait;
  wait.queues.push_back({&done->queue, abi::kPollIn});
  wait.killable_only = true;
  return Retry(std::move(wait), false, [done, tid](Task& task) -> Result<uint64_t> {
    if (!done->done) return Errno(EAGAIN);
    if (!task.WantsPtraceEvent(abi::kPtraceEventVforkDone)) return tid;
    task.PtraceEventThen(abi::kPtraceEventVforkDone, tid,
                         [tid](Task& self) { self.CompleteSyscall(tid); });
    return Errno(kErrnoNoReturn);
  });
}

void Task::ReleaseVforkParent() {
  if (!vfork_done_) return;
  vfork_done_->done = true;
  vfork_done_->queue.Notify(abi::kPollIn);
  vfork_done_.reset();
}

Errno Task::AbandonClone(Task& child, std::optional<FdNum> pidfd, Errno error) {
  if (pidfd) {
    [[maybe_unused]] Result<Ref<FileDescription>> closed = fds_->Remove(*pidfd);
  }
  child.Abandon();
  return error;
}

// The host could not make it: it was never there.
void Task::Abandon() {
  if (tracer) {
    std::erase(tracer->tracer->tracees, this);
    tracer.reset();
  }
  thread_ = nullptr;
  Ref<ThreadGroup> group = group_;
  Die();
  ReleaseResources();
  if (group->leader != this) {
    kernel_.pids().RemoveTask(tid_);
    self_.reset();
    return;
  }
  group->Reap();
}

}  // namespace sentry
