// `sentry doctor` and `sentry syscalls`: what there is to know without running anything.
#pragma once

namespace sentry {

// Exit status: 0 when a sandbox can run here, 1 when not.
int PrintDoctor();
int PrintSyscalls(bool json);

}  // namespace sentry
