// timerfd_create(2): a timer that is a file.
#pragma once

#include "abi/linux/time.h"
#include "sentry/kernel/kernel.h"
#include "sentry/time/timer_queue.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

class TimerFd final : public FileDescription {
 public:
  TimerFd(Path path, uint32_t flags, TimerQueue& timers, int32_t clock);

  Result<size_t> Read(OpContext& ctx, IoSink& sink, int64_t* position) override;
  Result<uint64_t> Ioctl(OpContext& ctx, UserMemory& memory, uint64_t request,
                         uint64_t arg) override;
  uint32_t Poll() override;
  Result<int64_t> Seek(OpContext&, int64_t, int) override { return int64_t{0}; }
  base::WaitQueue* Queue() override { return &queue_; }
  std::string FdInfo() override;

  // What is left until the next expiration, and the interval.
  abi::Itimerspec Get();
  // `spec` is valid; `flags` are TFD_TIMER_*.  The setting that it replaces.
  abi::Itimerspec Set(uint32_t flags, const abi::Itimerspec& spec);

 private:
  void Expired();
  // Counts the intervals that passed since the timer fired and arms it for the next one.  As in
  // Linux an unread timer sleeps: it costs nothing until somebody looks.
  void CatchUp();

  const int32_t clock_;
  Timer timer_;
  int64_t interval_ns_ = 0;
  MonoTime next_;         // The expiration that is awaited, or that happened last.
  bool resting_ = false;  // A periodic timer fired and has not been looked at.
  uint64_t ticks_ = 0;
  uint32_t settime_flags_ = 0;
  base::WaitQueue queue_;
};

// `file` as a timerfd, or null.
TimerFd* AsTimerFd(FileDescription& file);
Ref<FileDescription> NewTimerFd(Kernel& kernel, int32_t clock, uint32_t flags);

}  // namespace sentry
