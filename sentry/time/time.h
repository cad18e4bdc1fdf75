// Time as the kernel counts it: nanoseconds on the host's CLOCK_MONOTONIC and CLOCK_REALTIME.
#pragma once

#include <compare>
#include <cstdint>

#include "abi/linux/time.h"

namespace sentry {

constexpr int64_t kNanosPerSecond = 1'000'000'000;

// A point on CLOCK_MONOTONIC.
struct MonoTime {
  int64_t ns = 0;
  auto operator<=>(const MonoTime&) const = default;
  MonoTime operator+(int64_t nanoseconds) const;  // Saturates.
  int64_t operator-(MonoTime other) const { return ns - other.ns; }
};

MonoTime MonotonicNow();
int64_t RealtimeNowNs();
abi::Timespec RealtimeNow();
abi::Timespec ToTimespec(int64_t ns);
// Saturates at the largest representable time; the value must be valid (IsValid).
int64_t ToNanoseconds(const abi::Timespec& ts);
using abi::IsValid;

}  // namespace sentry
