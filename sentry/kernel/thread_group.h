// ThreadGroup (what users call a process), ProcessGroup and Session (credentials(7), setpgid(2),
// setsid(2)).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "abi/linux/resource.h"
#include "abi/types.h"
#include "platform/base/ref.h"
#include "platform/base/wait_queue.h"
#include "sentry/kernel/signal_queue.h"
#include "sentry/time/timer_queue.h"

namespace sentry {

using abi::Tid;

class Kernel;
class Task;
class ThreadGroup;
class PidNamespace;
class PosixTimers;

// The terminal of a session; fs/devpts implements it.  Kernel code needs no more than this.
class ControllingTerminal : public RefCounted {
 public:
  virtual uint64_t device() const = 0;  // tty_nr of /proc/[pid]/stat.
  virtual std::string name() const = 0;
  virtual Tid foreground() const = 0;      // Process group, 0: none.
  virtual void SessionLeaderExited() = 0;  // disassociate_ctty: hang up the foreground group.
};

class Session final : public RefCounted {
 public:
  explicit Session(Tid id) : id(id) {}
  const Tid id;
  Ref<ControllingTerminal> terminal;  // Null: none.
};

class ProcessGroup final : public RefCounted {
 public:
  ProcessGroup(Tid id, Ref<Session> session) : id(id), session(std::move(session)) {}
  const Tid id;
  const Ref<Session> session;
  std::vector<ThreadGroup*> members;  // Live thread groups and zombies; borrowed.

  void SendSignal(const abi::SigInfo& info);  // To every member, without a check of permission.
  // No member has a parent in another process group of the session (setpgid(2)).  `leaving` is not
  // counted.
  bool IsOrphaned(const ThreadGroup* leaving = nullptr) const;
  bool HasStoppedMember() const;
};

// Counters for getrusage(2), times(2) and wait4(2).
struct Usage {
  int64_t user_ns = 0, system_ns = 0;
  uint64_t max_rss_kb = 0, minor_faults = 0, major_faults = 0;
  uint64_t voluntary_switches = 0, involuntary_switches = 0;
  Usage& operator+=(const Usage& other);  // max_rss is the larger one.
};

class ThreadGroup final : public RefCounted {
 public:
  ThreadGroup(Kernel& kernel, Ref<SignalActions> actions);

  Kernel& kernel;
  Tid pid{};                 // Its leader's tid.
  Ref<PidNamespace> pid_ns;  // The innermost one that it has a number in; never null.
  // A number of the kernel's as this process sees it; 0: it does not see it.
  int NumberOf(Tid global) const;
  Task* leader = nullptr;         // Stays after the leader's own exit until the group is reaped.
  std::vector<Task*> tasks;       // Live ones.
  ThreadGroup* parent = nullptr;  // Null for the first process and for orphans being torn down.
  std::vector<ThreadGroup*> children;
  Ref<ProcessGroup> process_group;
  Session& session() { return *process_group->session; }

  Ref<SignalActions> actions;
  SignalQueue pending;  // Shared pending signals.
  std::array<abi::Rlimit, 16> limits{};
  uint64_t limit(int resource) const { return limits[static_cast<size_t>(resource)].rlim_cur; }

  // --- signals (signal_send.cc) ---
  // Queues a signal for the process (kill) and interrupts one of its tasks that does not block it.
  // EAGAIN: too many real-time signals are queued.
  Result<void> SendSignal(const abi::SigInfo& info);
  // SIGCONT and the stop signals take each other back, and SIGCONT continues, whether anybody
  // takes it or not.  False: nobody wants the signal, so it is not to be queued.
  bool PrepareSignal(const Task& target, int signal);
  // rt_sigaction(2) made the signals of `set` ignored: what is pending of them is dropped.
  void DiscardPending(Sigset set);
  base::WaitQueue signal_event;  // POLLIN: a signal was queued here or for one of the tasks.

  void ApplyHostLimits();  // Limits that bind in the host process (host_limits.cc).

  // --- birth (thread_group.cc) ---
  // Becomes a child of `new_parent`, and a member of `group`.
  void SetParent(ThreadGroup* new_parent);
  void SetProcessGroup(Ref<ProcessGroup> group);

  // --- end of life (group_exit.cc) ---
  // Kills all tasks and the host process, then leaves a zombie or nothing.
  void End(int status);
  // After the last task ended by itself.
  void Finish(int status);
  // A thread ended while others live: its children are told (PR_SET_PDEATHSIG).
  void ThreadLeft(Task& task);
  // Whoever is to hear of the end does: the tracer of the leader first, then the parent.  Waits for
  // traced threads to be waited for (delay_group_leader()).
  void Announce();
  // Waited for (or nobody will): leaves every table.
  void Reap();
  // execve(2) by `survivor`: the other tasks end; it becomes the leader and takes the leader's tid.
  // The host process is killed by the caller.
  void EndOthers(Task& survivor);
  Tid parent_task{};     // The thread that made it: PR_SET_PDEATHSIG, __WNOTHREAD.
  bool exiting = false;  // exit_group or a fatal signal: every task dies at its next boundary.
  int exit_status = 0;   // wait(2) encoding, once exiting.
  bool zombie = false;   // All tasks are gone, the parent has not waited yet.
  int exit_signal = 0;   // To the parent; 0: none (clone without a signal).
  bool child_subreaper = false;
  int16_t oom_score_adj = 0;      // /proc/[pid]/oom_score_adj, inherited.
  int16_t oom_score_adj_min = 0;  // The lowest that an unprivileged writer may go to.
  uint32_t coredump_filter = 0x33;
  bool exec_done = false;        // Since fork: setpgid(2) of a child gives EACCES then.
  base::WaitQueue child_events;  // wait4(2) and waitid(2) of this process wait here.
  base::WaitQueue exit_event;    // pidfds: POLLIN when it is a zombie.

  // --- job control (stop.cc) ---
  void Stop(int signal);     // All tasks are to park.
  void Continue();           // SIGCONT.
  void CheckStopComplete();  // A task has parked or ended.
  // SIGCHLD with `code` (CLD_*) and `status` for the parent, and its waiters are woken.
  void NotifyParentOfStop(int code, int status);
  bool stopped = false;  // All tasks stand still, or are about to.
  bool stop_complete = false;
  int stop_signal = 0;
  bool stop_reported = true;         // The parent has seen this stop (WUNTRACED).
  bool continue_unreported = false;  // WCONTINUED.

  // --- accounting (usage.cc) ---
  // Of all tasks, dead ones too.
  Usage TotalUsage() const;
  // The host process will be gone: keeps what it has used.
  void KeepHostUsage();
  Usage dead_tasks;      // Of host processes that ended (execve, exit).
  Usage children_usage;  // RUSAGE_CHILDREN.
  MonoTime start_time;

  // --- timers (itimers, POSIX timers), made on first use ---
  std::unique_ptr<Timer> real_timer;  // ITIMER_REAL
  int64_t real_interval_ns = 0;
  Ref<RefCounted> posix_timers;  // syscalls/timer.cc owns the type.

  // Host descriptors installed in the stub for mmap: guest number -> identity of the description
  // (mm uses it).
  std::unordered_map<int, Ref<RefCounted>> installed_fds;

  // --- ptrace(2) ---
  int traced_zombies = 0;    // Threads that ended and whose tracer has not waited yet.
  bool announced = false;    // The parent knows.
  int64_t named_tracer = 0;  // PR_SET_PTRACER: a pid, -1: anybody.

 private:
  ~ThreadGroup() override;
  void Reparent();  // Its children get another parent.
};

}  // namespace sentry
