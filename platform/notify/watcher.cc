#include "platform/notify/watcher.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace platform::notify {
namespace {

// Nanoseconds.
constexpr int64_t kMicrosecond = 1000, kMillisecond = 1000 * kMicrosecond;
constexpr int64_t kSoon = 30 * kMicrosecond;      // From an answer to the next call's report.
constexpr int64_t kPatience = 10 * kMicrosecond;  // Spinning for the next call.
constexpr int64_t kLost = 300 * kMicrosecond;     // Between two looks at the clock: preempted.
constexpr int64_t kBetweenPolls = 100 * kMicrosecond, kBetweenPollsOfMany = 20 * kMicrosecond;
constexpr int64_t kBetweenLooks = 2 * kMillisecond;
constexpr int64_t kFirstPause = kMillisecond, kLongestPause = 64 * kMillisecond;

constexpr unsigned kFewest = 32, kMost = 1024;          // Calls in a row before watching.
constexpr unsigned kHotSite = 256, kHotSiteAlways = 8;  // It may not come to be watched.
constexpr unsigned kMiss = 4;  // What a call counts that could not come through the slot.

int64_t Now() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 * kMillisecond + now.tv_nsec;
}

// None on a machine with more processors than fit (EINVAL).
cpu_set_t UsableProcessors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  ::sched_getaffinity(0, sizeof(set), &set);
  return set;
}

// Whether this thread keeps away from a processor; threads begin where the one that made them may
// be.
thread_local bool apart = true;

}  // namespace

Watcher::Watcher(int proc_fd, NotifyOptions::Spin spin)
    : proc_fd_(proc_fd),
      always_(spin == NotifyOptions::Spin::kAlways),
      usable_(UsableProcessors()),
      processors_(static_cast<unsigned>(CPU_COUNT(&usable_))),
      possible_(proc_fd >= 0 && spin != NotifyOptions::Spin::kNever &&
                (always_ || processors_ > 1)),
      needed_(always_ ? 1 : kFewest),
      pause_(kFirstPause) {}

unsigned Watcher::hot_site() const {
  return always_ ? kHotSiteAlways : kHotSite;
}

void Watcher::OnReported(const StubThread& t, bool watchable) {
  if (&t != last_) {
    score_ = 0;
  } else if (watchable && Now() - answered_at_ < kSoon) {
    score_ = std::min(score_ + 1, needed_ + kFewest);
  } else {
    score_ -= std::min(score_, kMiss);
  }
}

void Watcher::OnTaken() {
  ++taken_;
  ++all_taken_;
  score_ = std::min(score_ + 1, needed_ + kFewest);
}

bool Watcher::OnAnswer(const StubThread& t) {
  last_ = &t;
  answered_at_ = Now();
  return score_ >= (watching_ ? needed_ / 2 : needed_) && answered_at_ >= not_before_;
}

bool Watcher::Begin() {
  if (watching_ && answered_at_ < look_again_) return true;
  look_again_ = answered_at_ + kBetweenLooks;
  if (!HasIdleProcessor(answered_at_)) return false;
  if (!watching_) taken_ = 0;
  watching_ = true;
  return true;
}

void Watcher::End() {
  if (!watching_) return;
  watching_ = false;
  left_ = -1;
  score_ = 0;
  if (always_) return;
  // Waking the thread on another processor has to pay.
  needed_ = taken_ >= 4 * needed_ ? kFewest : std::min(2 * needed_, kMost);
}

Watcher::Awaited Watcher::Await(const abi::stub::SlotCall& call,
                                const std::atomic<bool>& attention) {
  constexpr int kBetweenClocks = 16;
  // That takes a while: the thread may have made its call in the host meanwhile.
  if (StandApart()) return Awaited::kListener;
  const int64_t start = Now();
  if (start - listener_at_ > (others_ ? kBetweenPollsOfMany : kBetweenPolls)) {
    listener_at_ = start;
    return Awaited::kListener;
  }
  for (int64_t last = start;;) {
    for (int i = 0; i < kBetweenClocks; ++i) {
      if (__atomic_load_n(&call.state, __ATOMIC_ACQUIRE) == SHIM_CALL_MADE) return Awaited::kCall;
      if (attention.load(std::memory_order_relaxed)) return Awaited::kAttention;
      __builtin_ia32_pause();
    }
    const int64_t now = Now();
    if (now - last > kLost) return Awaited::kPreempted;
    if (now - start > kPatience) return Awaited::kNothing;
    last = now;
  }
}

void Watcher::OnAwaited(Awaited what) {
  if (what == Awaited::kNothing) score_ -= std::min(score_, kMiss);
  if (what != Awaited::kPreempted || always_) return;
  not_before_ = Now() + pause_;
  pause_ = std::min(2 * pause_, kLongestPause);
}

// A report and its answer wake on the same processor, where only one of both can run.
bool Watcher::StandApart() {
  if (apart) return false;
  int theirs = -1;
  if (left_.compare_exchange_strong(theirs, ::sched_getcpu())) theirs = left_.load();
  cpu_set_t others = usable_;
  CPU_CLR(static_cast<size_t>(theirs), &others);
  ::sched_setaffinity(0, sizeof(others), &others);
  apart = true;
  return true;
}

void Watcher::StandAnywhere() {
  if (!apart || watching_.load(std::memory_order_relaxed)) return;
  if (processors_ > 1) ::sched_setaffinity(0, sizeof(usable_), &usable_);
  apart = false;
}

bool Watcher::HasIdleProcessor(int64_t now) {
  if (always_) return true;
  // The Sentry runs, and while it watches the thread does too; before, the host may count it all
  // the same, as one whose sleep it has not noted down yet (Linux 6.12).
  if (CountRunning() <= std::max(processors_, 2u)) {
    if (watching_) pause_ = kFirstPause;
    return true;
  }
  not_before_ = now + pause_;
  pause_ = std::min(2 * pause_, kLongestPause);
  return false;
}

// proc_loadavg(5): the number of threads that run or could, on the whole host.
unsigned Watcher::CountRunning() {
  if (!load_.valid()) load_ = base::Fd(::openat(proc_fd_, "loadavg", O_RDONLY | O_CLOEXEC));
  char text[64] = {};
  unsigned running = 0;
  if (::pread(load_.get(), text, sizeof(text) - 1, 0) <= 0 ||
      std::sscanf(text, "%*s %*s %*s %u/", &running) != 1) {
    return CPU_SETSIZE;
  }
  return running;
}

}  // namespace platform::notify
