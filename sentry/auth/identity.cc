#include "sentry/auth/identity.h"

#include "abi/linux/capability.h"

namespace sentry {

const IdFamily kUserIds{&Credentials::uid,   &Credentials::euid, &Credentials::suid,
                        &Credentials::fsuid, abi::kCapSetuid,    &UserNamespace::uid_map};
const IdFamily kGroupIds{&Credentials::gid,   &Credentials::egid, &Credentials::sgid,
                         &Credentials::fsgid, abi::kCapSetgid,    &UserNamespace::gid_map};

namespace {

constexpr uint64_t Bit(int capability) {
  return uint64_t{1} << capability;
}

// What follows the file system user id (CAP_FS_SET).
constexpr uint64_t kFileCapabilities = Bit(abi::kCapChown) | Bit(abi::kCapMknod) |
                                       Bit(abi::kCapDacOverride) | Bit(abi::kCapDacReadSearch) |
                                       Bit(abi::kCapFowner) | Bit(abi::kCapFsetid) |
                                       Bit(abi::kCapMacOverride) | Bit(abi::kCapLinuxImmutable);

bool AnyRoot(const Credentials& creds) {
  const uint32_t root = creds.root_uid();
  if (root == kNoId) return false;
  return creds.uid == root || creds.euid == root || creds.suid == root;
}

bool Subset(uint64_t part, uint64_t whole) {
  return (part & ~whole) == 0;
}

}  // namespace

Result<void> SetId(Credentials& creds, const IdFamily& family, uint32_t id) {
  if (id == kKeepId) return Errno(EINVAL);
  if (creds.HasOwnCapability(family.capability)) {
    creds.*family.real = creds.*family.saved = id;
  } else if (id != creds.*family.real && id != creds.*family.saved) {
    return Errno(EPERM);
  }
  creds.*family.effective = creds.*family.fs = id;
  return {};
}

Result<void> SetRealEffective(Credentials& creds, const IdFamily& family, uint32_t real,
                              uint32_t effective) {
  const uint32_t old_real = creds.*family.real, old_effective = creds.*family.effective;
  const bool any = creds.HasOwnCapability(family.capability);
  if (real != kKeepId) {
    if (!any && real != old_real && real != old_effective) return Errno(EPERM);
    creds.*family.real = real;
  }
  if (effective != kKeepId) {
    bool known =
        effective == old_real || effective == old_effective || effective == creds.*family.saved;
    if (!any && !known) return Errno(EPERM);
    creds.*family.effective = effective;
  }
  if (real != kKeepId || (effective != kKeepId && effective != old_real)) {
    creds.*family.saved = creds.*family.effective;
  }
  creds.*family.fs = creds.*family.effective;
  return {};
}

Result<void> SetRealEffectiveSaved(Credentials& creds, const IdFamily& family, uint32_t real,
                                   uint32_t effective, uint32_t saved) {
  const uint32_t known[] = {creds.*family.real, creds.*family.effective, creds.*family.saved};
  for (uint32_t id : {real, effective, saved}) {
    bool ours = id == kKeepId || id == known[0] || id == known[1] || id == known[2];
    if (!ours && !creds.HasOwnCapability(family.capability)) return Errno(EPERM);
  }
  if (real != kKeepId) creds.*family.real = real;
  if (effective != kKeepId) creds.*family.effective = effective;
  if (saved != kKeepId) creds.*family.saved = saved;
  creds.*family.fs = creds.*family.effective;
  return {};
}

void SetFsId(Credentials& creds, const IdFamily& family, uint32_t id) {
  if (id == kKeepId) return;
  bool allowed = id == creds.*family.real || id == creds.*family.effective ||
                 id == creds.*family.saved || id == creds.*family.fs ||
                 creds.HasOwnCapability(family.capability);
  if (allowed) creds.*family.fs = id;
}

// cap_emulate_setxuid()
void AdjustCapabilities(Credentials& creds, const Credentials& before, bool keep) {
  if ((creds.securebits & abi::kSecbitNoSetuidFixup) != 0) return;
  if (AnyRoot(before) && !AnyRoot(creds)) {
    if (!keep) creds.permitted = creds.effective = 0;
    creds.ambient = 0;  // Programs expect that leaving root loses everything at execve.
  }
  const uint32_t root = creds.root_uid();
  if (before.euid == root && creds.euid != root) creds.effective = 0;
  if (before.euid != root && creds.euid == root) creds.effective = creds.permitted;
}

void AdjustCapabilitiesForFsuid(Credentials& creds, const Credentials& before) {
  if ((creds.securebits & abi::kSecbitNoSetuidFixup) != 0) return;
  const uint32_t root = creds.root_uid();
  if (before.fsuid == root && creds.fsuid != root) creds.effective &= ~kFileCapabilities;
  if (before.fsuid != root && creds.fsuid == root) {
    creds.effective |= creds.permitted & kFileCapabilities;
  }
}

Result<void> SetCapabilities(Credentials& creds, const CapabilitySets& sets) {
  bool may_inherit_any = creds.HasOwnCapability(abi::kCapSetpcap);
  if (!may_inherit_any && !Subset(sets.inheritable, creds.inheritable | creds.permitted)) {
    return Errno(EPERM);
  }
  if (!Subset(sets.inheritable, creds.inheritable | creds.bounding) ||
      !Subset(sets.permitted, creds.permitted) || !Subset(sets.effective, sets.permitted)) {
    return Errno(EPERM);
  }
  creds.effective = sets.effective;
  creds.permitted = sets.permitted;
  creds.inheritable = sets.inheritable;
  creds.ambient &= creds.permitted & creds.inheritable;
  return {};
}

}  // namespace sentry
