// Path arguments of the *at(2) calls.
#pragma once

#include <string>

#include "sentry/kernel/task.h"

namespace sentry {

constexpr FdNum kCwdFd{abi::kAtFdcwd};

// A path as it was copied in, and where it starts.
struct PathArg {
  std::string text;
  WalkRoot from;
};

// EFAULT, ENAMETOOLONG; EBADF and ENOTDIR of `dirfd`, which an absolute path does not look at.  An
// empty path is the walk's to refuse.
Result<PathArg> CopyInPathArg(Task& task, FdNum dirfd, UserPtr<const char> path);

// The object that (dirfd, path, AT_*) names.  Looks at AT_EMPTY_PATH, with which an empty or null
// path means `dirfd` itself, and at AT_SYMLINK_NOFOLLOW.
Result<Path> ResolveAt(Task& task, FdNum dirfd, UserPtr<const char> path, uint32_t flags);
// The same with other credentials than the task's.
Result<Path> ResolveAt(Task& task, OpContext& ctx, FdNum dirfd, UserPtr<const char> path,
                       uint32_t flags);

// The object behind a descriptor; EBADF for O_PATH ones unless `path_too`.
Result<Path> ResolveFd(Task& task, FdNum fd, bool path_too = false);

}  // namespace sentry
