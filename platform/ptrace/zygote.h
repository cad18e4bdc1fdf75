// The zygote: a child of the Sentry, emptied of everything that was the Sentry's, from which all
// stubs are cloned.  It never runs guest code.
#pragma once

#include "platform/base/fd.h"
#include "platform/ptrace/call.h"

namespace platform::ptracing {

struct Zygote {
  Tracee tracee;
  base::Fd socket;  // Descriptors for stubs are sent here...
  base::Fd
      stub_socket;    // ... and received from this end, which every stub has as kFirstSocketNumber.
  uint64_t vdso = 0;  // Of its ELF header, in every stub; 0: none.
};

// Starts `stops` and sets `caller` up.
Result<Zygote> MakeZygote(StopQueue* stops, Caller* caller);

}  // namespace platform::ptracing
