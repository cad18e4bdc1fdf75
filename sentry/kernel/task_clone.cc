// clone(2), clone3(2), fork(2), vfork(2): what parent and child share, and the child's first state
// (Linux: copy_process()).
#include "abi/linux/capability.h"
#include "abi/linux/poll.h"
#include "abi/linux/ptrace.h"
#include "abi/linux/sched.h"
#include "platform/answers.h"
#include "sentry/kernel/answers.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/namespaces.h"
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
  // The init of a namespace has no siblings: nobody would wait for them.
  if (has(abi::kCloneParent) && task.group().pid_ns->reaper == &task.group()) return Errno(EINVAL);
  // Threads and who shares signal handlers are in one pid namespace.
  const bool apart = task.namespaces().pid_for_children != task.group().pid_ns;
  if (has(abi::kCloneThread) && apart) return Errno(EINVAL);
  if (has(abi::kCloneNewipc | abi::kCloneSysvsem)) return Errno(EINVAL);  // copy_namespaces()
  return {};
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

Result<Tid> ChooseTid(const Task& task, PidNamespace& ns, const std::vector<int32_t>& wanted) {
  PidTable& pids = task.kernel().pids();
  const size_t inside = static_cast<size_t>(ns.level);
  if (wanted.size() > inside + 1) return Errno(EINVAL);
  const PidNamespace* at = &ns;
  for (size_t i = 0; i < wanted.size(); ++i, at = at->parent.get()) {
    if (wanted[i] < 1 || wanted[i] >= PidTable::kPidMax) return Errno(EINVAL);
    if (wanted[i] != 1 && at->reaper == nullptr) return Errno(EINVAL);
    if (!task.creds().HasCapabilityIn(at->owner.get(), abi::kCapCheckpointRestore) &&
        !task.creds().HasCapabilityIn(at->owner.get(), abi::kCapSysAdmin)) {
      return Errno(EPERM);
    }
  }
  const Tid tid =
      wanted.size() > inside ? TRY(pids.Reserve(Tid(wanted.back()))) : TRY(pids.Allocate());
  TRY(pids.GiveNumbers(tid, Ref<PidNamespace>(&ns), wanted));
  return tid;
}

// What a child with namespaces of its own gets.
struct Surroundings {
  Ref<Credentials> creds;
  Ref<NamespaceSet> namespaces;
  Ref<MountNamespace> mounts;
  Ref<FsContext> fs;
};

Result<Surroundings> MakeSurroundings(const Task& task, uint64_t flags) {
  Surroundings made{task.creds_ref(), task.namespaces_ref(), task.mounts(), nullptr};
  if ((flags & abi::kCloneNewuser) != 0) {
    Ref<UserNamespace> ns = TRY(NewUserNamespace(task));
    made.creds = task.creds().Clone();
    EnterUserNamespace(*made.creds, std::move(ns));
  }
  if ((flags & kNewNamespaces) == 0) return made;
  if (!made.creds->HasOwnCapability(abi::kCapSysAdmin)) return Errno(EPERM);
  made.namespaces = TRY(NewNamespaces(task.namespaces(), flags, task, made.creds->user_ns));
  if ((flags & abi::kCloneNewns) != 0) {
    made.fs = task.fs().Clone();
    made.mounts = task.mounts()->Copy({&made.fs->root, &made.fs->cwd}, made.creds->user_ns);
  }
  return made;
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
  child.timer_slack_ns = child.default_timer_slack_ns = from.timer_slack_ns;
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
                                   int tid) {
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
    request.set_tid_value = static_cast<uint32_t>(tid);
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
  const uint64_t flags = args.flags;
  Surroundings around = TRY(MakeSurroundings(*this, flags));
  PidNamespace& pid_ns = *around.namespaces->pid_for_children;
  if (pid_ns.dead) return Errno(ENOMEM);  // Its init has gone.
  const Tid tid = TRY(ChooseTid(*this, pid_ns, args.set_tid));
  // Both look the same.
  const bool new_tls = (flags & abi::kCloneThread) != 0 && (flags & abi::kCloneSettls) != 0;
  if ((flags & abi::kCloneVm) != 0 && !new_tls) WithdrawAnswers(*this);

  TaskBuilder builder(kernel_);
  builder.creds = std::move(around.creds);
  builder.fds = (flags & abi::kCloneFiles) != 0 ? fds_ : fds_->Clone();
  builder.fs = around.fs ? around.fs : (flags & abi::kCloneFs) != 0 ? fs_ : fs_->Clone();
  builder.mm = (flags & abi::kCloneVm) != 0 ? mm_ : mm_->Clone(group_->pid.value());
  builder.mounts = std::move(around.mounts);
  builder.namespaces = around.namespaces;
  builder.comm = comm;
  const bool new_process = (flags & abi::kCloneThread) == 0;
  Ref<Task> child = builder.Build(ChildGroup(*this, args), tid);
  Inherit(*this, *child, flags);
  if (new_process && (flags & abi::kCloneVm) != 0 && (flags & abi::kCloneChildCleartid) != 0) {
    child->clear_child_tid = args.child_tid.value();
  }
  if (keys) child->keys = keys->ForChild((flags & abi::kCloneThread) != 0);
  if ((flags & abi::kCloneSysvsem) != 0) {
    if (!sysv_undo) sysv_undo = MakeRef<SysvUndo>();
    child->sysv_undo = sysv_undo;
  }
  if (new_process) {
    child->group().pid_ns = Ref<PidNamespace>(&pid_ns);
    if (pid_ns.reaper == nullptr) pid_ns.reaper = &child->group();
    child->group().SetParent((flags & abi::kCloneParent) != 0 ? group_->parent : group_.get());
    child->group().SetProcessGroup(group_->process_group);
  }
  if ((flags & abi::kCloneParentSettid) != 0) {
    [[maybe_unused]] Result<void> told = CopyOut(args.parent_tid, NumberOf(tid));  // As Linux.
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
  const int own_number = child->NumberOf(tid);  // As the child sees itself.
  const platform::CloneRequest request = HostRequest(registers(), args, own_number);
  platform::QuickCloning* quick = cloning_vfork_ ? nullptr : QuickCloner(*this, *child);
  if (quick != nullptr) registers().rax = EncodeResult(NumberOf(tid));
  SettleOwn(*this);  // It may go on at once.
  Result<platform::Thread*> thread =
      quick != nullptr ? quick->CloneAndGoOn(request) : thread_->Clone(request);
  if (!thread.ok()) return AbandonClone(*child, pidfd, thread.error());
  child->thread_ = *thread;
  child->thread_->owner = child.get();
  if ((flags & abi::kCloneThread) != 0 && (flags & abi::kCloneSettls) != 0) {
    InheritLending(*this, *child);
  }
  if (child->tracer) child->thread_->Capture();
  cloning_child_ = std::move(child);
  if (quick != nullptr) {
    state_ = State::kRunning;
    in_call_ = false;
    quick->GoOn();
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
  const uint64_t tid = EncodeResult(NumberOf(child->tid()));
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
  PidNamespace& pid_ns = *group->pid_ns;
  if (pid_ns.reaper == group.get()) pid_ns.reaper = nullptr;
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
