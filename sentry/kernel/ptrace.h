// GuestTracer: a tracee's side of ptrace(2).
//
// A task that is traced parks in *ptrace-stops* (Task::State::kStopped with `stop` set), which its
// tracer learns of by SIGCHLD and wait(2) and ends by one of the resuming requests.  What goes on
// then is the stop's `then`: it runs from Kernel::DrainReady(), never inside of the tracer's call.
//
//   ptrace_stop.cc     parking, telling the tracer, resuming
//   ptrace_call.cc     stops around calls
//   ptrace_signal.cc   signal-delivery-stops, group-stops, PTRACE_INTERRUPT
//   ptrace_attach.cc   who traces whom, and what becomes of that at the end of either
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "abi/linux/signal.h"
#include "platform/base/unique_function.h"
#include "sentry/kernel/task.h"

namespace sentry {

// How a tracer ends a stop.
struct PtraceResume {
  int signal = 0;
  std::optional<abi::SigInfo> info;  // Of the stop, as the tracer left it.
};

struct PtraceStop {
  int code = 0;                      // A signal, and above it PTRACE_EVENT_* << 8.
  int why = abi::kCldTrapped;        // si_code of the tracer's SIGCHLD.
  std::optional<abi::SigInfo> info;  // PTRACE_GETSIGINFO; none in a group-stop.
  uint64_t message = 0;              // PTRACE_GETEVENTMSG
  bool in_call = false;              // Registers are those of a call, not of its result.
  base::UniqueFunction<void(Task&, const PtraceResume&)> then;
};

class GuestTracer {
 public:
  // What the tracee runs until.
  enum class Run : uint8_t { kFree, kSyscall, kStep, kSysemu, kSysemuStep };

  GuestTracer(Task& by, bool is_seized, uint32_t with_options)
      : tracer(&by), options(with_options), seized(is_seized) {}

  bool StopsAtEntry() const { return run != Run::kFree && run != Run::kStep; }
  bool StopsAtExit() const { return run == Run::kSyscall || Steps(); }
  bool Steps() const { return run == Run::kStep || run == Run::kSysemuStep; }
  bool TrapPending() const { return stop_pending || trap_stop || trap_notify; }
  // SIGTRAP of system call stops.
  int CallSignal() const;

  Task* tracer;
  uint32_t options;
  const bool seized;
  Run run = Run::kFree;

  std::optional<PtraceStop> stop;  // It stands in this one.
  int wait_code = 0;               // What wait(2) tells of it; 0: it was told.
  uint64_t message = 0;            // Stays after the stop.
  bool listening = false;          // PTRACE_LISTEN

  // JOBCTL_* of Linux: a group-stop to take part in, a trap for it or for PTRACE_INTERRUPT, news
  // of the group-stop for a seized tracee.
  bool stop_pending = false, trap_stop = false, trap_notify = false;
  int stop_signal = 0;

  bool forced_step = false;                   // TF is ours, not the guest's.
  std::array<uint64_t, 8> debug_registers{};  // ptrace_watch.h
  std::array<uint64_t, 4> watched{};

  bool zombie = false;  // A thread that ended; the group may live.
  int exit_status = 0;
};

// Tells the tracer of `tracee` by SIGCHLD and wakes who waits.
void NotifyTracer(Task& tracee, int why, int status);
void NotifyTracerOfEnd(Task& tracee, int wait_status);
// ptrace_notify(): the SIGTRAP that says `code`.
abi::SigInfo PtraceNotice(const Task& tracee, int code);

}  // namespace sentry
