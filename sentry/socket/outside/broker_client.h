// BrokerClient: the Sentry's end of the channel to the net broker (gofer/broker).  Never waits.
#pragma once

#include <deque>

#include "gofer/protocol/broker.h"
#include "sentry/kernel/kernel.h"

namespace sentry {

class BrokerListener {
 public:
  virtual void OnBroker(const gofer::BrokerMessage& message, base::Fd descriptor) = 0;
  virtual void OnBrokerLost() = 0;

 protected:
  ~BrokerListener() = default;
};

class BrokerClient {
 public:
  BrokerClient(Kernel& kernel, base::Fd channel, BrokerListener& listener);
  ~BrokerClient();
  // Kept until the channel has room.
  void Send(const gofer::BrokerMessage& message);
  bool lost() const { return lost_; }

 private:
  void OnEvents();
  void Flush();
  void Lose();

  Kernel& kernel_;
  base::Fd channel_;
  BrokerListener& listener_;
  std::deque<gofer::BrokerMessage> waiting_;
  bool lost_ = false;
};

}  // namespace sentry
