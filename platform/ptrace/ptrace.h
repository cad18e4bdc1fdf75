// The `ptrace` backend: every guest thread is a ptraced host thread, every call it makes is a
// ptrace stop.
//
// It is the reference: no code of ours runs inside the guest, all registers are always at hand, and
// it works where user notification does not.  README.md tells how it works.
#pragma once

#include <memory>
#include <string>

#include "platform/platform.h"

namespace platform {

// Forks the zygote, from which all stubs are cloned.  To be called after namespaces and credentials
// of this process are settled and before its own seccomp filter, by the thread that will call
// Wait().
Result<std::unique_ptr<Platform>> CreatePtrace(const Options& options);

// What `sentry doctor` wants to know: whether a stub can be made, and if not, why.
struct PtraceSupport {
  bool usable = false;
  bool vdso = false;    // Stubs have the host's vDSO, so that clock_gettime is native.
  std::string problem;  // One line for people, when not usable.
};
PtraceSupport PtraceProbe();

}  // namespace platform
