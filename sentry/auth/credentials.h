// Credentials of a task (credentials(7), capabilities(7)).  Immutable once shared: a change makes a
// copy.
#pragma once

#include <cstdint>
#include <vector>

#include "platform/base/ref.h"

namespace sentry {

using base::MakeRef;
using base::Ref;
using base::RefCounted;

constexpr uint64_t kAllCapabilities = (uint64_t{1} << 41) - 1;  // CAP_LAST_CAP is 40.

struct Credentials final : RefCounted {
  uint32_t uid = 0, euid = 0, suid = 0, fsuid = 0;
  uint32_t gid = 0, egid = 0, sgid = 0, fsgid = 0;
  std::vector<uint32_t> groups;  // Sorted.
  uint64_t inheritable = 0, permitted = 0, effective = 0, bounding = kAllCapabilities, ambient = 0;
  uint32_t securebits = 0;
  bool no_new_privs = false;
  Ref<RefCounted> landlock;  // The domain that restricts the task (vfs/landlock.h); null: none.

  bool HasCapability(int capability) const { return (effective >> capability & 1) != 0; }
  bool InGroup(uint32_t group) const;  // fsgid or a supplementary group.
  // A private copy to change.
  Ref<Credentials> Clone() const;
  // Root has all capabilities, others none (the guest's start).
  static Ref<Credentials> ForUser(uint32_t uid, uint32_t gid, std::vector<uint32_t> groups);
};

}  // namespace sentry
