// Debug registers of a tracee (PTRACE_POKEUSER u_debugreg): breakpoints and watchpoints.
//
// The processor's own belong to the host, and a stub is not traced by it on every backend; so a
// tracee with an enabled one is run step by step, and after each step the kernel looks whether it
// stands at a breakpoint or a watched value has changed.  Hence what differs from the processor: a
// write that leaves the value as it was is not seen, and watching for reads is refused (ENOSPC).
#pragma once

#include <cstddef>
#include <cstdint>

#include "platform/base/result.h"

namespace sentry {

class GuestTracer;
class Task;

base::Result<uint64_t> GetDebugRegister(const GuestTracer& tracer, size_t index);
base::Result<void> SetDebugRegister(Task& tracee, size_t index, uint64_t value);

bool HasWatch(const GuestTracer& tracer);
// The tracee is about to run: what is watched has these values now.
void NoteWatched(Task& tracee);
// After a step: true, and DR6 says why, when a debugger is to be told.
bool WatchHit(Task& tracee);

}  // namespace sentry
