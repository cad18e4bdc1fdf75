// getuid(2), setuid(2), setresuid(2), setfsuid(2) and their group counterparts, getgroups(2),
// setgroups(2), capget(2), capset(2).
#include "sentry/auth/identity.h"

#include <algorithm>

#include "abi/linux/capability.h"
#include "sentry/kernel/answers.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/identity_calls.h"

namespace sentry {
namespace {

// Takes changed credentials over.  A process that changes its rights is not dumpable and forgets
// its parent-death signal (commit_creds()).
void Commit(Task& task, Ref<Credentials> creds) {
  const Credentials& before = task.creds();
  if (creds->euid != before.euid || creds->egid != before.egid || creds->fsuid != before.fsuid ||
      creds->fsgid != before.fsgid) {
    task.dumpable = false;
    task.parent_death_signal = 0;
  }
  task.SetCredentials(std::move(creds));
  WithdrawAnswers(task);
}

template <typename Change>
Result<void> ChangeUser(Task& task, Change change) {
  Ref<Credentials> creds = task.creds().Clone();
  TRY(change(*creds));
  AdjustCapabilities(*creds, task.creds(), task.keep_capabilities);
  Commit(task, std::move(creds));
  return {};
}

template <typename Change>
Result<void> ChangeGroup(Task& task, Change change) {
  Ref<Credentials> creds = task.creds().Clone();
  TRY(change(*creds));
  Commit(task, std::move(creds));
  return {};
}

Result<void> CopyOutThree(Task& task, const IdFamily& family, UserPtr<uint32_t> real,
                          UserPtr<uint32_t> effective, UserPtr<uint32_t> saved) {
  const Credentials& creds = task.creds();
  auto shown = [&](uint32_t Credentials::*id) {
    return ShownId(creds.user_ns.get(), family.map, creds.*id);
  };
  TRY(task.CopyOut(real, shown(family.real)));
  TRY(task.CopyOut(effective, shown(family.effective)));
  return task.CopyOut(saved, shown(family.saved));
}

// The kernel's id of one that the guest gives; "leave as it is" passes.  EINVAL for what has no
// place in its user namespace.
Result<uint32_t> KernelId(const Task& task, const IdFamily& family, uint32_t id) {
  if (id == kKeepId) return id;
  const uint32_t found = ToKernelId(task.creds().user_ns.get(), family.map, id);
  if (found == kNoId) return Errno(EINVAL);
  return found;
}

}  // namespace

Result<uint32_t> SysGetuid(Task& task) {
  PublishAnswers(task);
  return ShownUid(task.creds().user_ns.get(), task.creds().uid);
}
Result<uint32_t> SysGeteuid(Task& task) {
  PublishAnswers(task);
  return ShownUid(task.creds().user_ns.get(), task.creds().euid);
}
Result<uint32_t> SysGetgid(Task& task) {
  PublishAnswers(task);
  return ShownGid(task.creds().user_ns.get(), task.creds().gid);
}
Result<uint32_t> SysGetegid(Task& task) {
  PublishAnswers(task);
  return ShownGid(task.creds().user_ns.get(), task.creds().egid);
}

Result<void> SysSetuid(Task& task, uint32_t uid) {
  uid = TRY(KernelId(task, kUserIds, uid));
  return ChangeUser(task, [=](Credentials& creds) { return SetId(creds, kUserIds, uid); });
}

Result<void> SysSetreuid(Task& task, uint32_t real, uint32_t effective) {
  real = TRY(KernelId(task, kUserIds, real));
  effective = TRY(KernelId(task, kUserIds, effective));
  return ChangeUser(
      task, [=](Credentials& creds) { return SetRealEffective(creds, kUserIds, real, effective); });
}

Result<void> SysSetresuid(Task& task, uint32_t real, uint32_t effective, uint32_t saved) {
  real = TRY(KernelId(task, kUserIds, real));
  effective = TRY(KernelId(task, kUserIds, effective));
  saved = TRY(KernelId(task, kUserIds, saved));
  return ChangeUser(task, [=](Credentials& creds) {
    return SetRealEffectiveSaved(creds, kUserIds, real, effective, saved);
  });
}

Result<void> SysGetresuid(Task& task, UserPtr<uint32_t> real, UserPtr<uint32_t> effective,
                          UserPtr<uint32_t> saved) {
  return CopyOutThree(task, kUserIds, real, effective, saved);
}

Result<void> SysSetgid(Task& task, uint32_t gid) {
  gid = TRY(KernelId(task, kGroupIds, gid));
  return ChangeGroup(task, [=](Credentials& creds) { return SetId(creds, kGroupIds, gid); });
}

Result<void> SysSetregid(Task& task, uint32_t real, uint32_t effective) {
  real = TRY(KernelId(task, kGroupIds, real));
  effective = TRY(KernelId(task, kGroupIds, effective));
  return ChangeGroup(task, [=](Credentials& creds) {
    return SetRealEffective(creds, kGroupIds, real, effective);
  });
}

Result<void> SysSetresgid(Task& task, uint32_t real, uint32_t effective, uint32_t saved) {
  real = TRY(KernelId(task, kGroupIds, real));
  effective = TRY(KernelId(task, kGroupIds, effective));
  saved = TRY(KernelId(task, kGroupIds, saved));
  return ChangeGroup(task, [=](Credentials& creds) {
    return SetRealEffectiveSaved(creds, kGroupIds, real, effective, saved);
  });
}

Result<void> SysGetresgid(Task& task, UserPtr<uint32_t> real, UserPtr<uint32_t> effective,
                          UserPtr<uint32_t> saved) {
  return CopyOutThree(task, kGroupIds, real, effective, saved);
}

Result<uint32_t> SysSetfsuid(Task& task, uint32_t uid) {
  const uint32_t before = ShownId(task.creds().user_ns.get(), kUserIds.map, task.creds().fsuid);
  Ref<Credentials> creds = task.creds().Clone();
  SetFsId(*creds, kUserIds, ToKernelId(creds->user_ns.get(), kUserIds.map, uid));
  AdjustCapabilitiesForFsuid(*creds, task.creds());
  Commit(task, std::move(creds));
  return before;
}

Result<uint32_t> SysSetfsgid(Task& task, uint32_t gid) {
  const uint32_t before = ShownId(task.creds().user_ns.get(), kGroupIds.map, task.creds().fsgid);
  Ref<Credentials> creds = task.creds().Clone();
  SetFsId(*creds, kGroupIds, ToKernelId(creds->user_ns.get(), kGroupIds.map, gid));
  Commit(task, std::move(creds));
  return before;
}

Result<uint64_t> SysGetgroups(Task& task, int size, UserPtr<uint32_t> list) {
  const std::vector<uint32_t>& groups = task.creds().groups;
  if (size < 0) return Errno(EINVAL);
  if (size == 0) return uint64_t{groups.size()};
  if (groups.size() > static_cast<size_t>(size)) return Errno(EINVAL);
  std::vector<uint32_t> shown = groups;
  for (uint32_t& group : shown) group = ShownGid(task.creds().user_ns.get(), group);
  TRY(task.CopyOutArray(list, std::span<const uint32_t>(shown)));
  return uint64_t{groups.size()};
}

Result<void> SysSetgroups(Task& task, int size, UserPtr<uint32_t> list) {
  constexpr int kMaxGroups = 65536;  // NGROUPS_MAX
  const UserNamespace* ns = task.creds().user_ns.get();
  const bool allowed = ns == nullptr || (ns->may_setgroups && !ns->gid_map.empty());
  if (!allowed || !task.creds().HasOwnCapability(abi::kCapSetgid)) return Errno(EPERM);
  if (size < 0 || size > kMaxGroups) return Errno(EINVAL);
  std::vector<uint32_t> groups = TRY(task.CopyInArray(list, static_cast<size_t>(size)));
  for (uint32_t& group : groups) {
    group = ToKernelId(ns, &UserNamespace::gid_map, group);
    if (group == kNoId) return Errno(EINVAL);
  }
  std::sort(groups.begin(), groups.end());
  Ref<Credentials> creds = task.creds().Clone();
  creds->groups = std::move(groups);
  Commit(task, std::move(creds));
  return {};
}

namespace {

// How many CapUserData the caller's version has.  An unknown one is told which is preferred.
Result<size_t> CapabilityWords(Task& task, UserPtr<abi::CapUserHeader> at,
                               const abi::CapUserHeader& header) {
  switch (header.version) {
    case abi::kLinuxCapabilityVersion1:
      return size_t{1};
    case abi::kLinuxCapabilityVersion2:
    case abi::kLinuxCapabilityVersion3:
      return size_t{2};
  }
  TRY(task.CopyOut(at.As<uint32_t>(), abi::kLinuxCapabilityVersion3));
  return Errno(EINVAL);
}

uint64_t Join(const std::vector<abi::CapUserData>& data, uint32_t abi::CapUserData::*set) {
  uint64_t low = data[0].*set;
  uint64_t high = data.size() > 1 ? data[1].*set : 0;
  return (low | high << 32) & kAllCapabilities;
}

}  // namespace

Result<void> SysCapget(Task& task, UserPtr<abi::CapUserHeader> at, UserPtr<abi::CapUserData> to) {
  abi::CapUserHeader header = TRY(task.CopyIn(at));
  Result<size_t> words = CapabilityWords(task, at, header);
  if (!words.ok()) {
    if (to.IsNull() && words.Is(EINVAL)) return {};  // The version was all that was asked for.
    return words.error();
  }
  if (header.pid < 0) return Errno(EINVAL);
  const Task* target = &task;
  if (header.pid != 0) target = task.FindTask(header.pid);
  if (target == nullptr) return Errno(ESRCH);
  if (to.IsNull()) return {};
  const Credentials& creds = target->creds();
  std::vector<abi::CapUserData> data(*words);
  for (size_t i = 0; i < data.size(); ++i) {
    data[i].effective = static_cast<uint32_t>(creds.effective >> (32 * i));
    data[i].permitted = static_cast<uint32_t>(creds.permitted >> (32 * i));
    data[i].inheritable = static_cast<uint32_t>(creds.inheritable >> (32 * i));
  }
  return task.CopyOutArray(to, std::span<const abi::CapUserData>(data));
}

Result<void> SysCapset(Task& task, UserPtr<abi::CapUserHeader> at, UserPtr<abi::CapUserData> from) {
  abi::CapUserHeader header = TRY(task.CopyIn(at));
  size_t words = TRY(CapabilityWords(task, at, header));
  if (header.pid != 0 && header.pid != task.NumberOf(task.tid())) return Errno(EPERM);
  std::vector<abi::CapUserData> data = TRY(task.CopyInArray(from, words));
  Ref<Credentials> creds = task.creds().Clone();
  TRY(SetCapabilities(*creds, {.effective = Join(data, &abi::CapUserData::effective),
                               .permitted = Join(data, &abi::CapUserData::permitted),
                               .inheritable = Join(data, &abi::CapUserData::inheritable)}));
  task.SetCredentials(std::move(creds));
  return {};
}

}  // namespace sentry
