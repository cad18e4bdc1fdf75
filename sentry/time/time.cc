#include "sentry/time/time.h"

#include <time.h>

#include <limits>

namespace sentry {
namespace {

int64_t HostClock(clockid_t clock) {
  timespec now;
  ::clock_gettime(clock, &now);
  return now.tv_sec * kNanosPerSecond + now.tv_nsec;
}

}  // namespace

MonoTime MonoTime::operator+(int64_t nanoseconds) const {
  int64_t sum;
  if (__builtin_add_overflow(ns, nanoseconds, &sum)) return {std::numeric_limits<int64_t>::max()};
  return {sum};
}

MonoTime MonotonicNow() {
  return {HostClock(CLOCK_MONOTONIC)};
}

int64_t RealtimeNowNs() {
  return HostClock(CLOCK_REALTIME);
}

abi::Timespec RealtimeNow() {
  return ToTimespec(RealtimeNowNs());
}

abi::Timespec ToTimespec(int64_t ns) {
  abi::Timespec ts{};
  ts.tv_sec = ns / kNanosPerSecond;
  ts.tv_nsec = ns % kNanosPerSecond;
  return ts;
}

int64_t ToNanoseconds(const abi::Timespec& ts) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  if (ts.tv_sec >= kMax / kNanosPerSecond) return kMax;
  return ts.tv_sec * kNanosPerSecond + ts.tv_nsec;
}

}  // namespace sentry
