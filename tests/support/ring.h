// A ring of io_uring(7), as programs use it: through liburing.
#pragma once

#include <gtest/gtest.h>
#include <liburing.h>

#include <cerrno>
#include <cstdint>
#include <utility>
#include <vector>

namespace test {

class Ring : public testing::Test {
 protected:
  virtual unsigned setup_flags() const { return 0; }
  void SetUp() override {
    int made = io_uring_queue_init(8, &ring_, setup_flags());
    if (made == -ENOSYS || made == -EPERM) GTEST_SKIP() << "no io_uring here";
    ASSERT_EQ(made, 0);
    made_ = true;
  }
  void TearDown() override {
    if (made_) io_uring_queue_exit(&ring_);
  }
  io_uring_sqe* Sqe(uint64_t user_data = 0) {
    io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
    // Preparation clears it, so the data is set by Submit's caller where it matters.
    pending_.emplace_back(sqe, user_data);
    return sqe;
  }
  int Submit() {
    for (auto& [sqe, data] : pending_) io_uring_sqe_set_data64(sqe, data);
    pending_.clear();
    return io_uring_submit(&ring_);
  }
  struct Done {
    uint64_t data;
    int res;
    uint32_t flags;
  };
  Done Wait() {
    io_uring_cqe* cqe = nullptr;
    EXPECT_EQ(io_uring_wait_cqe(&ring_, &cqe), 0);
    Done done{cqe->user_data, cqe->res, cqe->flags};
    io_uring_cqe_seen(&ring_, cqe);
    return done;
  }
  bool Empty() {
    io_uring_cqe* cqe = nullptr;
    return io_uring_peek_cqe(&ring_, &cqe) == -EAGAIN;
  }
  int Run() {
    EXPECT_EQ(Submit(), 1);
    return Wait().res;
  }

  io_uring ring_{};
  bool made_ = false;
  std::vector<std::pair<io_uring_sqe*, uint64_t>> pending_;
};

}  // namespace test
