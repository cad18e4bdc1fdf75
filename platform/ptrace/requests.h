// The ptrace(2) requests in use, typed.  Each returns false when the thread is dying (ESRCH): its
// end is reported by wait(2), so that callers need not act on it.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <span>

#include "platform/platform.h"

namespace platform::ptracing {

enum class RunTo {
  kNextStop,    // PTRACE_CONT
  kSyscallEnd,  // PTRACE_SYSCALL: from a seccomp stop to the end of that call
};

Result<void> Seize(pid_t tid);
bool StopSoon(pid_t tid);
bool Run(pid_t tid, RunTo to);
bool UnblockSignals(pid_t tid);
bool RunWith(pid_t tid, int signal);  // Delivers the signal.
bool Listen(pid_t tid);               // Stays stopped until SIGCONT, as a group stop.
bool GetRegisters(pid_t tid, Registers* registers);
bool SetRegisters(pid_t tid, const Registers& registers);
// The XSAVE image in standard format; the number of bytes is returned.
Result<size_t> GetExtendedState(pid_t tid, std::span<std::byte> to);
Result<void> SetExtendedState(pid_t tid, std::span<const std::byte> from);
std::optional<pid_t> NewChild(pid_t tid);
std::optional<siginfo_t> SignalInfo(pid_t tid);
// Reads and writes of one word, whatever the page protection says.
std::optional<uint64_t> PeekWord(pid_t tid, uint64_t address);
bool PokeWord(pid_t tid, uint64_t address, uint64_t word);

// What wait(2) said about one thread.
struct Stop {
  pid_t tid;
  int status;

  bool ended() const;
  int event() const { return status >> 16; }
  bool at_call() const;      // A seccomp stop: before a call.
  bool after_call() const;   // The end of a call that was resumed by kSyscallEnd (or its beginning,
                             // without a filter).
  bool new_child() const;    // Inside clone(2) and friends.
  bool interrupted() const;  // After StopSoon(), at the start of a child, or a group stop.
  bool group_stop() const;   // By SIGSTOP, until SIGCONT.
  int signal() const;        // A signal is about to be delivered; 0: it is another kind of stop.
};

}  // namespace platform::ptracing
