// Results of call handlers that never reach a guest.  Restart codes (512-516) are Linux's own, in
// abi/linux/errno.h.
#pragma once

namespace sentry {

constexpr int kErrnoBlocked =
    600;  // The call waits in a record (Task::Block); it is answered later.
constexpr int kErrnoHost =
    601;  // The host executes the call as it was issued (its registers were approved).
constexpr int kErrnoNoReturn =
    602;  // The handler has dealt with the thread itself (exit, execve, sigreturn, clone).

}  // namespace sentry
