#include "sentry/kernel/reactor.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

#include "platform/base/log.h"

namespace sentry {

Reactor::Reactor()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  CHECK(epoll_.valid() && timer_.valid() && wake_.valid());
  for (int fd : {timer_.get(), wake_.get()}) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0);
  }
}

Reactor::~Reactor() = default;

base::Result<void> Reactor::Watch(int fd, uint32_t events, Callback callback) {
  epoll_event event{};
  event.events = events | EPOLLONESHOT;
  event.data.fd = fd;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return base::LastErrno();
  callbacks_[fd] = std::make_shared<Callback>(std::move(callback));
  return {};
}

void Reactor::Rearm(int fd, uint32_t events) {
  epoll_event event{};
  event.events = events | EPOLLONESHOT;
  event.data.fd = fd;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void Reactor::Unwatch(int fd) {
  if (callbacks_.erase(fd) != 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

void Reactor::SetAlarm(std::optional<MonoTime> deadline) {
  // One that is set for earlier wakes once for nothing, which is cheaper than a host call a change.
  if (deadline && alarm_ && *alarm_ <= *deadline) return;
  alarm_ = deadline;
  itimerspec spec{};
  if (deadline) {
    int64_t ns = deadline->ns > 0 ? deadline->ns : 1;  // Zero would disarm it.
    spec.it_value.tv_sec = ns / kNanosPerSecond;
    spec.it_value.tv_nsec = ns % kNanosPerSecond;
  }
  ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
}

void Reactor::WakeUp() {
  uint64_t one = 1;
  [[maybe_unused]] ssize_t written = ::write(wake_.get(), &one, sizeof(one));
}

void Reactor::Wait() {
  constexpr int kMax = 64;
  epoll_event events[kMax];
  int n = ::epoll_wait(epoll_.get(), events, kMax, -1);
  ready_.clear();
  for (int i = 0; i < n; ++i) ready_.push_back({events[i].data.fd, events[i].events});
}

void Reactor::RunReady() {
  std::vector<Ready> ready = std::move(ready_);
  ready_.clear();
  for (const Ready& one : ready) {
    if (one.fd == timer_.get() || one.fd == wake_.get()) {
      if (one.fd == timer_.get()) alarm_.reset();
      uint64_t count;
      [[maybe_unused]] ssize_t n = ::read(one.fd, &count, sizeof(count));
      continue;
    }
    auto found = callbacks_.find(one.fd);
    if (found == callbacks_.end()) continue;
    std::shared_ptr<Callback> callback = found->second;  // It may unwatch itself.
    (*callback)(one.events);
  }
}

}  // namespace sentry
