// Sending and receiving one frame of abi/gofer/framing.h.  Both halves use it; both treat what they
// receive as hostile.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "abi/gofer/framing.h"
#include "platform/base/fd.h"
#include "platform/base/result.h"

namespace gofer {

using abi::gofer::FrameHeader;

enum class FdPassing { kRefused, kAccepted };

struct Frame {
  FrameHeader header = {};
  std::span<const std::byte> payload;  // Borrowed from the caller's buffer.
  base::Fd fd;
  std::vector<base::Fd> more;  // Behind `fd`.
};

// `header.size` and `header.fd_count` are filled in here.
base::Result<void> SendFrame(int channel, FrameHeader header, std::span<const std::byte> payload,
                             std::span<const int> fds);
// With one descriptor, or none: -1.
base::Result<void> SendFrame(int channel, FrameHeader header, std::span<const std::byte> payload,
                             int fd);

// Waits for a frame; EAGAIN when the socket has a timeout and it is over.  EPIPE when the peer has
// closed; EPROTO for a frame whose header does not fit what came, for one that is longer than
// `buffer`, and for descriptors that were not expected.  Descriptors for which this process has no
// room are missing from the frame.
base::Result<Frame> ReceiveFrame(int channel, std::span<std::byte> buffer, FdPassing fds);

}  // namespace gofer
