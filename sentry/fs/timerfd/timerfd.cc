#include "sentry/fs/timerfd/timerfd.h"

#include <cstdio>

#include "abi/linux/poll.h"
#include "sentry/fs/anon/nameless_files.h"
#include "sentry/mm/user_memory.h"
#include "sentry/time/clock.h"

namespace sentry {

TimerFd::TimerFd(Path path, uint32_t flags, TimerQueue& timers, int32_t clock)
    : FileDescription(std::move(path), flags),
      clock_(clock),
      timer_(timers, [this] { Expired(); }) {}

void TimerFd::Expired() {
  ++ticks_;
  resting_ = interval_ns_ != 0;
  queue_.Notify(abi::kPollIn);
}

void TimerFd::CatchUp() {
  if (!resting_) return;
  resting_ = false;
  const int64_t behind = MonotonicNow() - next_;
  const int64_t missed = behind > 0 ? behind / interval_ns_ : 0;
  ticks_ += static_cast<uint64_t>(missed);
  next_ = next_ + (missed + 1) * interval_ns_;
  timer_.Arm(next_);
}

Result<size_t> TimerFd::Read(OpContext&, IoSink& sink, int64_t*) {
  if (sink.remaining() < sizeof(ticks_)) return Errno(EINVAL);
  if (ticks_ == 0) return Errno(EAGAIN);
  CatchUp();
  const uint64_t ticks = ticks_;
  ticks_ = 0;
  if (TRY(sink.Put(std::as_bytes(std::span(&ticks, 1)))) != sizeof(ticks)) return Errno(EFAULT);
  return sizeof(ticks);
}

Result<uint64_t> TimerFd::Ioctl(OpContext&, UserMemory& memory, uint64_t request, uint64_t arg) {
  if (request != abi::kTfdIocSetTicks) return Errno(ENOTTY);
  uint64_t ticks = TRY(memory.CopyIn(UserPtr<uint64_t>(arg)));
  if (ticks == 0) return Errno(EINVAL);
  ticks_ = ticks;
  queue_.Notify(abi::kPollIn);
  return uint64_t{0};
}

uint32_t TimerFd::Poll() {
  return ticks_ != 0 ? abi::kPollIn : 0;
}

abi::Itimerspec TimerFd::Get() {
  CatchUp();
  abi::Itimerspec spec{};
  spec.it_interval = ToTimespec(interval_ns_);
  if (timer_.armed()) {
    const int64_t left = next_ - MonotonicNow();
    spec.it_value = ToTimespec(left > 0 ? left : 1);  // Due, but not run yet.
  }
  return spec;
}

abi::Itimerspec TimerFd::Set(uint32_t flags, const abi::Itimerspec& spec) {
  const abi::Itimerspec old = Get();
  timer_.Disarm();
  ticks_ = 0;
  resting_ = false;
  settime_flags_ = flags;
  interval_ns_ = ToNanoseconds(spec.it_interval);
  const int64_t value = ToNanoseconds(spec.it_value);
  if (value == 0) return old;
  const bool absolute = (flags & abi::kTfdTimerAbstime) != 0;
  next_ = absolute ? DeadlineOn(clock_, value) : MonotonicNow() + value;
  timer_.Arm(next_);
  return old;
}

std::string TimerFd::FdInfo() {
  const abi::Itimerspec spec = Get();
  char text[256];
  std::snprintf(text, sizeof(text),
                "clockid: %d\nticks: %llu\nsettime flags: 0%o\nit_value: (%lld, %lld)\n"
                "it_interval: (%lld, %lld)\n",
                clock_, static_cast<unsigned long long>(ticks_), settime_flags_,
                static_cast<long long>(spec.it_value.tv_sec),
                static_cast<long long>(spec.it_value.tv_nsec),
                static_cast<long long>(spec.it_interval.tv_sec),
                static_cast<long long>(spec.it_interval.tv_nsec));
  return text;
}

TimerFd* AsTimerFd(FileDescription& file) {
  return dynamic_cast<TimerFd*>(&file);
}

Ref<FileDescription> NewTimerFd(Kernel& kernel, int32_t clock, uint32_t flags) {
  return MakeRef<TimerFd>(kernel.Get<NamelessFiles>().Anon("anon_inode:[timerfd]"),
                          abi::kORdwr | flags, kernel.timers(), clock);
}

}  // namespace sentry
