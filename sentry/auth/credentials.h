// Credentials of a task (credentials(7), capabilities(7)).  Immutable once shared: a change makes a
// copy.
#pragma once

#include <cstdint>
#include <vector>

#include "platform/base/ref.h"
#include "sentry/auth/user_namespace.h"

namespace sentry {

constexpr uint64_t kAllCapabilities = (uint64_t{1} << 41) - 1;  // CAP_LAST_CAP is 40.

struct Credentials final : RefCounted {
  uint32_t uid = 0, euid = 0, suid = 0, fsuid = 0;
  uint32_t gid = 0, egid = 0, sgid = 0, fsgid = 0;
  std::vector<uint32_t> groups;  // Sorted.
  uint64_t inheritable = 0, permitted = 0, effective = 0, bounding = kAllCapabilities, ambient = 0;
  uint32_t securebits = 0;
  bool no_new_privs = false;
  Ref<RefCounted> landlock;  // The domain that restricts the task (vfs/landlock.h); null: none.

  Ref<UserNamespace> user_ns;  // What the capabilities are good for; null: the initial one.

  // In the initial user namespace: over what no namespace has a share of.
  bool HasCapability(int capability) const {
    return user_ns == nullptr && HasOwnCapability(capability);
  }
  // In its own user namespace.
  bool HasOwnCapability(int capability) const { return (effective >> capability & 1) != 0; }
  // Over what `ns` owns (ns_capable()).
  bool HasCapabilityIn(const UserNamespace* ns, int capability) const;
  // The user and the group that are 0 in its user namespace; kNoId when nobody is.
  uint32_t root_uid() const {
    return user_ns == nullptr ? 0 : ToKernelId(user_ns.get(), &UserNamespace::uid_map, 0);
  }
  bool InGroup(uint32_t group) const;  // fsgid or a supplementary group.
  // A private copy to change.
  Ref<Credentials> Clone() const;
  // Root has all capabilities, others none (the guest's start).
  static Ref<Credentials> ForUser(uint32_t uid, uint32_t gid, std::vector<uint32_t> groups);
};

}  // namespace sentry
