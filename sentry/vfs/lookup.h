// One step of a walk: from a directory and a name to a dentry.
#pragma once

#include <string_view>

#include "abi/linux/fcntl.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/op_context.h"

namespace sentry {

struct LookupHint {
  std::string_view rest;              // The path from `name` on; empty: just the name.
  uint32_t open_flags = abi::kOPath;  // As Inode::WillWalk wants them.
  bool cached_only = false;           // RESOLVE_CACHED: EAGAIN rather than ask the file system.
};

// The child `name` of `directory`, maybe negative; mounts on it are not crossed.  Search permission
// was checked.  Waits only for what is not cached.
Result<Ref<Dentry>> LookupDentry(OpContext& ctx, DentryCache& cache, const Path& directory,
                                 std::string_view name, const LookupHint& hint = {});

}  // namespace sentry
