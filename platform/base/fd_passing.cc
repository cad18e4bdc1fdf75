#include "platform/base/fd_passing.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace base {
namespace {

// The length of the control buffer is rounded up: the kernel may have installed one more than it is
// meant for.
struct Taken {
  Fd fd;
  size_t count = 0;
};

Taken TakeFds(msghdr* message) {
  Taken taken;
  for (cmsghdr* c = CMSG_FIRSTHDR(message); c != nullptr; c = CMSG_NXTHDR(message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
      taken.fd = Fd(fd);
      ++taken.count;
    }
  }
  return taken;
}

}  // namespace

Result<void> SendWithFd(int socket, std::span<iovec> parts, int fd, int flags) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  if (fd >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    cmsghdr* c = CMSG_FIRSTHDR(&message);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(c), &fd, sizeof(fd));
  }
  while (::sendmsg(socket, &message, flags | MSG_NOSIGNAL) < 0) {
    if (errno != EINTR) return LastErrno();
  }
  return Ok();
}

Result<FdMessage> ReceiveWithFd(int socket, std::span<iovec> parts, int flags, FdPassing fds) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  if (fds == FdPassing::kAccepted) {
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
  }
  ssize_t length;
  do {
    length = ::recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
  } while (length < 0 && errno == EINTR);
  if (length < 0) return LastErrno();
  Taken taken = TakeFds(&message);
  if (length == 0) return Errno(EPIPE);
  // Without a control buffer the kernel drops what was attached, and says so here.
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 || taken.count > 1) return Errno(EPROTO);
  return FdMessage{.length = static_cast<size_t>(length), .fd = std::move(taken.fd)};
}

}  // namespace base
