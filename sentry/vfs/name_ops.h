// Operations on names and attributes with Linux's permission rules: what the calls of the file
// families do once their arguments are copied in, for them and for others (bind(2) of AF_UNIX makes
// a node, boot makes directories).  All may wait for the Gofer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sentry/vfs/path_walk.h"

namespace sentry {

// --- names ---

// Modes are the caller's: the umask is applied here.
Result<Path> Mkdir(OpContext& ctx, const WalkRoot& root, std::string_view path, uint32_t mode);
// Type in `mode`; 0 makes a regular file.  Device nodes need CAP_MKNOD.
Result<Path> Mknod(OpContext& ctx, const WalkRoot& root, std::string_view path, uint32_t mode,
                   uint64_t rdev);
Result<void> Symlink(OpContext& ctx, const WalkRoot& root, std::string_view path,
                     std::string_view target);
Result<void> Link(OpContext& ctx, const Path& target, const WalkRoot& root, std::string_view path);
Result<void> Unlink(OpContext& ctx, const WalkRoot& root, std::string_view path);
Result<void> Rmdir(OpContext& ctx, const WalkRoot& root, std::string_view path);
// flags: RENAME_*; EINVAL for some that do not go together, whatever the paths.
Result<void> CheckRenameFlags(uint32_t flags);
Result<void> Rename(OpContext& ctx, const WalkRoot& old_root, std::string_view old_path,
                    const WalkRoot& new_root, std::string_view new_path, uint32_t flags);

// A regular file in a directory where the walk found none; EEXIST when another was faster.
Result<Ref<Dentry>> CreateFile(OpContext& ctx, const WalkRoot& root, const Path& directory,
                               std::string_view name, uint32_t mode);

// --- attributes of an object ---

Result<void> Chmod(OpContext& ctx, const Path& path, uint32_t mode);
Result<void> Chown(OpContext& ctx, const Path& path, std::optional<uint32_t> uid,
                   std::optional<uint32_t> gid);
// One timestamp of utimensat(2).
struct TimeUpdate {
  enum class Kind { kNow, kSet, kOmit } kind = Kind::kNow;
  abi::Timespec time{};
};
Result<void> SetTimes(OpContext& ctx, const Path& path, const TimeUpdate& atime,
                      const TimeUpdate& mtime);
// truncate(2): with the checks of type and permission.
Result<void> Truncate(OpContext& ctx, const Path& path, uint64_t size);
// The same for one who may write (ftruncate(2), O_TRUNC).  EFBIG beyond RLIMIT_FSIZE.
Result<void> TruncateInode(OpContext& ctx, const Path& path, uint64_t size);
// Before a write: takes setuid and setgid bits away unless the caller may keep them.
Result<void> DropSetidBits(OpContext& ctx, const Path& path);

// --- extended attributes (xattr(7)) ---

Result<std::string> GetXattr(OpContext& ctx, const Path& path, const std::string& name);
Result<void> SetXattr(OpContext& ctx, const Path& path, const std::string& name,
                      std::string_view value, uint32_t flags);
// Without those that the caller may not know of.
Result<std::vector<std::string>> ListXattr(OpContext& ctx, const Path& path);
Result<void> RemoveXattr(OpContext& ctx, const Path& path, const std::string& name);

}  // namespace sentry
