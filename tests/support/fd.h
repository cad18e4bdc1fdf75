// Fd: an owned file descriptor for tests; it may hold a failed call's -1, so that the test can
// assert on get().
#pragma once

#include <unistd.h>

#include <utility>

namespace test {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  ~Fd() { reset(); }

  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

// Both ends of a pipe.
struct Pipe {
  Fd read_end;
  Fd write_end;

  static Pipe Create(int flags = 0);
};

}  // namespace test
