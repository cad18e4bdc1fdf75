// Landlock (landlock(7)): a task gives up access to files for itself and its children.
//
// A ruleset says which rights it handles, and below which objects it grants them.  Each
// landlock_restrict_self(2) puts one more layer on the task's domain; an access must be granted by
// every layer that handles it, by rules of the object or of any directory above it.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "abi/linux/landlock.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/op_context.h"

namespace sentry {

// What this kernel handles: ABI version 2, as Linux 6.1.
inline constexpr uint64_t kLandlockAbi = 2;
inline constexpr uint64_t kLandlockAllRights = (abi::kLandlockRefer << 1) - 1;
inline constexpr uint64_t kLandlockFileRights =
    abi::kLandlockExecute | abi::kLandlockWriteFile | abi::kLandlockReadFile;

class LandlockRuleset final : public RefCounted {
 public:
  explicit LandlockRuleset(uint64_t handled_rights) : handled(handled_rights) {}
  const uint64_t handled;

  void Add(Ref<Dentry> object, uint64_t rights);
  uint64_t Granted(const Dentry& object) const;
  base::Ref<LandlockRuleset> Clone() const;  // What is enforced does not change any more.

 private:
  struct Rule {
    Ref<Dentry> object;
    uint64_t rights;
  };
  std::vector<Rule> rules_;
};

class LandlockDomain final : public RefCounted {
 public:
  static constexpr size_t kMaxLayers = 16;

  LandlockDomain(Ref<LandlockDomain> parent, Ref<LandlockRuleset> layer);
  const std::vector<Ref<LandlockRuleset>>& layers() const { return layers_; }
  bool IsSameOrAbove(const LandlockDomain* other) const;

 private:
  const Ref<LandlockDomain> parent_;
  std::vector<Ref<LandlockRuleset>> layers_;  // The parent's and one more.
};

const LandlockDomain* LandlockOf(const Credentials& creds);  // Null: unrestricted.

// Pipes, sockets, memfds: nobody's to restrict.
bool IsNameless(const Path& path);
// EACCES unless the caller's domain grants all of `rights` for `path`.
Result<void> CheckLandlock(const OpContext& ctx, const Path& path, uint64_t rights);
// The right to make a name for an object of this type (S_IF*).
uint64_t LandlockMakeRight(uint32_t mode);
// rename(2) and link(2) of an object from one directory into another: the rights for either side
// (EACCES), then LANDLOCK_ACCESS_FS_REFER for both, and nothing may be gained by it (EXDEV).
Result<void> CheckLandlockRefer(const OpContext& ctx, const Path& from, uint64_t from_rights,
                                const Path& to, uint64_t to_rights);

}  // namespace sentry
