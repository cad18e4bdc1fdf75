#include "sentry/auth/credentials.h"

#include <algorithm>

namespace sentry {

bool Credentials::InGroup(uint32_t group) const {
  return group == fsgid || std::binary_search(groups.begin(), groups.end(), group);
}

bool Credentials::HasCapabilityIn(const UserNamespace* ns, int capability) const {
  const int own_level = user_ns == nullptr ? 0 : user_ns->level;
  while (true) {
    if (ns == user_ns.get()) return HasOwnCapability(capability);
    if (ns == nullptr || ns->level <= own_level) return false;
    // Whoever made a namespace has every capability in it.
    if (ns->parent() == user_ns.get() && ns->creator_uid == euid) return true;
    ns = ns->parent();
  }
}

Ref<Credentials> Credentials::Clone() const {
  Ref<Credentials> copy = MakeRef<Credentials>();
  copy->uid = uid, copy->euid = euid, copy->suid = suid, copy->fsuid = fsuid;
  copy->gid = gid, copy->egid = egid, copy->sgid = sgid, copy->fsgid = fsgid;
  copy->groups = groups;
  copy->inheritable = inheritable, copy->permitted = permitted, copy->effective = effective;
  copy->bounding = bounding, copy->ambient = ambient;
  copy->securebits = securebits;
  copy->no_new_privs = no_new_privs;
  copy->landlock = landlock;
  copy->user_ns = user_ns;
  return copy;
}

Ref<Credentials> Credentials::ForUser(uint32_t uid, uint32_t gid, std::vector<uint32_t> groups) {
  Ref<Credentials> creds = MakeRef<Credentials>();
  creds->uid = creds->euid = creds->suid = creds->fsuid = uid;
  creds->gid = creds->egid = creds->sgid = creds->fsgid = gid;
  std::sort(groups.begin(), groups.end());
  creds->groups = std::move(groups);
  if (uid == 0) creds->permitted = creds->effective = kAllCapabilities;
  return creds;
}

}  // namespace sentry
