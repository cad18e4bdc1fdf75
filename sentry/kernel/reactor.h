// Reactor: waits for host descriptors and for the earliest timer on a thread of its own.  Callbacks
// run on that thread, under the kernel lock.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "platform/base/fd.h"
#include "platform/base/result.h"
#include "platform/base/unique_function.h"
#include "sentry/time/time.h"

namespace sentry {

class Reactor {
 public:
  using Callback = base::UniqueFunction<void(uint32_t events)>;

  Reactor();
  ~Reactor();

  // Calls back when `fd` shows one of `events` (epoll bits): once, until Rearm().  The fd is
  // borrowed until Unwatch().
  base::Result<void> Watch(int fd, uint32_t events, Callback callback);
  void Rearm(int fd, uint32_t events);
  void Unwatch(int fd);
  // Wakes up then, or earlier for nothing.
  void SetAlarm(std::optional<MonoTime> deadline);
  void WakeUp();  // Ends a Wait().

  // Without the kernel lock: waits.  Then RunReady() with it.
  void Wait();
  void RunReady();

 private:
  struct Ready {
    int fd;
    uint32_t events;
  };
  base::Fd epoll_, timer_, wake_;
  std::optional<MonoTime> alarm_;  // What the timer is set to.
  std::map<int, std::shared_ptr<Callback>> callbacks_;
  std::vector<Ready> ready_;
};

}  // namespace sentry
