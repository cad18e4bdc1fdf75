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
  Ref<FileDescription> opened;  // execveat with AT_EMPTY_PATH: the program itself; `path` is "".
  std::vector<std::string> argv;
  std::vector<std::string> envp;
};
Result<ExecPlan> PlanExec(Task& task, ExecRequest request);

}  // namespace sentry
