// Path resolution (path_resolution(7)) and open(2), which stand on it.  All may wait for the Gofer;
// operations that make and remove names are in name_ops.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sentry/vfs/access.h"
#include "sentry/vfs/file_description.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/mount.h"

namespace sentry {

// What a walk may do.
struct WalkOptions {
  bool follow_last = true;      // Symbolic link in the last component (false: O_NOFOLLOW, lstat).
  bool want_directory = false;  // ENOTDIR unless it ends at one.  A trailing slash implies it.
  uint64_t resolve = 0;         // RESOLVE_* of openat2(2).
};

// The walking task's view: its root, the start of relative paths (cwd or the directory of an *at
// call), its namespace.
struct WalkRoot {
  Path root;
  Path start;
  MountNamespace& mounts;
};

// The parent directory and the last component, for calls that create or remove names.
struct ParentAndName {
  Path parent;
  std::string name;  // May be "." or ".." or empty ("/"): callers give Linux's errno for these.
  bool trailing_slash = false;
};

// An existing object.  ENOENT for a missing one, ELOOP after 40 links, EACCES where search is
// refused.
Result<Path> WalkPath(OpContext& ctx, const WalkRoot& root, std::string_view path,
                      const WalkOptions& options);
Result<ParentAndName> WalkParent(OpContext& ctx, const WalkRoot& root, std::string_view path,
                                 uint64_t resolve = 0);
// The child of a directory, mounts crossed, links not followed; negative dentries give ENOENT.
Result<Path> WalkChild(OpContext& ctx, const WalkRoot& root, const Path& directory,
                       std::string_view name);

// EINVAL for flags that do not go together, whatever the path (build_open_flags()).
Result<void> CheckOpenFlags(uint32_t flags);
// open(2) in full: creation, O_EXCL, O_TRUNC, O_TMPFILE, O_PATH, O_DIRECTORY, O_NOFOLLOW,
// permission checks.
Result<Ref<FileDescription>> OpenPath(OpContext& ctx, const WalkRoot& root, std::string_view path,
                                      uint32_t flags, uint32_t mode, uint64_t resolve = 0);
// The same for an object that was found already.
Result<Ref<FileDescription>> OpenExisting(OpContext& ctx, const Path& path, uint32_t flags);
// For execve(2): execute permission instead of read; EACCES for what is no regular file and on
// noexec mounts.
Result<Ref<FileDescription>> OpenForExec(OpContext& ctx, const Path& path);

// The name of `path` as seen from `root` (d_path): "/a/b"; " (deleted)" is appended when it is
// unlinked, "(unreachable)" put in front when it is outside.
std::string PathName(const Path& path, const Path& root, const MountNamespace& mounts);

}  // namespace sentry
