// A thread that is joined at the end of its scope and tells its tid.
#pragma once

#include <unistd.h>

#include <atomic>
#include <thread>
#include <utility>

namespace test {

class ScopedThread {
 public:
  template <typename Body>
  explicit ScopedThread(Body body) {
    thread_ = std::thread([this, body = std::move(body)]() mutable {
      tid_.store(gettid());
      tid_.notify_all();
      body();
    });
    tid_.wait(0);
  }
  ScopedThread(const ScopedThread&) = delete;
  ScopedThread& operator=(const ScopedThread&) = delete;
  ~ScopedThread() { Join(); }

  pid_t tid() const { return tid_.load(); }
  pthread_t handle() { return thread_.native_handle(); }
  void Join() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::thread thread_;
  std::atomic<pid_t> tid_{0};
};

}  // namespace test
