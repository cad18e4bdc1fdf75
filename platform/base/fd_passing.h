// Descriptors beside a message on a Unix socket (unix(7), SCM_RIGHTS).
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>
#include <vector>

#include "platform/base/fd.h"
#include "platform/base/result.h"

namespace base {

// SCM_MAX_FD: so many go with one message.
inline constexpr size_t kMostFds = 253;

// One message of `parts`, and `fds` with it.  `flags` are sendmsg(2)'s; the end of the other side
// is EPIPE, never a signal.  EINVAL: too many.
Result<void> SendWithFds(int socket, std::span<iovec> parts, std::span<const int> fds,
                         int flags = 0);
// The same with one, or with none: -1.
Result<void> SendWithFd(int socket, std::span<iovec> parts, int fd, int flags = 0);

struct FdsMessage {
  size_t length = 0;
  std::vector<Fd> fds;
  bool dropped = false;  // There were more than were wanted, or than this process has room for.
};

// One message into `parts`, with at most `most` descriptors.  EPIPE: the other side has ended.
// EPROTO: the message was longer; nothing of it stays open.
Result<FdsMessage> ReceiveWithFds(int socket, std::span<iovec> parts, size_t most, int flags = 0);

struct FdMessage {
  size_t length = 0;
  Fd fd;  // Invalid: none was there.
};

// The same with one or none; EPROTO for more.
Result<FdMessage> ReceiveWithFd(int socket, std::span<iovec> parts, int flags = 0);

}  // namespace base
