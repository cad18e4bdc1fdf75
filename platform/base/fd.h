// Fd: an owned host file descriptor.  Move-only, closed on destruction, never converted to int
// silently.
#pragma once

#include <unistd.h>

#include <utility>

#include "platform/base/result.h"

namespace base {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

  // Wraps the return value of a host call that yields a descriptor.
  static Result<Fd> From(int fd) {
    if (fd < 0) return LastErrno();
    return Fd(fd);
  }

 private:
  int fd_ = -1;
};

}  // namespace base
