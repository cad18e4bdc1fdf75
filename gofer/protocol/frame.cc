// One frame as one message, with its checks.
#include "gofer/protocol/frame.h"

#include "platform/base/fd_passing.h"

namespace gofer {

base::Result<void> SendFrame(int channel, FrameHeader header, std::span<const std::byte> payload,
                             int fd) {
  return SendFrame(channel, header, payload, std::span<const int>(&fd, fd >= 0 ? 1 : 0));
}

base::Result<void> SendFrame(int channel, FrameHeader header, std::span<const std::byte> payload,
                             std::span<const int> fds) {
  if (fds.size() > abi::gofer::kMaxFds) return base::Errno(EINVAL);
  header.size = static_cast<uint32_t>(payload.size());
  header.fd_count = static_cast<uint16_t>(fds.size());
  iovec parts[2] = {{&header, sizeof(header)},
                    {const_cast<std::byte*>(payload.data()), payload.size()}};
  return base::SendWithFds(channel, std::span(parts).first(payload.empty() ? 1 : 2), fds);
}

base::Result<Frame> ReceiveFrame(int channel, std::span<std::byte> buffer, FdPassing fds) {
  static_assert(abi::gofer::kMaxFds <= base::kMostFds);
  const size_t most = fds == FdPassing::kAccepted ? abi::gofer::kMaxFds : 0;
  Frame frame;
  iovec parts[2] = {{&frame.header, sizeof(frame.header)}, {buffer.data(), buffer.size()}};
  base::FdsMessage message = TRY(base::ReceiveWithFds(channel, parts, most));
  if (message.dropped && fds == FdPassing::kRefused) return base::Errno(EPROTO);
  if (message.length < sizeof(FrameHeader)) return base::Errno(EPROTO);
  if (frame.header.size != message.length - sizeof(FrameHeader)) return base::Errno(EPROTO);
  const size_t taken = message.fds.size();
  if (message.dropped ? taken > frame.header.fd_count : taken != frame.header.fd_count) {
    return base::Errno(EPROTO);
  }
  if (taken != 0) {
    frame.fd = std::move(message.fds.front());
    message.fds.erase(message.fds.begin());
    frame.more = std::move(message.fds);
  }
  frame.payload = buffer.first(frame.header.size);
  return frame;
}

}  // namespace gofer
