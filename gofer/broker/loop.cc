#include "gofer/broker/loop.h"

// No exceptions leave this file: every call takes its error as a value.
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>

namespace gofer {

namespace asio = boost::asio;

struct Loop::State {
  asio::io_context context{1};
  // Its reactor opens what it needs when the first object of this kind is made: now, and not behind
  // the filter.
  asio::posix::stream_descriptor first{context};
  std::map<int, std::shared_ptr<asio::posix::stream_descriptor>> watched;
  std::map<Token, std::unique_ptr<asio::steady_timer>> timers;
  Token next_token = 1;

  asio::posix::stream_descriptor& Descriptor(int fd) {
    auto& entry = watched[fd];
    if (entry == nullptr) {
      entry = std::make_shared<asio::posix::stream_descriptor>(context);
      boost::system::error_code error;
      entry->assign(fd, error);
    }
    return *entry;
  }
  void Wait(int fd, asio::posix::stream_descriptor::wait_type type, std::function<void()> then) {
    asio::posix::stream_descriptor& descriptor = Descriptor(fd);
    std::weak_ptr<asio::posix::stream_descriptor> alive = watched[fd];
    descriptor.async_wait(type,
                          [alive, then = std::move(then)](const boost::system::error_code& error) {
                            if (error != asio::error::operation_aborted && !alive.expired()) then();
                          });
  }
};

Loop::Loop() : state_(std::make_unique<State>()) {}
Loop::~Loop() {
  for (auto& [fd, descriptor] : state_->watched) descriptor->release();
}

void Loop::WhenReadable(int fd, std::function<void()> then) {
  state_->Wait(fd, asio::posix::stream_descriptor::wait_read, std::move(then));
}

void Loop::WhenWritable(int fd, std::function<void()> then) {
  state_->Wait(fd, asio::posix::stream_descriptor::wait_write, std::move(then));
}

void Loop::Forget(int fd) {
  auto found = state_->watched.find(fd);
  if (found == state_->watched.end()) return;
  found->second->release();
  state_->watched.erase(found);
}

Loop::Token Loop::After(int64_t milliseconds, std::function<void()> then) {
  const Token token = state_->next_token++;
  auto timer = std::make_unique<asio::steady_timer>(state_->context);
  timer->expires_after(std::chrono::milliseconds(milliseconds));
  timer->async_wait([this, token, then = std::move(then)](const boost::system::error_code& error) {
    if (error || state_->timers.erase(token) == 0) return;
    then();
  });
  state_->timers[token] = std::move(timer);
  return token;
}

void Loop::Cancel(Token token) {
  state_->timers.erase(token);
}

void Loop::Post(std::function<void()> then) {
  asio::post(state_->context, std::move(then));
}

void Loop::Run() {
  auto guard = asio::make_work_guard(state_->context);
  state_->context.run();
}

void Loop::Poll() {
  state_->context.poll();
}

void Loop::Stop() {
  state_->context.stop();
}

}  // namespace gofer
