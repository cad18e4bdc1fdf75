// The default backend: guest calls reach the Sentry by seccomp user notification, everything else
// by the shim (README.md).  Needs Linux 5.19.
//
// All stubs die with the thread that called CreateNotify() (PR_SET_PDEATHSIG): it must live as long
// as the platform.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "platform/base/result.h"
#include "platform/platform.h"

namespace platform {

struct NotifyOptions : Options {
  // A directory descriptor of the host's /proc, borrowed; -1: PokeMemory() fails with EIO.
  int proc_fd = -1;
  // Seconds after which a running stub that does not answer a kick is killed.  Generous, because a
  // loaded machine is no crime.
  unsigned kick_deadline = 10;
  // Change hot call sites in guests' code so that they get cheaper (README.md).  Needs proc_fd.
  bool rewrite_calls = true;
  // Whether to spin for a few microseconds when the only thread that runs calls all the time
  // (README.md).  Needs rewrite_calls.
  enum class Spin { kNever, kOnIdleProcessor, kAlways };
  Spin spin = Spin::kOnIdleProcessor;
  // Act as on a processor without the FSGSBASE instructions.
  bool without_fsgsbase = false;
};

Result<std::unique_ptr<Platform>> CreateNotify(const NotifyOptions& options);
Result<std::unique_ptr<Platform>> CreateNotify(const Options& options);

// What the host offers, for `sentry doctor`.
struct NotifySupport {
  bool usable = false;
  bool sync_wake_up = false;  // Linux 6.6: answers wake the stub on the answerer's processor.
  bool fsgsbase = false;
  std::string problem;  // Why it is not usable, and what to do.
};
NotifySupport NotifyProbe();
// How many host calls guest code reaches without the Sentry, some argument of which is let through.
size_t NotifyGuestCalls();

}  // namespace platform
