// sendmsg and recvmsg of one frame, with its checks.
#include "gofer/protocol/frame.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstring>

namespace gofer {
namespace {

// Takes the descriptors out of a message.  The kernel has installed at most as many as fit the
// control buffer.
size_t TakeFds(msghdr* message, Frame* frame) {
  size_t taken = 0;
  for (cmsghdr* c = CMSG_FIRSTHDR(message); c != nullptr; c = CMSG_NXTHDR(message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
      if (taken++ == 0) {
        frame->fd = base::Fd(fd);
      } else {
        frame->more.emplace_back(fd);
      }
    }
  }
  return taken;
}

}  // namespace

base::Result<void> SendFrame(int channel, FrameHeader header, std::span<const std::byte> payload,
                             int fd) {
  const std::span<const int> one(&fd, 1);
  return SendFrame(channel, header, payload, fd >= 0 ? one : std::span<const int>());
}

base::Result<void> SendFrame(int channel, FrameHeader header, std::span<const std::byte> payload,
                             std::span<const int> fds) {
  if (fds.size() > abi::gofer::kMaxFds) return base::Errno(EINVAL);
  header.size = static_cast<uint32_t>(payload.size());
  header.fd_count = static_cast<uint16_t>(fds.size());
  iovec parts[2] = {{&header, sizeof(header)},
                    {const_cast<std::byte*>(payload.data()), payload.size()}};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * abi::gofer::kMaxFds)] = {};
  msghdr message = {};
  message.msg_iov = parts;
  message.msg_iovlen = payload.empty() ? 1 : 2;
  if (!fds.empty()) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(fds.size_bytes());
    cmsghdr* c = CMSG_FIRSTHDR(&message);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(fds.size_bytes());
    std::memcpy(CMSG_DATA(c), fds.data(), fds.size_bytes());
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
  const size_t taken = TakeFds(&message, &frame);
  if (length == 0) return base::Errno(EPIPE);
  // Without a control buffer the kernel drops what was attached, and says so here; with one, when
  // there is no number left for a descriptor.
  const bool dropped = (message.msg_flags & MSG_CTRUNC) != 0;
  if ((message.msg_flags & MSG_TRUNC) != 0) return base::Errno(EPROTO);
  if (dropped && fds == FdPassing::kRefused) return base::Errno(EPROTO);
  const auto received = static_cast<size_t>(length);
  if (received < sizeof(FrameHeader)) return base::Errno(EPROTO);
  if (frame.header.size != received - sizeof(FrameHeader)) return base::Errno(EPROTO);
  if (dropped ? taken > frame.header.fd_count : taken != frame.header.fd_count) {
    return base::Errno(EPROTO);
  }
  frame.payload = buffer.first(frame.header.size);
  return frame;
}

}  // namespace gofer
