#include "sentry/fs/proc/host_figures.h"

#include <cstdlib>

#include "abi/linux/syscall_numbers.h"
#include "abi/linux/time.h"
#include "sentry/kernel/ptrace.h"
#include "sentry/time/clock.h"

namespace sentry {
namespace {

// Of the calls that the host makes for guests these may sleep.  A thread that sleeps in another one
// waits for the Sentry to look at it.
bool SleepsByItself(const ProcessView& view) {
  const std::string call = HostFile(view, "syscall", true);  // "202 0x7f..."; "running"
  if (call.empty()) return true;  // Not to be had: rather S than a sleeper that is never seen.
  switch (std::strtol(call.c_str(), nullptr, 10)) {
    case abi::kSysFutex:
    case abi::kSysFutexWait:
    case abi::kSysFutexWaitv:
      return true;
    default:
      return false;
  }
}

// What a task that runs guest code does, the host knows: it may wait in a call that was let
// through.  A stop there is the platform's doing.
char HostState(const ProcessView& view) {
  const char state = ParseHostStat(HostFile(view, "stat", true)).state;
  const bool sleeps = state == 'S' || state == 'D';
  return sleeps && SleepsByItself(view) ? state : 'R';
}

}  // namespace

std::string HostFile(const ProcessView& view, std::string_view name, bool of_thread) {
  if (view.task.dead() || !view.task.has_thread()) return {};
  const platform::Thread& thread = view.task.thread();
  std::string path = std::to_string(thread.host_pid()) + "/";
  if (of_thread || view.thread) path += "task/" + std::to_string(thread.host_tid()) + "/";
  return ReadHostProc(view.kernel.options().proc_fd, path.append(name));
}

char StateOf(const ProcessView& view) {
  switch (view.task.state()) {
    case Task::State::kDead:
      if (&view.group == &view.kernel.init()) return 'S';
      return view.task.IsLeader() ? 'Z' : 'X';
    case Task::State::kStopped:
      return view.task.tracer && view.task.tracer->stop && !view.task.tracer->listening ? 't' : 'T';
    case Task::State::kBlocked:
      return view.task.WaitsKillably() ? 'D' : 'S';
    case Task::State::kRunning:
      return HostState(view);
    default:
      return 'R';
  }
}

std::string_view StateName(char state) {
  switch (state) {
    case 'R':
      return "R (running)";
    case 'S':
      return "S (sleeping)";
    case 'D':
      return "D (disk sleep)";
    case 'T':
      return "T (stopped)";
    case 't':
      return "t (tracing stop)";
    case 'Z':
      return "Z (zombie)";
    default:
      return "X (dead)";
  }
}

int64_t BootTimeNs(MonoTime time) {
  int64_t now = ReadHostClock(abi::kClockBoottime).value_or(MonotonicNow().ns);
  return now - (MonotonicNow() - time);
}

int ParentPid(const ProcessView& view) {
  const ThreadGroup* parent = view.group.parent;
  return parent != nullptr ? view.NumberOf(parent->pid) : 0;
}

int TracerPid(const ProcessView& view) {
  return view.task.tracer ? view.NumberOf(view.task.tracer->tracer->tid()) : 0;
}

HandledSignals HandledSignalsOf(const ThreadGroup& group) {
  HandledSignals sets;
  for (int signal = 1; signal <= abi::kNumSignals; ++signal) {
    const abi::SigAction& action = group.actions->actions[static_cast<size_t>(signal)];
    Sigset bit = Sigset{1} << (signal - 1);
    if (action.handler == abi::kSigIgn) {
      sets.ignored |= bit;
    } else if (action.handler != abi::kSigDfl) {
      sets.caught |= bit;
    }
  }
  return sets;
}

std::string LimitNumber(uint64_t limit) {
  return limit == abi::kRlimInfinity ? "unlimited" : std::to_string(limit);
}

}  // namespace sentry
