// Task: one guest thread.  This header is its state and what call handlers use; the life of a call
// is in task_syscall.cc, of a wait in task_block.cc, of a signal in task_signals.cc, of birth and
// death in task_clone.cc, task_exec.cc, task_exit.cc.
//
// All under the kernel lock.  A task's platform thread is in the state that `state_` says
// (platform/platform.h).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "abi/linux/poll.h"
#include "abi/linux/signal.h"
#include "abi/types.h"
#include "abi/user_ptr.h"
#include "platform/base/intrusive_list.h"
#include "platform/base/ref.h"
#include "platform/base/result.h"
#include "platform/platform.h"
#include "sentry/auth/credentials.h"
#include "sentry/kernel/block.h"
#include "sentry/kernel/cpu_set.h"
#include "sentry/kernel/exec_plan.h"
#include "sentry/kernel/fd_table.h"
#include "sentry/kernel/fs_context.h"
#include "sentry/kernel/internal_errno.h"
#include "sentry/kernel/signal_queue.h"
#include "sentry/kernel/thread_group.h"
#include "sentry/mm/memory_manager.h"
#include "sentry/mm/user_memory.h"
#include "sentry/vfs/path_walk.h"

namespace sentry {

class Kernel;
struct NamespaceSet;
class GuestTracer;  // ptrace(2) state of a tracee (kernel/ptrace.h), null when nobody traces.
struct PtraceResume;
struct PtraceStop;
class SeccompFilters;
struct SysvUndo;
class TaskKeys;
class SeccompNotifier;

// Between a vfork(2) child and its parent.
struct VforkDone final : RefCounted {
  bool done = false;
  base::WaitQueue queue;
};

// How a handler's result becomes the register value.
inline uint64_t EncodeResult(uint64_t value) {
  return value;
}
template <std::integral T>
uint64_t EncodeResult(T value) {
  return static_cast<uint64_t>(static_cast<int64_t>(value));
}
template <typename Tag, typename Rep>
uint64_t EncodeResult(abi::Number<Tag, Rep> value) {
  return static_cast<uint64_t>(static_cast<int64_t>(value.value()));
}
inline uint64_t EncodeResult(UserAddr value) {
  return value.value();
}
template <typename T>
Result<uint64_t> EncodeResult(const Result<T>& result) {
  if (!result.ok()) return result.error();
  if constexpr (std::is_void_v<T>) {
    return uint64_t{0};
  } else {
    return EncodeResult(result.value());
  }
}

class Task final : public RefCounted, public UserMemory {
 public:
  enum class State {
    kRunning,    // Executes guest code, or a host call that was let through.
    kCalling,    // A call is being handled, captured or not.
    kBlocked,    // The call waits in block_.
    kLeaving,    // The call was answered with a capture behind it; kCaptured comes.
    kCaptured,   // Stands at the boundary to guest code (signals are looked at).
    kStopped,    // Parked at the boundary: job control or a tracer.
    kInjecting,  // The kernel has it run host calls; injected_ goes on when they are done.
    kDead,
  };

  Task(Kernel& kernel, Ref<ThreadGroup> group);

  // --- identity ---
  Kernel& kernel() const { return kernel_; }
  ThreadGroup& group() const { return *group_; }
  Ref<ThreadGroup> group_ref() const { return group_; }
  Tid tid() const { return tid_; }
  bool IsLeader() const { return group_->leader == this; }
  // --- numbers as this task sees them (pid_namespaces(7)) ---
  int NumberOf(Tid global) const { return group_->NumberOf(global); }  // 0: it does not see it.
  // The kernel's number for one that the guest gave; that of nobody when nobody has it.
  Tid GlobalOf(int number) const;
  Task* FindTask(int number) const;
  ThreadGroup* FindGroup(int number) const;  // Zombies too.
  ProcessGroup* FindProcessGroup(int number) const;
  const Credentials& creds() const { return *creds_; }
  Ref<Credentials> creds_ref() const { return creds_; }
  void LeaveSysvUndo();  // exit(2), unshare(2) with CLONE_SYSVSEM
  void SetCredentials(Ref<Credentials> creds) { creds_ = std::move(creds); }
  void UnshareFs() { fs_ = fs_->Clone(); }  // unshare(2)
  State state() const { return state_; }
  bool dead() const { return state_ == State::kDead; }

  // --- resources; never null while alive, gone when dead() ---
  FdTable& fds() const { return *fds_; }
  void UnshareFds() { fds_ = fds_->Clone(); }  // A table of its own from now on.
  FsContext& fs() const { return *fs_; }
  MemoryManager& mm() const { return *mm_; }
  Ref<MountNamespace> mounts() const { return mounts_; }
  NamespaceSet& namespaces() const { return *namespaces_; }
  bool has_namespaces() const { return namespaces_ != nullptr; }
  const Ref<NamespaceSet>& namespaces_ref() const { return namespaces_; }
  void SetNamespaces(Ref<NamespaceSet> set);
  // setns(2), unshare(2): `fs` has its places in `mounts`.
  void SetMounts(Ref<MountNamespace> mounts, Ref<FsContext> fs);
  platform::Thread& thread() const { return *thread_; }
  bool has_thread() const { return thread_ != nullptr; }  // False: it is about to die, or dead.
  std::string comm;                                       // At most 15 bytes.

  // --- for handlers ---
  OpContext context();  // For vfs; made anew for each use (the clock).
  // The start of a path argument: cwd for AT_FDCWD, else the directory that `dirfd` shows.  EBADF,
  // ENOTDIR.
  Result<WalkRoot> WalkFrom(FdNum dirfd);
  WalkRoot WalkFromCwd();
  Result<std::string> CopyInPath(
      UserPtr<const char> path);  // ENAMETOOLONG beyond PATH_MAX, EFAULT.
  uint64_t fd_limit() const { return group_->limit(abi::kRlimitNofile); }
  Result<FdNum> InstallFd(Ref<FileDescription> file, FdFlags flags) {
    return fds_->Install(std::move(file), flags, fd_limit());
  }

  // UserMemory: this task's own address space.
  Result<size_t> ReadSome(uint64_t address, std::span<std::byte> to) override;
  Result<size_t> WriteSome(uint64_t address, std::span<const std::byte> from) override;

  // Runs `attempt(*this)`; when it gives EAGAIN the call waits as `wait` says and `attempt` runs
  // again after each notification.  With `nonblocking` EAGAIN is the answer.  `attempt` keeps alive
  // what it needs by capturing it.
  template <typename F>
  std::invoke_result_t<F, Task&> Retry(WaitSpec wait, bool nonblocking, F attempt) {
    auto result = attempt(*this);
    if (nonblocking || !result.Is(EAGAIN)) return result;
    Block(std::move(wait), [attempt = std::move(attempt)](Task& task) mutable {
      return EncodeResult(attempt(task));
    });
    return Errno(kErrnoBlocked);
  }
  // The common case: until `file` shows one of `events`.
  template <typename F>
  std::invoke_result_t<F, Task&> RetryOn(Ref<FileDescription> file, uint32_t events, F attempt) {
    WaitSpec wait;
    if (base::WaitQueue* queue = file->Queue()) wait.queues.push_back({queue, events});
    bool nonblocking = file->NonBlocking() || wait.queues.empty();
    if (std::optional<int64_t> limit = file->IoTimeout((events & abi::kPollOut) != 0)) {
      wait.deadline = MonotonicNow() + *limit;
      wait.on_timeout = Errno(EAGAIN);
      wait.on_signal = EINTR;  // Linux: sock_intr_errno().
    }
    return Retry(std::move(wait), nonblocking,
                 [file = std::move(file), attempt = std::move(attempt)](Task& task) mutable {
                   return attempt(task);
                 });
  }
  // Waits without a first attempt; the handler returns Errno(kErrnoBlocked) after it.
  void Block(WaitSpec wait, base::UniqueFunction<Result<uint64_t>(Task&)> attempt);

  // What Block() has just recorded, for who waits in the call's place (io_uring): afterwards the
  // task does not wait.
  struct TakenWait {
    WaitSpec spec;
    base::UniqueFunction<Result<uint64_t>(Task&)> attempt;
  };
  TakenWait TakeWait();
  // The call that waits can be ended by a fatal signal only, from now on.
  void MakeWaitKillable();
  bool WaitsKillably() const;  // In a wait that only a fatal signal ends.

  // The call being handled.
  const platform::Syscall& call() const { return call_; }
  // All registers are at hand (clone, fork, vfork, rt_sigreturn; every call of a traced task).
  bool captured() const { return captured_; }
  platform::Registers& registers() { return thread_->registers(); }
  // The absolute deadline that a restarted call (kERestartRestartBlock) had, if this is one.
  std::optional<MonoTime> restart_deadline() const { return restart_deadline_; }
  // restart_syscall(2) was made: call() becomes the call that it stands for.  kErrnoHost: if there
  // is one, the host has it.
  Result<void> BecomeRestarted();
  // Has the stub run host calls with this thread; `done` gets the results and finishes the call by
  // CompleteSyscall(). Only when captured().  The handler returns Errno(kErrnoNoReturn).
  void InjectThen(std::span<const platform::HostCall> calls,
                  base::UniqueFunction<void(Task&, std::span<const int64_t>)> done);
  // For calls that need a capture first and are not captured: the thread is captured with -EINTR...
  // behind its call, then `then` runs with registers() at hand and finishes by CompleteSyscall().
  // The handler returns Errno(kErrnoNoReturn).
  void CaptureThen(base::UniqueFunction<void(Task&)> then);

  // --- events from the platform (kernel.cc) ---
  void OnSyscall(const platform::Event& event);
  void OnCaptured();
  void OnFault(const platform::Fault& fault);
  void OnInjected(platform::Thread& thread);  // The task's own, or the one that execve prepares.
  void OnCloned(int error);
  void OnHostThreadGone(platform::Thread& thread, int wait_status);
  void OnReady();  // A queue that it waits on was notified (Kernel::DrainReady).
  void OnDeadline();
  // Answers the call, or goes through the boundary first when a signal, a stop or the end is due.
  void CompleteSyscall(Result<uint64_t> result);

  // --- signals (task_signals.cc) ---
  SignalQueue pending;
  Sigset blocked = 0;
  abi::StackT altstack{};
  // Queues a signal for this task (tkill) and interrupts it when the signal is deliverable.
  // EAGAIN: too many real-time signals are queued.  See also ThreadGroup::SendSignal().
  Result<void> SendSignal(const abi::SigInfo& info);
  // A signal was queued, here or for the group, and this task is to take it.
  void SignalArrived(const abi::SigInfo& info);
  // It would be thrown away on arrival.
  bool IgnoresSignal(int signal) const;
  // Sets the mask until the call ends or a handler has been set up (sigsuspend, ppoll, pselect,
  // epoll_pwait).
  void SetTemporaryMask(Sigset mask);
  void SetBlocked(Sigset mask);
  bool HasDeliverableSignal() const;
  // True when the task must not run guest code before somebody looked: a signal, a stop, a tracer,
  // the end.
  bool NeedsBoundary() const;
  // At the boundary, captured: deals with what is due, then resumes, parks or ends the task.
  void Boundary();
  // Makes a task that runs, waits or is parked look at what is due.
  void Interrupt();
  // A signal that the task itself caused (fault): cannot be blocked or ignored.
  void ForceSignal(const abi::SigInfo& info);
  Result<uint64_t> SigReturn();  // rt_sigreturn(2)
  // The mask that holds again after a temporary one; a debugger sees and sets this one.
  Sigset LastingMask() const { return saved_mask_.value_or(blocked); }
  void SetLastingMask(Sigset mask);

  // --- ptrace(2) (ptrace_*.cc) ---
  // Becomes a tracee of `by`.  Nothing is stopped by that.
  void Trace(Task& by, bool seized, uint32_t options);
  // Nobody traces it any more; one that stands in a ptrace-stop goes on with `signal`.
  void Untrace(int signal);
  // Parks the captured task until its tracer resumes it.
  void StopForTracer(PtraceStop stop);
  // The tracer lets it go on; what follows happens before the next event is served.
  void ResumeTracee(int signal);
  // A PTRACE_EVENT_* stop if the tracer asked for it, then `then`; without one `then` at once.
  void PtraceEventThen(int event, uint64_t message, base::UniqueFunction<void(Task&)> then);
  bool WantsPtraceEvent(int event) const;
  // PTRACE_LISTEN or a stop that has something new to tell: goes through the boundary again.
  void TrapAgain();
  // The end of a traced thread is kept until its tracer has waited for it.
  void ReleaseTracedZombie();
  void LetTraceesGo();  // It ends: nobody is traced by it any more.

  // --- life (task_clone.cc, task_exec.cc, task_exit.cc) ---
  struct CloneArgs {
    uint64_t flags = 0;
    uint64_t stack = 0;  // The child's stack pointer; 0: the parent's.
    uint64_t tls = 0;
    UserPtr<int32_t> parent_tid, child_tid, pidfd;
    int exit_signal = 0;
    std::vector<int32_t> set_tid;
    // CLONE_PIDFD: opens a pidfd for the child (files are made above the kernel).
    Result<FdNum> (*install_pidfd)(Task& parent, ThreadGroup& child, uint32_t flags) = nullptr;
  };
  Result<uint64_t> Clone(const CloneArgs& args);
  // Carries out `plan` in a fresh stub and then becomes that program (execve(2)).  The handler
  // returns Errno(kErrnoNoReturn) after it; a failure before the point of no return completes the
  // call.
  Result<void> BeginExec(ExecPlan plan);
  void Exit(int status);       // This task only; `status` is the wait(2) encoding.
  void ExitGroup(int status);  // The whole thread group.
  // exit(2), exit_group(2): the same, after what only this host thread can do for others that share
  // memory with it.
  void ExitFromCall(int status, bool whole_group);
  // The image is replaced or gone: who waits in vfork(2) for it goes on.
  void ReleaseVforkParent();

  // The host thread gets what the guest asked for (host_limits.cc).
  void ApplyHostPriority();
  void ApplyHostAffinity();

  // Of set_tid_address(2), which the host is told at the end, and of clones with the memory of
  // another process (ClearTid() of group_exit.cc).  Of threads by clone the host alone knows.
  uint64_t clear_child_tid = 0;
  uint64_t robust_list = 0;
  uint64_t robust_list_size = 0;
  int parent_death_signal = 0;
  std::unique_ptr<GuestTracer> tracer;  // Null: nobody traces it.
  Ref<SeccompFilters> seccomp;
  // prctl(2), PR_SET_SYSCALL_USER_DISPATCH: calls from outside of the range raise SIGSYS while the
  // guest's byte at `selector` (0: always) says so.
  struct UserDispatch {
    bool on = false;
    uint64_t offset = 0, length = 0, selector = 0;
  } user_dispatch;
  uint32_t personality = 0;
  int nice = 0;
  int io_priority = 0;  // ioprio_set(2); 0: from nice.
  std::optional<CpuSet> affinity;
  int sched_policy = 0;
  int sched_priority = 0;
  uint64_t timer_slack_ns = 50'000;
  uint64_t default_timer_slack_ns = 50'000;  // What the parent had: PR_SET_TIMERSLACK 0.
  bool dumpable = true;
  bool keep_capabilities = false;
  int mce_kill = 2;         // PR_MCE_KILL_*: kept and reported.
  bool io_flusher = false;  // PR_SET_IO_FLUSHER: kept and reported.

 private:
  friend class Kernel;
  friend class TaskBuilder;  // task_builder.h, boot: fills a new task.
  friend class ThreadGroup;
  struct BlockRecord;
  ~Task() override;

  // On the stack of every event that is served for a task: keeps it alive, and keeps its resources
  // until the last of them is done, whoever kills it meanwhile.
  class Serving {
   public:
    explicit Serving(Task& task) : task_(&task) { ++task.serving_; }
    ~Serving() {
      if (--task_->serving_ == 0 && task_->dead()) task_->ReleaseResources();
    }

   private:
    Ref<Task> task_;
  };

  // The stages of a call before its handler: tracer, filters, handler.
  void EnterTraced();
  void StopAtEntry();
  void EnterFiltered(bool after_tracer);
  void RunCall();
  void TrapCall(uint32_t reason, bool fatal);
  void AskTracer(uint32_t data);
  void AskSupervisor(SeccompNotifier* notifier);
  void LeaveTraced(uint64_t value);
  // Registers as a debugger expects them: the call in orig_rax, a pending restart in rax; and back.
  void ExposeCall();
  void AbsorbCall();
  bool TrapForTracer();  // True: it stands in a stop.
  bool Park();
  void StopAtHandler();
  void StopForSignal(const abi::SigInfo& info);
  void AfterSignalStop(const PtraceResume& resume);
  void ForceStep();
  void ClearForcedStep();
  bool StepsOn(const platform::Fault& fault, abi::SigInfo& info);
  void FinishExecStops(Tid old_tid);
  Result<uint64_t> WaitForVfork(Ref<VforkDone> done, uint64_t tid);
  void TraceChild(Task& child, const CloneArgs& args);

  void Answer(uint64_t value);  // Resumes with rax = value.
  void AnswerThroughBoundary(uint64_t value);
  void EndWait();  // Leaves the queues; the record is gone.
  void RestartOrFail(bool handler_runs,
                     uint64_t handler_flags);  // After ERESTART*: rewinds or leaves -EINTR.
  void ExecWrite();  // The steps of BeginExec, each after the host calls of the one before.
  void ExecFinish();
  void ExecFailed(int error);
  void LeaveOldImage();
  void EndOtherTasks();    // execve: every other task of the group is gone (task_exit.cc).
  void ApplyHostLimits();  // Limits that the host enforces on the stub: AS, DATA, STACK...
                           // (host_limits.cc).
  void InterruptWait();
  void NoteHostCallCutShort();
  void DieOf(int status);  // By a signal: ExitGroup() after the wakes that only the guest can make.
  void RunInHost();
  bool FinishRunInHost();
  std::optional<abi::SigInfo> NextSignal();
  // False: the task is dead.
  bool DeliverOne(const abi::SigInfo& info);
  bool DeliverDefault(const abi::SigInfo& info);
  void RunHandler(const abi::SigInfo& info, const abi::SigAction& action);
  Result<void> PushSignalFrame(const abi::SigInfo& info, const abi::SigAction& action);
  Result<void> RestoreSignalFrame();
  void Resume();  // Runs guest code.

  void Abandon();  // A child that the host could not make.
  Errno AbandonClone(Task& child, std::optional<FdNum> pidfd, Errno error);

  // The host thread ended, or ends with its process at once: nothing of it is touched again.
  void Die();
  // After Die(), outside of any loop over tasks: closing files may wait for the host.
  static void Bury(const std::vector<Ref<Task>>& dead);
  void ReleaseResources();

  Kernel& kernel_;
  Ref<ThreadGroup> group_;
  Tid tid_{};
  Ref<Credentials> creds_;
  Ref<FdTable> fds_;
  Ref<FsContext> fs_;
  Ref<MemoryManager> mm_;
  Ref<MountNamespace> mounts_;
  Ref<NamespaceSet> namespaces_;
  platform::Thread* thread_ = nullptr;  // Owned by the platform; null when dead.

  State state_ = State::kCalling;
  platform::Syscall call_{};
  bool captured_ = false;
  bool in_call_ = false;    // Registers at the boundary are those behind call_ (restart applies).
  int interrupted_by_ = 0;  // ERESTART* that call_ ended with, 0: none.
  std::optional<MonoTime> restart_deadline_;
  std::optional<MonoTime> next_restart_deadline_;
  int64_t restart_number_ = 0;  // The call that restart_syscall(2) makes again; 0: none.
  bool dies_of_trap_ = false;   // SECCOMP_RET_KILL: no tracer stops its SIGSYS (SA_IMMUTABLE).
  std::unique_ptr<BlockRecord> block_;
  struct ExecRecord;
  std::unique_ptr<ExecRecord> exec_;
  base::UniqueFunction<void(Task&, std::span<const int64_t>)> injected_;
  base::UniqueFunction<void(Task&)> on_capture_;
  std::optional<Sigset> saved_mask_;  // What SetTemporaryMask replaced.
  bool host_call_ = false;            // kRunning inside a continued host call.
  Ref<Task> cloning_child_;           // Between Clone() and OnCloned().
  bool cloning_vfork_ = false;
  Ref<VforkDone> vfork_done_;  // The parent's record waits on it (task_clone.cc).
  int serving_ = 0;            // Events that are served for it just now.
  // Of the last fault: what a signal frame tells.
  uint64_t fault_trap_ = 0, fault_error_ = 0, fault_address_ = 0;
  Ref<Task> self_;  // Holds a live task; dropped when it is dead and reaped.

 public:
  // --- what sentry/ipc owns ---
  Ref<SysvUndo> sysv_undo;  // Null: nothing to undo (kernel/sysv_undo.h).
  Ref<TaskKeys> keys;       // Null: none but the user's own (kernel/task_keys.h).
  base::UniqueFunction<void(Task&)> on_resume_;  // Of a ptrace-stop that is over.
  bool at_call_site_ = false;                    // host_call_ is made at the platform's CallSite().
  int cloning_event_ = 0;  // PTRACE_EVENT_* that tells of cloning_child_, 0: none.

 public:
  // --- debuggers and filters ---
  std::vector<Task*> tracees;  // Borrowed: who ends, or is let go, leaves the list.
  int seccomp_mode = 0;        // SECCOMP_MODE_*
  // What the host would answer alone is reported by now, because a filter may refuse it.
  bool host_calls_routed = false;
  // Makes that so if it has to be, for all threads or this one, then goes on (seccomp_host.cc).
  void RouteHostCallsThen(bool all_threads, base::UniqueFunction<void(Task&)> then);
  // rseq(2); the host does the work.
  struct RseqRegistration {
    uint64_t address = 0;
    uint32_t size = 0, signature = 0;
  } rseq;
};

}  // namespace sentry
