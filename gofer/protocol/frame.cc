// One frame as one message, with its checks.
#include "gofer/protocol/frame.h"

#include "platform/base/fd_passing.h"

namespace gofer {

base::Result<void> SendFrame(int channel, FrameHeader header, std::span<const std::byte> payload,
                             int fd) {
  header.size = static_cast<uint32_t>(payload.size());
  header.fd_count = fd >= 0 ? 1 : 0;
  iovec parts[2] = {{&header, sizeof(header)},
                    {const_cast<std::byte*>(payload.data()), payload.size()}};
  return base::SendWithFd(channel, std::span(parts).first(payload.empty() ? 1 : 2), fd);
}

base::Result<Frame> ReceiveFrame(int channel, std::span<std::byte> buffer, FdPassing fds) {
  static_assert(abi::gofer::kMaxFds == 1);
  Frame frame;
  iovec parts[2] = {{&frame.header, sizeof(frame.header)}, {buffer.data(), buffer.size()}};
  base::FdMessage message = TRY(base::ReceiveWithFd(channel, parts, 0, fds));
  if (message.length < sizeof(FrameHeader)) return base::Errno(EPROTO);
  if (frame.header.size != message.length - sizeof(FrameHeader)) return base::Errno(EPROTO);
  if (frame.header.fd_count != (message.fd.valid() ? 1 : 0)) return base::Errno(EPROTO);
  frame.fd = std::move(message.fd);
  frame.payload = buffer.first(frame.header.size);
  return frame;
}

}  // namespace gofer
