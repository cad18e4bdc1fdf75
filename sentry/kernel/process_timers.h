// The timers of a process beside ITIMER_REAL, made on first use: POSIX timers (timer_create(2)),
// ITIMER_VIRTUAL and ITIMER_PROF.  Not inherited by fork; execve deletes the POSIX ones.
#pragma once

#include <array>
#include <map>
#include <memory>

#include "abi/linux/signal.h"
#include "abi/linux/time.h"
#include "sentry/kernel/guest_clock.h"

namespace sentry {

class PosixTimer {
 public:
  PosixTimer(ThreadGroup& group, int32_t id, GuestClock clock, const abi::SigEvent& event);

  // timer_settime(2); the setting that it replaces.  `spec` is valid.
  Result<abi::Itimerspec> Set(bool absolute, const abi::Itimerspec& spec);
  Result<abi::Itimerspec> Get() const;
  // Expirations beyond the first that the signal taken last stands for (timer_getoverrun(2)).
  int Overrun() const;

 private:
  // Where its signals go; null: nowhere, its thread has ended.
  SignalQueue* Queue(Task** task) const;
  void Expired();
  void Signal(int64_t missed);

  ThreadGroup& group_;
  const int32_t id_;
  const GuestClock clock_;
  const abi::SigEvent event_;
  int64_t interval_ns_ = 0;
  int latest_overrun_ = 0;  // Of the signal sent last, which may be pending.
  int taken_overrun_ = 0;   // Of the one before.
  ClockTimer timer_;
};

class ProcessTimers final : public RefCounted {
 public:
  explicit ProcessTimers(ThreadGroup& group) : group_(group) {}
  static ProcessTimers& Of(ThreadGroup& group);

  Result<int32_t> Create(GuestClock clock, abi::SigEvent event, bool default_event);
  Result<PosixTimer*> Find(int32_t id);  // EINVAL
  Result<void> Delete(int32_t id);
  void DeleteAll() { timers_.clear(); }

  // ITIMER_VIRTUAL, ITIMER_PROF.
  abi::Itimerval GetCpu(int which) const;
  abi::Itimerval SetCpu(int which, const abi::Itimerval& value);
  // RLIMIT_CPU, as it is now.
  void ApplyCpuLimit();

 private:
  struct CpuItimer {
    std::unique_ptr<ClockTimer> timer;
    int64_t interval_ns = 0;
  };
  void CpuExpired(int which);
  void CpuLimitReached();
  GuestClock ProcessClock() const;

  ThreadGroup& group_;
  std::map<int32_t, std::unique_ptr<PosixTimer>> timers_;
  int32_t next_id_ = 0;
  std::array<CpuItimer, 2> cpu_;
  std::unique_ptr<ClockTimer> cpu_limit_;
};

// After a change of RLIMIT_CPU, and for a new process, which inherits it.
void ApplyCpuLimit(ThreadGroup& group);

// ITIMER_REAL, whose timer is a member of the thread group.
abi::Itimerval GetRealTimer(const ThreadGroup& group);
abi::Itimerval SetRealTimer(ThreadGroup& group, const abi::Itimerval& value);

}  // namespace sentry
