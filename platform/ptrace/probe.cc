// Does it work here?  For `sentry doctor` and --platform=auto.
#include <cstring>

#include "platform/ptrace/ptrace.h"

namespace platform {

// Making a stub is the truest test, and takes a millisecond.
PtraceSupport PtraceProbe() {
  PtraceSupport support;
  Result<std::unique_ptr<Platform>> made = CreatePtrace({.pool_size = 0});
  if (!made.ok()) {
    support.problem =
        std::string("cannot trace a child process: ") + std::strerror(made.error().value()) +
        " (look at /proc/sys/kernel/yama/ptrace_scope and at the container's seccomp profile)";
    return support;
  }
  support.usable = true;
  support.vdso = made.value()->VdsoAddress() != 0;
  return support;
}

}  // namespace platform
