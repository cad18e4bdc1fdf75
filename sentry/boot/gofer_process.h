// The Gofer as a process: forked before the Sentry gives anything up, reached over one socket.
#pragma once

#include <sys/types.h>

#include "gofer/server/config.h"
#include "platform/base/fd.h"
#include "platform/base/result.h"

namespace sentry {

struct GoferProcess {
  pid_t pid = -1;
  base::Fd channel;  // SOCK_SEQPACKET, for gofer::Client::Connect().
};

// The child serves `config` until the channel closes; it inherits what `config` holds open.
// `not_its_own`: a descriptor of the caller's that it closes; -1: none.
base::Result<GoferProcess> StartGofer(gofer::GoferConfig config, int not_its_own);

}  // namespace sentry
