// CookieSink: a file that takes the cookie of a message queue's notification: the netlink socket
// through which the C library does SIGEV_THREAD of mq_notify(3).
#pragma once

#include <cstddef>
#include <span>

namespace sentry {

class CookieSink {
 public:
  // As a datagram from the kernel to the socket; dropped when it has no room.
  virtual void DeliverCookie(std::span<const std::byte> cookie) = 0;

 protected:
  ~CookieSink() = default;
};

}  // namespace sentry
