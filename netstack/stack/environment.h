// What the stack needs from outside: time, randomness, a wake-up, leave to use memory.  Nothing
// else is asked of anybody, so that a test owns all four and a trace repeats exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace netstack {

// Nanoseconds: Time since an epoch of the clock, Duration between two.
using Time = int64_t;
using Duration = int64_t;
inline constexpr Duration kMicrosecond = 1000;
inline constexpr Duration kMillisecond = 1000 * kMicrosecond;
inline constexpr Duration kSecond = 1000 * kMillisecond;

class Environment {
 public:
  virtual ~Environment() = default;
  // Monotonic.  Read once per entry into the stack.
  virtual Time Now() = 0;
  // Of CLOCK_REALTIME, for SO_TIMESTAMP and captures.
  virtual Time WallTime() = 0;
  // Unpredictable bytes: sequence numbers, hash seeds, ports.
  virtual void Random(std::span<std::byte> out) = 0;
  // Stack::RunTimers() is wanted at `when`, or as soon as may be if that has passed; nothing else
  // than the last `when` is.  Called from inside the stack: it notes the time and returns.  No call
  // is made for a deadline that moves away (the wake-up comes, finds nothing due and asks again),
  // and none while nothing is pending.
  virtual void WakeAt(Time when) = 0;
  // Buffer memory of a size is about to be used, or is free again.  False: refused; the packet is
  // dropped or the call fails with ENOBUFS.
  virtual bool Charge(size_t /*bytes*/) { return true; }
  virtual void Uncharge(size_t /*bytes*/) {}
};

}  // namespace netstack
