// vhangup(2): everybody loses the caller's terminal.
#include "abi/linux/capability.h"
#include "sentry/fs/tty/tty.h"
#include "sentry/kernel/task.h"
#include "sentry/syscalls/terminal_calls.h"

namespace sentry {

Result<void> SysVhangup(Task& task) {
  if (!task.creds().HasCapability(abi::kCapSysTtyConfig)) return Errno(EPERM);
  if (Tty* tty = Tty::Of(task)) tty->HangUp();
  return {};
}

}  // namespace sentry
