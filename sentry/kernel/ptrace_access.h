// Who may look into whom (ptrace(2), "Ptrace access mode checking").
#pragma once

namespace sentry {

class Task;

// PTRACE_MODE_ATTACH_REALCREDS, without Yama.
bool MayTrace(const Task& tracer, const Task& target);
// The same with Yama's ptrace_scope: who may use PTRACE_ATTACH and PTRACE_SEIZE.
bool MayAttach(const Task& tracer, const Task& target);
// PTRACE_TRACEME: the parent may trace the task.
bool MayBeTracedByParent(const Task& task);
// PTRACE_MODE_READ_FSCREDS: /proc/[pid] of others.
bool MayRead(const Task& reader, const Task& target);

}  // namespace sentry
