#include "gofer/protocol/broker.h"

#include <sys/socket.h>

#include <cstring>

namespace gofer {

base::Result<void> SendBrokerMessage(int channel, const BrokerMessage& message, int descriptor) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  iovec data{const_cast<BrokerMessage*>(&message), sizeof(message)};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  if (descriptor >= 0) {
    header.msg_control = control;
    header.msg_controllen = sizeof(control);
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(rights), &descriptor, sizeof(int));
  }
  if (::sendmsg(channel, &header, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) return base::LastErrno();
  return {};
}

base::Result<ReceivedBrokerMessage> ReceiveBrokerMessage(int channel) {
  ReceivedBrokerMessage out;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  iovec data{&out.message, sizeof(out.message)};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof(control);
  const ssize_t got = ::recvmsg(channel, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (got < 0) return base::LastErrno();
  if (got == 0) return base::Errno(EPIPE);
  // Taken first, so that it is closed whatever else is wrong.
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    if (c->cmsg_len != CMSG_LEN(sizeof(int))) return base::Errno(EPROTO);
    int fd;
    std::memcpy(&fd, CMSG_DATA(c), sizeof(fd));
    out.descriptor = base::Fd(fd);
  }
  if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return base::Errno(EPROTO);
  if (got != sizeof(out.message) || out.message.version != BrokerMessage::kVersion) {
    return base::Errno(EPROTO);
  }
  return out;
}

}  // namespace gofer
