// The host calls behind the doors, and what replaces them where a kernel or a filter lacks them.
#include "gofer/server/path_guard.h"

#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace gofer {
namespace {

constexpr int kMaxAttempts = 64;
constexpr unsigned kStatMask = STATX_BASIC_STATS | STATX_BTIME;

base::Result<struct statx> Stat(int dir, const char* name, int flags) {
  struct statx found;
  if (::statx(dir, name, flags | AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, kStatMask, &found) != 0) {
    return base::LastErrno();
  }
  return found;
}

base::Result<std::string> ReadLinkAt(int dir, const char* name) {
  char target[kMaxLinkTarget + 1];
  const ssize_t size = ::readlinkat(dir, name, target, sizeof(target));
  if (size < 0) return base::LastErrno();
  return std::string(target, static_cast<size_t>(size));
}

int OpenAt2(int dir, const char* name, int flags, mode_t mode) {
  open_how how = {};
  how.flags = static_cast<unsigned>(flags);
  how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS;
  return static_cast<int>(::syscall(SYS_openat2, dir, name, &how, sizeof(how)));
}

}  // namespace

PathGuard::PathGuard() : fd_directory_(::open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC)) {
  // Old kernels have no openat2, and some container filters refuse it.  For one component,
  // O_NOFOLLOW is as good.
  const base::Fd probe(OpenAt2(AT_FDCWD, ".", O_PATH | O_CLOEXEC, 0));
  has_openat2_ = probe.valid() || (errno != ENOSYS && errno != EPERM);
}

base::Result<void> PathGuard::EnterFdDirectory() {
  if (!fd_directory_.valid()) return base::Ok();
  if (::fchdir(fd_directory_.get()) != 0) return base::LastErrno();
  prefix_.clear();
  return base::Ok();
}

base::Result<base::Fd> PathGuard::OpenAt(const base::Fd& dir, const Name& name, int flags,
                                         mode_t mode) const {
  flags |= O_CLOEXEC | O_NOFOLLOW;
  if (!has_openat2_) return base::Fd::From(::openat(dir.get(), name.c_str(), flags, mode));
  int fd = -1;
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    fd = OpenAt2(dir.get(), name.c_str(), flags, mode);
    if (fd >= 0 || errno != EAGAIN) break;  // EAGAIN: something was renamed meanwhile.
  }
  return base::Fd::From(fd);
}

base::Result<base::Fd> PathGuard::Reopen(const base::Fd& handle, int flags) const {
  if (!fd_directory_.valid()) return base::Errno(ENOTSUP);
  return base::Fd::From(
      ::openat(fd_directory_.get(), NumberOf(handle).c_str(), flags | O_CLOEXEC | O_NOCTTY));
}

std::string PathGuard::PathOf(const base::Fd& handle) const {
  return prefix_ + NumberOf(handle);
}

base::Result<struct statx> StatHandle(const base::Fd& handle) {
  return Stat(handle.get(), "", AT_EMPTY_PATH);
}

base::Result<struct statx> StatEntry(const base::Fd& dir, const Name& name) {
  return Stat(dir.get(), name.c_str(), 0);
}

base::Result<std::string> ReadLinkHandle(const base::Fd& handle) {
  return ReadLinkAt(handle.get(), "");
}

base::Result<std::string> ReadLinkEntry(const base::Fd& dir, const Name& name) {
  return ReadLinkAt(dir.get(), name.c_str());
}

}  // namespace gofer
