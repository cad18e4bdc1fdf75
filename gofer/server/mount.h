// A mount as the server sees it: its root and its policy.  Immutable once serving has begun.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gofer/server/config.h"
#include "platform/base/fd.h"
#include "platform/base/result.h"

namespace gofer {

// The hidden paths of a mount as a tree.  A directory that lies on the way to a hidden entry has a
// branch.
struct HideBranch {
  std::map<std::string, std::unique_ptr<HideBranch>, std::less<>> children;
  bool hidden = false;
};

// Null-tolerant: directories off every hidden path have no branch.
inline const HideBranch* BranchOf(const HideBranch* dir, std::string_view name) {
  if (dir == nullptr) return nullptr;
  const auto it = dir->children.find(name);
  return it == dir->children.end() ? nullptr : it->second.get();
}

class Mount {
 public:
  // A root that cannot be opened is not an error here: the client learns it at Attach.  EINVAL for
  // a hidden path that is empty, absolute or has "." or ".." in it.
  static base::Result<Mount> Create(MountConfig config);

  const base::Fd& root() const { return config_.root; }
  // For the start-up only: an equivalent root that shows less (protect.cc).
  void ReplaceRoot(base::Fd root) { config_.root = std::move(root); }
  int open_error() const { return open_error_; }
  const HideBranch* hide_root() const { return hide_.get(); }
  bool writable() const { return config_.writable; }
  bool world_readable_only() const { return config_.world_readable_only; }
  bool allow_set_id() const { return config_.allow_set_id; }
  bool squashes() const { return config_.squash_uid || config_.squash_gid; }
  uint32_t ShownUid(uint32_t uid) const { return config_.squash_uid.value_or(uid); }
  uint32_t ShownGid(uint32_t gid) const { return config_.squash_gid.value_or(gid); }

  // Policy on an object whose mode was just read.
  bool MaySearch(uint32_t mode) const { return !world_readable_only() || (mode & S_IXOTH) != 0; }
  bool MayRead(uint32_t mode) const { return !world_readable_only() || (mode & S_IROTH) != 0; }

 private:
  Mount(MountConfig config, std::unique_ptr<HideBranch> hide, int open_error);

  MountConfig config_;
  std::unique_ptr<HideBranch> hide_;  // Null when nothing is hidden.
  int open_error_;
};

}  // namespace gofer
