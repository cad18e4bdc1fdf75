// execve(2), execveat(2).
#pragma once

#include <string>
#include <vector>

#include "sentry/kernel/task.h"

namespace sentry {

Result<void> SysExecve(Task& task, UserPtr<const char> path, UserPtr<const uint64_t> argv,
                       UserPtr<const uint64_t> envp);
Result<void> SysExecveat(Task& task, FdNum dirfd, UserPtr<const char> path,
                         UserPtr<const uint64_t> argv, UserPtr<const uint64_t> envp, int flags);

// What both calls and boot do: opens `path`, follows scripts, plans the image.
struct ExecRequest {
  WalkRoot from;
  std::string path;
  bool follow = true;
  // How the new program gets at itself, where that is not `path` (AT_EXECFN, and what a script's
  // interpreter opens); `closed_by_then`: that leads through a descriptor with FD_CLOEXEC.
  std::string name_inside = {};
  bool closed_by_then = false;
  Ref<FileDescription> opened;  // execveat with AT_EMPTY_PATH: the program itself; `path` is "".
  std::vector<std::string> argv;
  std::vector<std::string> envp;
};
Result<ExecPlan> PlanExec(Task& task, ExecRequest request);

}  // namespace sentry
