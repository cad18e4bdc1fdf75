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
  Tid pid{};                      // Its leader's tid.
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

  // --- end of life (exit.cc) ---
  bool exiting = false;  // exit_group or a fatal signal: every task dies at its next boundary.
  int exit_status = 0;   // wait(2) encoding, once exiting.
  bool zombie = false;   // All tasks are gone, the parent has not waited yet.
  int exit_signal = 0;   // To the parent; 0: none (clone without a signal).
  bool child_subreaper = false;
  bool exec_done = false;        // Since fork: setpgid(2) of a child gives EACCES then.
  base::WaitQueue child_events;  // wait4(2) and waitid(2) of this process wait here.
  base::WaitQueue exit_event;    // pidfds: POLLIN when it is a zombie.

  // --- job control (stop.cc) ---
  bool stopped = false;  // All tasks stand still, or are about to.
  int stop_signal = 0;
  bool stop_reported = true;         // The parent has seen this stop (WUNTRACED).
  bool continue_unreported = false;  // WCONTINUED.

  // --- accounting ---
  Usage dead_tasks;      // Of tasks that ended.
  Usage children_usage;  // RUSAGE_CHILDREN.
  MonoTime start_time;

  // --- timers (itimers, POSIX timers), made on first use ---
  std::unique_ptr<Timer> real_timer;  // ITIMER_REAL
  int64_t real_interval_ns = 0;
  Ref<RefCounted> posix_timers;  // syscalls/timer.cc owns the type.

  // Host descriptors installed in the stub for mmap: guest number -> identity of the description
  // (mm uses it).
  std::unordered_map<int, Ref<RefCounted>> installed_fds;

 private:
  ~ThreadGroup() override;
};

}  // namespace sentry
