// Sending and receiving one frame of abi/gofer/framing.h.  Both halves use it; both treat what they
// receive as hostile.
#pragma once

#include <cstddef>
#include <span>

#include "abi/gofer/framing.h"
#include "platform/base/fd.h"
#include "platform/base/fd_passing.h"
#include "platform/base/result.h"

namespace gofer {

using abi::gofer::FrameHeader;

using base::FdPassing;

struct Frame {
  FrameHeader header = {};
  std::span<const std::byte> payload;  // Borrowed from the caller's buffer.
  base::Fd fd;
};

// `header.size` and `header.fd_count` are filled in here.  `fd` is -1 for none.
base::Result<void> SendFrame(int channel, FrameHeader header, std::span<const std::byte> payload,
                             int fd);

// Waits for a frame; EAGAIN when the socket has a timeout and it is over.  EPIPE when the peer has
// closed; EPROTO for a frame whose header does not fit what came, for one that is longer than
// `buffer`, and for descriptors that were not expected.
base::Result<Frame> ReceiveFrame(int channel, std::span<std::byte> buffer, FdPassing fds);

}  // namespace gofer
