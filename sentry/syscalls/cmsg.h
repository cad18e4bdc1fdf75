// Ancillary data between guest memory (cmsg(3)) and the kernel's own terms.
#pragma once

#include "sentry/kernel/task.h"
#include "sentry/socket/message.h"
#include "sentry/socket/socket.h"

namespace sentry {

// What a sender gives.  EBADF, EINVAL, EPERM for credentials that are not the caller's.
Result<ControlData> ReadControl(Task& task, const Socket& socket, uint64_t address, uint64_t size);

// Installs descriptors and writes what fits; the bytes used.  MSG_CTRUNC is added to `flags` when
// something did not.
Result<uint64_t> WriteControl(Task& task, ControlData control, uint64_t address, uint64_t size,
                              bool cloexec, uint32_t& flags);

}  // namespace sentry
