#include "gofer/protocol/broker.h"

#include <sys/socket.h>

#include "platform/base/fd_passing.h"

namespace gofer {

base::Result<void> SendBrokerMessage(int channel, const BrokerMessage& message, int descriptor) {
  iovec data{const_cast<BrokerMessage*>(&message), sizeof(message)};
  return base::SendWithFd(channel, {&data, 1}, descriptor, MSG_DONTWAIT);
}

base::Result<ReceivedBrokerMessage> ReceiveBrokerMessage(int channel) {
  ReceivedBrokerMessage out;
  iovec data{&out.message, sizeof(out.message)};
  base::FdMessage message = TRY(base::ReceiveWithFd(channel, {&data, 1}, MSG_DONTWAIT));
  if (message.length != sizeof(out.message) || out.message.version != BrokerMessage::kVersion) {
    return base::Errno(EPROTO);
  }
  out.descriptor = std::move(message.fd);
  return out;
}

}  // namespace gofer
