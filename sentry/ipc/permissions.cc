// Owner, mode and access of System V objects.
#include "sentry/ipc/permissions.h"

#include "abi/linux/capability.h"

namespace sentry {

IpcOwner IpcOwner::MadeBy(const Credentials& creds, Ref<UserNamespace> ruler, int32_t key,
                          uint32_t flags) {
  IpcOwner owner;
  owner.ruler = std::move(ruler);
  owner.key = key;
  owner.uid = owner.cuid = creds.euid;
  owner.gid = owner.cgid = creds.egid;
  owner.mode = flags & 0777;
  return owner;
}

Result<void> IpcOwner::CheckAccess(const Credentials& creds, uint32_t wanted) const {
  uint32_t requested = (wanted >> 6) | (wanted >> 3) | wanted;
  uint32_t granted = mode;
  auto in_group = [&creds](uint32_t group) { return creds.egid == group || creds.InGroup(group); };
  if (creds.euid == cuid || creds.euid == uid) {
    granted >>= 6;
  } else if (in_group(cgid) || in_group(gid)) {
    granted >>= 3;
  }
  if ((requested & ~granted & 7) == 0) return {};
  if (creds.HasCapabilityIn(ruler.get(), abi::kCapIpcOwner)) return {};
  return Errno(EACCES);
}

Result<void> IpcOwner::CheckOwner(const Credentials& creds) const {
  if (creds.euid == cuid || creds.euid == uid) return {};
  if (creds.HasCapabilityIn(ruler.get(), abi::kCapSysAdmin)) return {};
  return Errno(EPERM);
}

Result<void> IpcOwner::Set(const Credentials& creds, const abi::IpcPerm& to) {
  const UserNamespace* ns = creds.user_ns.get();
  const uint32_t new_uid = ToKernelId(ns, &UserNamespace::uid_map, to.uid);
  const uint32_t new_gid = ToKernelId(ns, &UserNamespace::gid_map, to.gid);
  if (new_uid == kNoId || new_gid == kNoId) return Errno(EINVAL);
  uid = new_uid;
  gid = new_gid;
  mode = (mode & ~uint32_t{0777}) | (to.mode & 0777);
  return {};
}

abi::IpcPerm IpcOwner::ToAbi() const {
  abi::IpcPerm perm{};
  perm.key = key;
  perm.uid = uid;
  perm.gid = gid;
  perm.cuid = cuid;
  perm.cgid = cgid;
  perm.mode = mode;
  perm.seq = static_cast<uint16_t>(id >> 15);
  return perm;
}

abi::IpcPerm ShownTo(const Credentials& creds, abi::IpcPerm perm) {
  const UserNamespace* ns = creds.user_ns.get();
  perm.uid = ShownUid(ns, perm.uid);
  perm.gid = ShownGid(ns, perm.gid);
  perm.cuid = ShownUid(ns, perm.cuid);
  perm.cgid = ShownGid(ns, perm.cgid);
  return perm;
}

}  // namespace sentry
