// Kernel: the wiring of one sandbox, and the loop that serves it.
//
// One thread at a time executes kernel code, under lock().  One thread, the leader, waits for
// platform events and serves them; the reactor thread serves timers and host descriptors.  A
// handler that must wait for the host does it between BeginBlocking() and EndBlocking(): the lock
// is given up and, when the waiter was the leader, a follower takes over.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "abi/types.h"
#include "platform/base/mutex.h"
#include "platform/base/unique_function.h"
#include "platform/platform.h"
#include "sentry/kernel/memory_budget.h"
#include "sentry/kernel/namespaces.h"
#include "sentry/kernel/pid_table.h"
#include "sentry/kernel/reactor.h"
#include "sentry/kernel/subsystem.h"
#include "sentry/kernel/thread_group.h"
#include "sentry/time/timer_queue.h"
#include "sentry/vfs/filesystem_types.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/name_lock.h"
#include "sentry/vfs/special_files.h"

namespace sentry {

class Task;

// What boot decides.
struct KernelOptions {
  std::string hostname = "sentry";
  std::string domainname = "(none)";
  uint64_t memory_limit = 0;   // Bytes over all processes and tmpfs; 0: none.
  uint64_t process_limit = 0;  // Tasks alive at once; 0: the default of 32768.
  unsigned cpus = 0;           // How many CPUs guests see; 0: all of the host's that we may use.
  int proc_fd = -1;            // The host's proc directory for our stubs; borrowed; -1: none.
};

// Watches every call for --strace and --stats; called under the lock.
class CallObserver {
 public:
  virtual ~CallObserver() = default;
  virtual void OnEnter(Task& task) = 0;
  virtual void OnExit(
      Task& task,
      int64_t result) = 0;  // result: register value.  Also once for calls that do not return.
  virtual void OnSignal(Task&, const abi::SigInfo&) {}
  virtual void OnTaskEnd(Task&, int /*wait_status*/) {}
};

class Kernel final : public Blocker {
 public:
  Kernel(KernelOptions options, std::unique_ptr<platform::Platform> platform);
  ~Kernel() override;
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

  base::Mutex& lock() RETURN_CAPABILITY(lock_) { return lock_; }
  const KernelOptions& options() const { return options_; }
  platform::Platform& platform() { return *platform_; }
  TimerQueue& timers() { return timers_; }
  Reactor& reactor() { return reactor_; }
  PidTable& pids() { return pids_; }
  MemoryBudget& memory() { return memory_; }
  // The parent of orphans and of the first process: pid 1, without tasks; what it inherits is
  // reaped at once.
  ThreadGroup& init() { return *init_; }
  ThreadGroup* first() { return first_.get(); }
  MonoTime boot_time() const { return boot_time_; }
  CallObserver* observer = nullptr;  // Borrowed.
  // What is made ahead of its call (sentry/syscalls/calls_ahead.h) waits for nobody.
  bool makes_calls_ahead = false;
  // The file systems' own hooks, set by boot: see vfs.
  Ref<MountNamespace> root_mounts;
  SpecialFileOpener* special_files = nullptr;  // Borrowed; null: no FIFOs, no device nodes.
  FilesystemTypes filesystem_types;            // What mount(2) can make.

  // Whose call is handled now: signalfds are polled on its behalf.  Stale outside of calls.
  Task* current = nullptr;
  // State of the sandbox that upper layers own, found by its type and made on first use.  What a T
  // marks as `kPerIpc` or `kPerNetwork` is that of the namespace of `current`.
  template <typename T>
  T& Get() {
    if constexpr (requires { T::kPerIpc; }) {
      return namespaces().ipc->Get<T>(*this);
    } else if constexpr (requires { T::kPerNetwork; }) {
      return namespaces().net->Get<T>(*this);
    } else {
      return subsystems_.Get<T>(*this);
    }
  }
  // Those of `current`, else the initial ones.
  NamespaceSet& namespaces();
  const Ref<NamespaceSet>& initial_namespaces() const { return initial_namespaces_; }

  // Serves until the first process has ended, then kills everything else; its wait(2) status.  EIO
  // when the platform failed.
  Result<int> Run(Ref<ThreadGroup> first);
  // Ends the sandbox from a reactor callback (time-out, signal from outside): Run() returns
  // `wait_status`.
  void Stop(int wait_status);

  // The task's wait is over or worth another attempt: it is looked at before the serving thread
  // waits for the next event.
  void MakeReady(Task& task);
  void DrainReady();
  // The sandbox ends: nobody is served any longer.
  bool stopping() const { return stopping_; }
  // Runs `work` when the handler that runs now is done: for who is told of something in the midst
  // of it.
  void Defer(base::UniqueFunction<void()> work) { deferred_.push_back(std::move(work)); }

  // Around a wait for the host.  Nothing of the kernel may be touched in between, and whatever was
  // read before must be looked at again after.
  void BeginBlocking() override NO_THREAD_SAFETY_ANALYSIS;
  void EndBlocking() override NO_THREAD_SAFETY_ANALYSIS;

 private:
  void Serve() NO_THREAD_SAFETY_ANALYSIS;  // The loop of the leader and its followers.
  void HandleEvent(const platform::Event& event);
  void Follow() NO_THREAD_SAFETY_ANALYSIS;
  void ReactorLoop() NO_THREAD_SAFETY_ANALYSIS;

  KernelOptions options_;
  std::unique_ptr<platform::Platform> platform_;
  base::Mutex lock_{base::LockRank::kKernel};
  Reactor reactor_;
  TimerQueue timers_;
  PidTable pids_;
  Ref<NamespaceSet> initial_namespaces_;
  MemoryBudget memory_;
  MonoTime boot_time_;
  Ref<ThreadGroup> init_;
  Ref<ThreadGroup> first_;
  std::vector<Ref<Task>> ready_;
  std::vector<base::UniqueFunction<void()>> deferred_;
  Subsystems subsystems_;
  bool stopping_ = false;
  Result<int> exit_status_ = 0;

  base::CondVar follower_wanted_;
  bool leader_vacant_ = false;
  unsigned idle_followers_ = 0;

 public:
  // --- settings of /proc/sys that kernel code goes by ---
  int ptrace_scope = 0;  // kernel.yama.ptrace_scope
  std::string core_pattern = "core";
  bool core_uses_pid = false;
};

}  // namespace sentry
