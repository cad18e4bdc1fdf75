// The calls of debuggers, for the table.
#pragma once

#include "sentry/kernel/task.h"

namespace sentry {

// ptrace.cc
Result<uint64_t> SysPtrace(Task& task, int64_t request, int pid, uint64_t addr, uint64_t data);
// EPERM for PTRACE_O_SUSPEND_SECCOMP by who may not.
Result<void> CheckPtraceOptions(const Task& task, uint64_t options);
// ptrace_requests.cc: what a tracer asks of a tracee in a ptrace-stop.
Result<uint64_t> PtraceRequest(Task& task, Task& tracee, int64_t request, uint64_t addr,
                               uint64_t data);

// rseq.cc
Result<uint64_t> SysRseq(Task& task, uint64_t address, uint32_t size, int flags,
                         uint32_t signature);

}  // namespace sentry
