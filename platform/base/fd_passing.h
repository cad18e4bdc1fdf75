// A descriptor beside a message on a Unix socket (unix(7), SCM_RIGHTS).
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>

#include "platform/base/fd.h"
#include "platform/base/result.h"

namespace base {

// One message of `parts`, and `fd` with it unless it is -1.  `flags` are sendmsg(2)'s; the end of
// the other side is EPIPE, never a signal.
Result<void> SendWithFd(int socket, std::span<iovec> parts, int fd, int flags = 0);

struct FdMessage {
  size_t length = 0;
  Fd fd;  // Invalid: none was there.
};

enum class FdPassing { kRefused, kAccepted };

// One message into `parts`.  EPIPE: the other side has ended.  EPROTO: the message was longer, had
// more than one descriptor, or had one and that is refused; nothing of it stays open.
Result<FdMessage> ReceiveWithFd(int socket, std::span<iovec> parts, int flags = 0,
                                FdPassing fds = FdPassing::kAccepted);

}  // namespace base
