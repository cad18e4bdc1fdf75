#include "sentry/kernel/process_timers.h"

#include <algorithm>

#include "abi/linux/resource.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/signals.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

int64_t ToNs(const abi::Timeval& tv) {
  return ToNanoseconds({tv.tv_sec, tv.tv_usec * 1000});
}

abi::Timeval ToTimeval(int64_t ns) {
  const int64_t us = (ns + 999) / 1000;  // Never 0 for a timer that runs.
  return {us / abi::kUsecPerSec, us % abi::kUsecPerSec};
}

void SendItimerSignal(ThreadGroup& group, int signal) {
  [[maybe_unused]] Result<void> sent = group.SendSignal(KernelSignal(signal));
}

}  // namespace

PosixTimer::PosixTimer(ThreadGroup& group, int32_t id, GuestClock clock, const abi::SigEvent& event)
    : group_(group), id_(id), clock_(std::move(clock)), event_(event), timer_(group.kernel, [this] {
        Expired();
      }) {}

Result<abi::Itimerspec> PosixTimer::Get() const {
  abi::Itimerspec spec{};
  spec.it_interval = ToTimespec(interval_ns_);
  if (timer_.armed()) {
    const int64_t left = timer_.target_ns() - TRY(ReadClock(clock_));
    spec.it_value = ToTimespec(std::max<int64_t>(left, 1));
  }
  return spec;
}

Result<abi::Itimerspec> PosixTimer::Set(bool absolute, const abi::Itimerspec& spec) {
  const int64_t now = TRY(ReadClock(clock_));
  const abi::Itimerspec old = TRY(Get());
  timer_.Disarm();
  latest_overrun_ = taken_overrun_ = 0;
  interval_ns_ = ToNanoseconds(spec.it_interval);
  const int64_t value = ToNanoseconds(spec.it_value);
  if (value == 0) return old;
  int64_t target = value;
  if (!absolute && __builtin_add_overflow(now, value, &target)) target = value;
  timer_.Arm(clock_, target);
  return old;
}

void PosixTimer::Expired() {
  int64_t missed = 0;
  if (interval_ns_ != 0) {
    const int64_t behind = ReadClock(clock_).value_or(0) - timer_.target_ns();
    missed = behind > 0 ? behind / interval_ns_ : 0;
    timer_.Arm(clock_, timer_.target_ns() + (missed + 1) * interval_ns_);
  }
  Signal(missed);  // The last thing done: the signal may end the process and its timers.
}

SignalQueue* PosixTimer::Queue(Task** task) const {
  *task = nullptr;
  if ((event_.notify & abi::kSigevThreadId) == 0) return &group_.pending;
  *task = group_.kernel.pids().FindTask(Tid(event_.tid));
  if (*task == nullptr || &(*task)->group() != &group_) return nullptr;
  return &(*task)->pending;
}

int PosixTimer::Overrun() const {
  Task* task = nullptr;
  SignalQueue* queue = Queue(&task);
  const bool pending = queue != nullptr && queue->FindTimer(event_.signo, id_) != nullptr;
  return pending ? taken_overrun_ : latest_overrun_;
}

// While its signal is pending a timer sends no second one, it counts (timer_getoverrun(2)).
void PosixTimer::Signal(int64_t missed) {
  constexpr int64_t kMaxOverrun = 0x7fffffff;  // DELAYTIMER_MAX
  if (event_.notify == abi::kSigevNone) return;
  Task* task = nullptr;
  SignalQueue* queue = Queue(&task);
  if (queue == nullptr) return;
  if (abi::SigInfo* queued = queue->FindTimer(event_.signo, id_)) {
    latest_overrun_ = static_cast<int>(std::min(kMaxOverrun, latest_overrun_ + missed + 1));
    queued->fields.timer.overrun = latest_overrun_;
    return;
  }
  taken_overrun_ = std::exchange(latest_overrun_, static_cast<int>(std::min(kMaxOverrun, missed)));
  abi::SigInfo info{};
  info.si_signo = event_.signo;
  info.si_code = abi::kSiTimer;
  info.fields.timer.tid = id_;
  info.fields.timer.overrun = latest_overrun_;
  info.fields.timer.value = event_.value;
  [[maybe_unused]] Result<void> sent =
      task != nullptr ? task->SendSignal(info) : group_.SendSignal(info);
}

ProcessTimers& ProcessTimers::Of(ThreadGroup& group) {
  if (!group.posix_timers) group.posix_timers = MakeRef<ProcessTimers>(group);
  return static_cast<ProcessTimers&>(*group.posix_timers);
}

Result<int32_t> ProcessTimers::Create(GuestClock clock, abi::SigEvent event, bool default_event) {
  if (timers_.size() >= group_.limit(abi::kRlimitSigpending)) return Errno(EAGAIN);
  while (timers_.contains(next_id_)) next_id_ = (next_id_ + 1) & 0x7fffffff;
  const int32_t id = next_id_;
  next_id_ = (next_id_ + 1) & 0x7fffffff;
  if (default_event) event.value.sival_int = id;
  timers_[id] = std::make_unique<PosixTimer>(group_, id, std::move(clock), event);
  return id;
}

Result<PosixTimer*> ProcessTimers::Find(int32_t id) {
  auto found = timers_.find(id);
  if (found == timers_.end()) return Errno(EINVAL);
  return found->second.get();
}

Result<void> ProcessTimers::Delete(int32_t id) {
  if (timers_.erase(id) == 0) return Errno(EINVAL);
  return {};
}

GuestClock ProcessTimers::ProcessClock() const {
  GuestClock clock;
  clock.group = Ref<ThreadGroup>(&group_);
  return clock;
}

abi::Itimerval ProcessTimers::GetCpu(int which) const {
  const CpuItimer& timer = cpu_[static_cast<size_t>(which - abi::kItimerVirtual)];
  abi::Itimerval value{};
  if (timer.timer == nullptr || !timer.timer->armed()) return value;
  const int64_t left = timer.timer->target_ns() - ReadClock(ProcessClock()).value_or(0);
  value.it_interval = ToTimeval(timer.interval_ns);
  value.it_value = ToTimeval(std::max<int64_t>(left, 1));
  return value;
}

abi::Itimerval ProcessTimers::SetCpu(int which, const abi::Itimerval& value) {
  const abi::Itimerval old = GetCpu(which);
  CpuItimer& timer = cpu_[static_cast<size_t>(which - abi::kItimerVirtual)];
  if (timer.timer != nullptr) timer.timer->Disarm();
  timer.interval_ns = ToNs(value.it_interval);
  const int64_t delay = ToNs(value.it_value);
  if (delay == 0) return old;
  if (timer.timer == nullptr) {
    timer.timer = std::make_unique<ClockTimer>(group_.kernel, [this, which] { CpuExpired(which); });
  }
  timer.timer->Arm(ProcessClock(), ReadClock(ProcessClock()).value_or(0) + delay);
  return old;
}

void ProcessTimers::CpuExpired(int which) {
  CpuItimer& timer = cpu_[static_cast<size_t>(which - abi::kItimerVirtual)];
  if (timer.interval_ns != 0) {
    const int64_t now = ReadClock(ProcessClock()).value_or(0);
    timer.timer->Arm(ProcessClock(), now + timer.interval_ns);
  }
  SendItimerSignal(group_, which == abi::kItimerProf ? abi::kSigProf : abi::kSigVtalrm);
}

void ProcessTimers::ApplyCpuLimit() {
  const uint64_t seconds = group_.limit(abi::kRlimitCpu);
  if (cpu_limit_ != nullptr) cpu_limit_->Disarm();
  if (seconds >= static_cast<uint64_t>(INT64_MAX / kNanosPerSecond)) return;
  if (cpu_limit_ == nullptr) {
    cpu_limit_ = std::make_unique<ClockTimer>(group_.kernel, [this] { CpuLimitReached(); });
  }
  // A limit of none at all is one second (Linux: update_rlimit_cpu()).
  const int64_t target = static_cast<int64_t>(std::max<uint64_t>(seconds, 1)) * kNanosPerSecond;
  cpu_limit_->Arm(ProcessClock(), target);
}

// SIGXCPU every second from the soft limit on, SIGKILL at the hard one (getrlimit(2)).
void ProcessTimers::CpuLimitReached() {
  abi::Rlimit& limit = group_.limits[static_cast<size_t>(abi::kRlimitCpu)];
  const uint64_t used =
      static_cast<uint64_t>(ReadClock(ProcessClock()).value_or(0) / kNanosPerSecond);
  if (used >= limit.rlim_max) return SendItimerSignal(group_, abi::kSigKill);
  limit.rlim_cur = used + 1;
  ApplyCpuLimit();
  SendItimerSignal(group_, abi::kSigXcpu);  // The last thing done: it may end the process.
}

void ApplyCpuLimit(ThreadGroup& group) {
  if (group.limit(abi::kRlimitCpu) == abi::kRlimInfinity && !group.posix_timers) return;
  ProcessTimers::Of(group).ApplyCpuLimit();
}

abi::Itimerval GetRealTimer(const ThreadGroup& group) {
  abi::Itimerval value{};
  if (group.real_timer == nullptr || !group.real_timer->armed()) return value;
  const int64_t left = *group.real_timer->deadline() - MonotonicNow();
  value.it_interval = ToTimeval(group.real_interval_ns);
  value.it_value = ToTimeval(std::max<int64_t>(left, 1));
  return value;
}

abi::Itimerval SetRealTimer(ThreadGroup& group, const abi::Itimerval& value) {
  const abi::Itimerval old = GetRealTimer(group);
  if (group.real_timer != nullptr) group.real_timer->Disarm();
  group.real_interval_ns = ToNs(value.it_interval);
  const int64_t delay = ToNs(value.it_value);
  if (delay == 0) return old;
  if (group.real_timer == nullptr) {
    group.real_timer = std::make_unique<Timer>(group.kernel.timers(), [g = &group] {
      if (g->real_interval_ns != 0) {
        g->real_timer->Arm(MonotonicNow() + g->real_interval_ns);
      }
      SendItimerSignal(*g, abi::kSigAlrm);  // Last: it may end the process and this timer.
    });
  }
  group.real_timer->Arm(MonotonicNow() + delay);
  return old;
}

}  // namespace sentry
