#include "sentry/kernel/guest_clock.h"

#include <algorithm>

#include "abi/linux/time.h"
#include "sentry/kernel/host_proc.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/task.h"
#include "sentry/time/clock.h"

namespace sentry {
namespace {

constexpr int64_t kMinSampleNs = 1'000'000;
constexpr int64_t kMaxSampleNs = 50'000'000;

bool IsReadableWallClock(int32_t id) {
  return IsWallClock(id) || id == abi::kClockMonotonicRaw || id == abi::kClockRealtimeCoarse ||
         id == abi::kClockMonotonicCoarse;
}

// Ids below zero name a pid or tid of the guest (clock_getcpuclockid(3)).
Result<GuestClock> ResolveCpuClock(Task& caller, int32_t id) {
  constexpr int32_t kClockKind = 3;  // 0 to 2: CPUCLOCK_PROF, _VIRT, _SCHED.
  if ((id & kClockKind) == kClockKind) return Errno(EINVAL);
  const Tid tid = caller.GlobalOf(abi::CpuClockTid(id));
  GuestClock clock;
  if (abi::CpuClockIsThread(id)) {
    Task* task = tid.value() == 0 ? &caller : caller.kernel().pids().FindTask(tid);
    if (task == nullptr || &task->group() != &caller.group()) return Errno(EINVAL);
    clock.group = task->group_ref();
    clock.thread = task->tid();
    return clock;
  }
  ThreadGroup* group = tid.value() == 0 ? &caller.group() : caller.kernel().pids().FindGroup(tid);
  if (group == nullptr) return Errno(EINVAL);
  clock.group = Ref<ThreadGroup>(group);
  return clock;
}

}  // namespace

Result<GuestClock> ResolveClock(Task& caller, int32_t id) {
  GuestClock clock;
  if (id < 0) return ResolveCpuClock(caller, id);
  if (IsReadableWallClock(id)) {
    clock.wall = id;
    return clock;
  }
  if (id != abi::kClockProcessCputimeId && id != abi::kClockThreadCputimeId) return Errno(EINVAL);
  clock.group = caller.group_ref();
  if (id == abi::kClockThreadCputimeId) clock.thread = caller.tid();
  return clock;
}

Result<int64_t> ReadClock(const GuestClock& clock) {
  if (!clock.IsCpu()) return ReadHostClock(TimerBaseClock(clock.wall));
  if (clock.group->tasks.empty() || !clock.group->tasks.front()->has_thread()) return Errno(EINVAL);
  platform::Thread& any = clock.group->tasks.front()->thread();
  if (clock.thread.value() == 0) return HostProcessCpuNs(any.host_pid());
  for (Task* task : clock.group->tasks) {
    if (task->tid() != clock.thread) continue;
    return HostThreadCpuNs(clock.group->kernel.options().proc_fd, any.host_pid(),
                           task->thread().host_tid());
  }
  return Errno(EINVAL);
}

ClockTimer::ClockTimer(Kernel& kernel, base::UniqueFunction<void()> expire)
    : expire_(std::move(expire)), timer_(kernel.timers(), [this] { Due(); }) {}

void ClockTimer::Arm(GuestClock clock, int64_t target_ns) {
  clock_ = std::move(clock);
  target_ns_ = target_ns;
  if (!clock_.IsCpu()) return timer_.Arm(DeadlineOn(clock_.wall, target_ns));
  last_left_ns_ = target_ns - ReadClock(clock_).value_or(0);
  idle_wait_ns_ = 0;
  ArmSample(last_left_ns_);
}

// The clock cannot run faster than all threads of the process together.
void ClockTimer::ArmSample(int64_t left_ns) {
  const int64_t threads =
      clock_.thread.value() != 0 ? 1 : std::max<int64_t>(1, std::ssize(clock_.group->tasks));
  const int64_t wait = std::max({left_ns / threads, idle_wait_ns_, kMinSampleNs});
  timer_.Arm(MonotonicNow() + (left_ns <= 0 ? 0 : wait));
}

void ClockTimer::Due() {
  if (clock_.IsCpu()) {
    Result<int64_t> now = ReadClock(clock_);
    if (!now.ok()) return;  // Nobody is left whose time could pass.
    const int64_t left = target_ns_ - *now;
    if (left > 0) {
      const bool idle = left == last_left_ns_;
      idle_wait_ns_ = idle ? std::min(kMaxSampleNs, std::max(kMinSampleNs, idle_wait_ns_ * 2)) : 0;
      last_left_ns_ = left;
      return ArmSample(left);
    }
  }
  expire_();
}

}  // namespace sentry
