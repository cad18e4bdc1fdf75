// The only doors to the host's file system.  Every call takes a directory's descriptor and one
// validated name, or a descriptor alone: no path is ever walked here, no symbolic link ever
// followed.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <string>

#include "gofer/server/name.h"
#include "platform/base/fd.h"
#include "platform/base/result.h"

namespace gofer {

class PathGuard {
 public:
  // Opens /proc/self/fd, through which a handle is opened for reading or writing without naming the
  // file again (the inode that was looked at is the inode that is opened).  Without /proc, files
  // cannot be opened: ENOTSUP later.
  PathGuard();

  // Makes the descriptors' directory the working directory of the process, so that calls which take
  // nothing but a path need no root that has /proc in it.  Only for a process that is a Gofer and
  // nothing else.
  base::Result<void> EnterFdDirectory();

  // openat2 with RESOLVE_BENEATH | NO_MAGICLINKS | NO_SYMLINKS; O_CLOEXEC and O_NOFOLLOW are added.
  base::Result<base::Fd> OpenAt(const base::Fd& dir, const Name& name, int flags,
                                mode_t mode = 0) const;
  // The object behind a handle, opened again with other access.  Flags must not create.
  base::Result<base::Fd> Reopen(const base::Fd& handle, int flags) const;
  // A path that leads to the object behind a handle, for calls that know paths only.
  std::string PathOf(const base::Fd& handle) const;
  // The same, relative to fd_directory().
  static std::string NumberOf(const base::Fd& handle) { return std::to_string(handle.get()); }
  const base::Fd& fd_directory() const { return fd_directory_; }

 private:
  base::Fd fd_directory_;
  std::string prefix_ = "/proc/self/fd/";
  bool has_openat2_ = true;
};

// statx(2) of a handle, of an entry; never through a symbolic link.
base::Result<struct statx> StatHandle(const base::Fd& handle);
base::Result<struct statx> StatEntry(const base::Fd& dir, const Name& name);

base::Result<std::string> ReadLinkHandle(const base::Fd& handle);
base::Result<std::string> ReadLinkEntry(const base::Fd& dir, const Name& name);

}  // namespace gofer
