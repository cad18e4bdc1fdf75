// OutsideSignals: signals that reach the sandbox from outside, in the Sentry.  The launcher alone
// takes them and passes them on over a channel (launcher.cc), not as signals: the host gives those
// of a terminal and of kill(2) on a process group to the Sentry as well, and would merge both.
#pragma once

#include <cstdint>

#include "platform/base/fd.h"
#include "sentry/kernel/kernel.h"

namespace sentry {

// Who made a signal: one of a terminal's is for the programs in front, one of a process's for the
// first program.
enum class SignalOrigin : uint8_t { kProcess, kTerminal };

// A message of the launcher's.
struct OutsideSignal {
  uint8_t signal;
  SignalOrigin origin;
};

// First thing in the Sentry, before any thread is started: blocks what is passed on.
void PrepareForOutsideSignals();

class OutsideSignals final : public base::Waiter {
 public:
  // `channel`: to the launcher, with boundaries of messages.  It gets a byte, the signal's number,
  // when the first program is stopped.
  OutsideSignals(Kernel& kernel, base::Fd channel);
  void Wake(uint32_t events) override;

 private:
  void Receive();
  void Deliver(const OutsideSignal& message);

  Kernel& kernel_;
  base::Fd channel_;
  bool stopped_ = false;  // The first program, as far as the launcher knows.
};

}  // namespace sentry
