// sendmsg and recvmsg of one frame, with its checks.
#include "gofer/protocol/frame.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstring>

namespace gofer {
namespace {

// Takes the descriptors out of a message.  The kernel has installed at most as many as fit the
// control buffer.
base::Fd TakeFd(msghdr* message) {
  base::Fd taken;
  for (cmsghdr* c = CMSG_FIRSTHDR(message); c != nullptr; c = CMSG_NXTHDR(message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
      taken = base::Fd(fd);
    }
  }
  return taken;
}

}  // namespace

base::Result<void> SendFrame(int channel, FrameHeader header, std::span<const std::byte> payload,
                             int fd) {
  header.size = static_cast<uint32_t>(payload.size());
  header.fd_count = fd >= 0 ? 1 : 0;
  iovec parts[2] = {{&header, sizeof(header)},
                    {const_cast<std::byte*>(payload.data()), payload.size()}};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = parts;
  message.msg_iovlen = payload.empty() ? 1 : 2;
  if (fd >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    cmsghdr* c = CMSG_FIRSTHDR(&message);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(c), &fd, sizeof(fd));
  }
  while (::sendmsg(channel, &message, MSG_NOSIGNAL) < 0) {
    if (errno != EINTR) return base::LastErrno();
  }
  return base::Ok();
}

base::Result<Frame> ReceiveFrame(int channel, std::span<std::byte> buffer, FdPassing fds) {
  Frame frame;
  iovec parts[2] = {{&frame.header, sizeof(frame.header)}, {buffer.data(), buffer.size()}};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * abi::gofer::kMaxFds)] = {};
  msghdr message = {};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  if (fds == FdPassing::kAccepted) {
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
  }
  ssize_t length;
  do {
    length = ::recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
  } while (length < 0 && errno == EINTR);
  if (length < 0) return base::LastErrno();
  frame.fd = TakeFd(&message);
  if (length == 0) return base::Errno(EPIPE);
  // Without a control buffer the kernel drops what was attached, and says so here.
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return base::Errno(EPROTO);
  const auto received = static_cast<size_t>(length);
  if (received < sizeof(FrameHeader)) return base::Errno(EPROTO);
  if (frame.header.size != received - sizeof(FrameHeader)) return base::Errno(EPROTO);
  if (frame.header.fd_count != (frame.fd.valid() ? 1 : 0)) return base::Errno(EPROTO);
  frame.payload = buffer.first(frame.header.size);
  return frame;
}

}  // namespace gofer
