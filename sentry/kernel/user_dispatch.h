// Syscall User Dispatch (prctl(2), PR_SET_SYSCALL_USER_DISPATCH): calls from outside of one range
// of addresses are handed back to the program as SIGSYS, before anybody else looks at them.
#pragma once

namespace sentry {

class Task;

// The task's call is not for the kernel: it was turned into a signal.
bool DispatchToUser(Task& task);

}  // namespace sentry
