#include "sentry/socket/outside/broker_client.h"

#include <sys/epoll.h>

#include <cstdio>

namespace sentry {

BrokerClient::BrokerClient(Kernel& kernel, base::Fd channel, BrokerListener& listener)
    : kernel_(kernel), channel_(std::move(channel)), listener_(listener) {
  Result<void> watched =
      kernel_.reactor().Watch(channel_.get(), EPOLLIN, [this](uint32_t) { OnEvents(); });
  if (!watched.ok()) lost_ = true;
}

BrokerClient::~BrokerClient() {
  if (channel_.valid()) kernel_.reactor().Unwatch(channel_.get());
}

void BrokerClient::Send(const gofer::BrokerMessage& message) {
  constexpr size_t kMostWaiting = 65536;
  if (lost_) return;
  if (waiting_.size() >= kMostWaiting) return Lose();  // It has stopped listening.
  waiting_.push_back(message);
  if (waiting_.size() == 1) Flush();
}

void BrokerClient::Flush() {
  while (!waiting_.empty()) {
    Result<void> sent = gofer::SendBrokerMessage(channel_.get(), waiting_.front());
    if (sent.Is(EAGAIN)) return kernel_.reactor().Rearm(channel_.get(), EPOLLIN | EPOLLOUT);
    if (!sent.ok()) return Lose();
    waiting_.pop_front();
  }
}

void BrokerClient::OnEvents() {
  constexpr int kBatch = 64;
  for (int i = 0; i < kBatch && !lost_; ++i) {
    auto got = gofer::ReceiveBrokerMessage(channel_.get());
    if (got.Is(EAGAIN) || got.Is(EINTR)) break;
    if (!got.ok()) return Lose();
    listener_.OnBroker(got->message, std::move(got->descriptor));
  }
  if (lost_) return;
  Flush();
  if (lost_) return;
  kernel_.reactor().Rearm(channel_.get(), waiting_.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT);
}

void BrokerClient::Lose() {
  if (lost_) return;
  lost_ = true;
  std::fprintf(stderr, "sentry: net broker: connection lost: nothing new is reached outside\n");
  listener_.OnBrokerLost();
}

}  // namespace sentry
