#include "platform/base/fd_passing.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace base {
namespace {

struct Control {
  alignas(cmsghdr) char bytes[CMSG_SPACE(sizeof(int) * kMostFds)];
};

// The length of the control buffer is rounded up: there may be one more than it is meant for.
std::vector<Fd> TakeFds(msghdr* message) {
  std::vector<Fd> taken;
  for (cmsghdr* c = CMSG_FIRSTHDR(message); c != nullptr; c = CMSG_NXTHDR(message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
      taken.emplace_back(fd);
    }
  }
  return taken;
}

}  // namespace

Result<void> SendWithFds(int socket, std::span<iovec> parts, std::span<const int> fds, int flags) {
  if (fds.size() > kMostFds) return Errno(EINVAL);
  Control control;
  msghdr message = {};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  if (!fds.empty()) {
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(fds.size_bytes());
    std::memset(control.bytes, 0, message.msg_controllen);
    cmsghdr* c = CMSG_FIRSTHDR(&message);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(fds.size_bytes());
    std::memcpy(CMSG_DATA(c), fds.data(), fds.size_bytes());
  }
  while (::sendmsg(socket, &message, flags | MSG_NOSIGNAL) < 0) {
    if (errno != EINTR) return LastErrno();
  }
  return Ok();
}

Result<void> SendWithFd(int socket, std::span<iovec> parts, int fd, int flags) {
  return SendWithFds(socket, parts, std::span(&fd, fd >= 0 ? 1 : 0), flags);
}

Result<FdsMessage> ReceiveWithFds(int socket, std::span<iovec> parts, size_t most, int flags) {
  Control control;
  msghdr message = {};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  if (most != 0) {
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * std::min(most, kMostFds));
  }
  ssize_t length;
  do {
    length = ::recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
  } while (length < 0 && errno == EINTR);
  if (length < 0) return LastErrno();
  FdsMessage received{
      .length = static_cast<size_t>(length), .fds = TakeFds(&message), .dropped = false};
  if (length == 0) return Errno(EPIPE);
  if ((message.msg_flags & MSG_TRUNC) != 0) return Errno(EPROTO);
  // Without a control buffer the kernel drops what was attached, and says so here.
  received.dropped = (message.msg_flags & MSG_CTRUNC) != 0 || received.fds.size() > most;
  if (received.fds.size() > most) received.fds.resize(most);
  return received;
}

Result<FdMessage> ReceiveWithFd(int socket, std::span<iovec> parts, int flags) {
  FdsMessage received = TRY(ReceiveWithFds(socket, parts, 1, flags));
  if (received.dropped) return Errno(EPROTO);
  FdMessage message{.length = received.length, .fd = {}};
  if (!received.fds.empty()) message.fd = std::move(received.fds.front());
  return message;
}

}  // namespace base
