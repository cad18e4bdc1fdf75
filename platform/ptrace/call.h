// Host calls made in a stopped stub thread on behalf of the Sentry, one after the other, each to
// its end.
//
// The tracer waits for them: they are short (mmap, clone, recvmsg...), and what a thread's
// registers were before is restored by whoever lets it run again.
#pragma once

#include <array>
#include <optional>

#include "platform/ptrace/requests.h"
#include "platform/ptrace/stop_queue.h"

namespace platform::ptracing {

// A stub thread as the tracer sees it.
struct Tracee {
  pid_t tid = 0;
  // It stands before a call of its own (seccomp stop): letting it run executes what orig_rax then
  // says.
  bool at_call = false;
  // The host reported its end; `status` says how.
  bool ended = false;
  int status = 0;
  // As of the last stop of guest code; registers for calls are made from them.
  Registers registers{};
};

using CallArgs = std::array<uint64_t, 6>;

class Caller {
 public:
  explicit Caller(StopQueue* stops) : stops_(stops) {}

  // Where a `syscall` instruction is mapped in the stub, and whether its seccomp filter is there
  // already.
  void SetUp(uint64_t syscall_address, bool filtered) {
    syscall_address_ = syscall_address;
    filtered_ = filtered;
  }
  // The call's result, or -errno.  nullopt: the thread ended (see tracee.ended), or is being killed
  // for misbehaving.
  std::optional<int64_t> Call(Tracee& tracee, int64_t number, const CallArgs& args = {});
  // Call() for clone(2); also waits until the child stands still, before its first instruction.
  struct Child {
    int64_t result = 0;  // Negative: an errno.
    Tracee tracee;       // `ended` when it was killed at once.
  };
  std::optional<Child> Clone(Tracee& tracee, uint64_t flags, uint64_t clear_tid_address);
  // Brings a thread that was used for calls back to the stop before its own call.
  bool Reenter(Tracee& tracee);
  // From any stop into exit(2).
  void Exit(Tracee& tracee);

 private:
  bool StartCall(Tracee& tracee, int64_t number, const CallArgs& args);
  bool RunToCallStop(Tracee& tracee, RunTo to);

  StopQueue* const stops_;
  uint64_t syscall_address_ = 0;
  bool filtered_ = false;
  pid_t new_child_ = 0;
};

// The kernel-generated signals that are processor faults.
bool IsFault(const siginfo_t& info);

}  // namespace platform::ptracing
