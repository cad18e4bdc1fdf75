// Path arguments of the *at(2) calls.
#include "sentry/syscalls/path_args.h"

namespace sentry {

Result<PathArg> CopyInPathArg(Task& task, FdNum dirfd, UserPtr<const char> path) {
  std::string text = TRY(task.CopyInPath(path));
  if (text.empty() || text.front() == '/' || dirfd == kCwdFd) {
    return PathArg{std::move(text), task.WalkFromCwd()};
  }
  WalkRoot from = TRY(task.WalkFrom(dirfd));
  if (!from.start.inode()->IsDirectory()) return Errno(ENOTDIR);
  return PathArg{std::move(text), std::move(from)};
}

Result<Path> ResolveFd(Task& task, FdNum fd, bool path_too) {
  Ref<FileDescription> file = TRY(path_too ? task.fds().Get(fd) : task.fds().GetForIo(fd));
  if (file->inode() == nullptr) return Errno(EBADF);
  return file->path();
}

Result<Path> ResolveAt(Task& task, FdNum dirfd, UserPtr<const char> path, uint32_t flags) {
  OpContext ctx = task.context();
  return ResolveAt(task, ctx, dirfd, path, flags);
}

Result<Path> ResolveAt(Task& task, OpContext& ctx, FdNum dirfd, UserPtr<const char> path,
                       uint32_t flags) {
  bool may_be_empty = (flags & abi::kAtEmptyPath) != 0;
  std::string text;
  if (!path.IsNull() || !may_be_empty) text = TRY(task.CopyInPath(path));
  if (text.empty()) {
    if (!may_be_empty) return Errno(ENOENT);
    if (dirfd == kCwdFd) return task.fs().cwd;
    return ResolveFd(task, dirfd, true);
  }
  WalkRoot from = text.front() == '/' ? task.WalkFromCwd() : TRY(task.WalkFrom(dirfd));
  return WalkPath(ctx, from, text,
                  WalkOptions{.follow_last = (flags & abi::kAtSymlinkNofollow) == 0});
}

}  // namespace sentry
