// What the host tells of a task's stub, for /proc/[pid].
#pragma once

#include <string>
#include <string_view>

#include "sentry/fs/proc/process_file.h"
#include "sentry/kernel/host_proc.h"

namespace sentry {

// A file of the host's directory of the process, or of the thread when the view is a thread's or
// `of_thread` says so; empty without a host process.
std::string HostFile(const ProcessView& view, std::string_view name, bool of_thread = false);
inline HostStat HostStatOf(const ProcessView& view) {
  return ParseHostStat(HostFile(view, "stat"));
}

// R, S, D, T, t, Z, X as /proc/[pid]/stat has them.
char StateOf(const ProcessView& view);
// "S (sleeping)"
std::string_view StateName(char state);

constexpr int64_t kTickNs = kNanosPerSecond / 100;  // USER_HZ
// A point of CLOCK_MONOTONIC on CLOCK_BOOTTIME, which Linux counts a start in.
int64_t BootTimeNs(MonoTime time);

// Numbers of tasks as others see them.
int ParentPid(const ProcessView& view);
int TracerPid(const ProcessView& view);

// Signals that are ignored, and those with a handler.
struct HandledSignals {
  Sigset ignored = 0, caught = 0;
};
HandledSignals HandledSignalsOf(const ThreadGroup& group);

// RLIMIT_* as text.
std::string LimitNumber(uint64_t limit);

}  // namespace sentry
