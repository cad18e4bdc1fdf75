// FsContext: root, working directory and umask (shared with CLONE_FS).
#pragma once

#include "sentry/vfs/mount.h"

namespace sentry {

struct FsContext final : RefCounted {
  FsContext(Path root_path, Path cwd_path, uint32_t mask)
      : root(std::move(root_path)), cwd(std::move(cwd_path)), umask(mask) {}
  Path root;
  Path cwd;
  uint32_t umask;

  Ref<FsContext> Clone() const { return MakeRef<FsContext>(root, cwd, umask); }
};

}  // namespace sentry
