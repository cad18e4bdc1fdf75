// Changes of user and group ids (credentials(7), setresuid(2)) and of capability sets
// (capabilities(7)): each takes private credentials and checks what Linux checks.
#pragma once

#include <cstdint>

#include "platform/base/result.h"
#include "sentry/auth/credentials.h"

namespace sentry {

using base::Errno;
using base::Result;

constexpr uint32_t kKeepId = ~uint32_t{0};  // "Leave as it is."

// One family of ids: the user's or the group's.
struct IdFamily {
  uint32_t Credentials::*real;
  uint32_t Credentials::*effective;
  uint32_t Credentials::*saved;
  uint32_t Credentials::*fs;
  int capability;  // Lets any id be taken.
  IdMap map;       // Of a user namespace.
};
extern const IdFamily kUserIds, kGroupIds;

// setuid(2), setreuid(2), setresuid(2) and the group's.  EPERM when an id may not be taken.
Result<void> SetId(Credentials& creds, const IdFamily& family, uint32_t id);
Result<void> SetRealEffective(Credentials& creds, const IdFamily& family, uint32_t real,
                              uint32_t effective);
Result<void> SetRealEffectiveSaved(Credentials& creds, const IdFamily& family, uint32_t real,
                                   uint32_t effective, uint32_t saved);
// setfsuid(2): no error, the id stays when it may not be taken.
void SetFsId(Credentials& creds, const IdFamily& family, uint32_t id);
// What a change from `before` to `creds` means for the capability sets; `keep`: PR_SET_KEEPCAPS.
void AdjustCapabilities(Credentials& creds, const Credentials& before, bool keep);
void AdjustCapabilitiesForFsuid(Credentials& creds, const Credentials& before);

struct CapabilitySets {
  uint64_t effective = 0, permitted = 0, inheritable = 0;
};
// capset(2).
Result<void> SetCapabilities(Credentials& creds, const CapabilitySets& sets);

}  // namespace sentry
