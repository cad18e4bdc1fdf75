// The host signals that stubs take.  All others are blocked there: guest-visible signals are the
// kernel's alone.
#pragma once

#include <csignal>
#include <cstdint>

namespace platform::notify {

// Asks a running stub thread to stand still; in the Sentry it interrupts the receiving thread.
inline constexpr int kKick = 63;
// In the Sentry alone: ends the reaper's wait once a second.
inline constexpr int kTick = 62;
inline constexpr int kStubSignals[] = {SIGSYS, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, kKick};

constexpr uint64_t SignalBit(int signal) {
  return uint64_t{1} << (signal - 1);
}

constexpr uint64_t StubSignalSet() {
  uint64_t set = 0;
  for (const int signal : kStubSignals) set |= SignalBit(signal);
  return set;
}

// What is blocked while guest code runs.
inline constexpr uint64_t kGuestMask = ~StubSignalSet();

}  // namespace platform::notify
