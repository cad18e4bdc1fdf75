#include "sentry/kernel/namespaces.h"

#include "sentry/kernel/kernel.h"
#include "sentry/kernel/pid_table.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

// PROC_*_INIT_INO of Linux.
constexpr uint64_t kInitialUts = 4026531838, kInitialIpc = 4026531839, kInitialPid = 4026531836,
                   kInitialNet = 4026531840, kInitialCgroup = 4026531835;

constexpr int kNobody = -1;

}  // namespace

PidNamespace::PidNamespace(Ref<UserNamespace> owning, Ref<PidNamespace> above, uint64_t fixed_ino)
    : Namespace(abi::kCloneNewpid, std::move(owning), fixed_ino),
      parent(std::move(above)),
      level(parent ? parent->level + 1 : 0) {}

base::Result<int> PidNamespace::Give(abi::Tid global, int wanted) {
  if (wanted < 0 || wanted >= PidTable::kPidMax) return base::Errno(EINVAL);
  if (wanted != 0 && global_.contains(wanted)) return base::Errno(EEXIST);
  int number = wanted;
  for (int tries = 0; number == 0; ++tries) {
    constexpr int kReserved = 300;  // Not used again after the first round (RESERVED_PIDS).
    if (tries == PidTable::kPidMax) return base::Errno(EAGAIN);
    last_ = last_ + 1 < PidTable::kPidMax ? last_ + 1 : kReserved;
    if (!global_.contains(last_)) number = last_;
  }
  global_[number] = global.value();
  number_[global.value()] = number;
  return number;
}

void PidNamespace::Take(abi::Tid global) {
  auto found = number_.find(global.value());
  if (found == number_.end()) return;
  global_.erase(found->second);
  number_.erase(found);
}

int PidNamespace::NumberOf(abi::Tid global) const {
  if (level == 0) return global.value();
  auto found = number_.find(global.value());
  return found == number_.end() ? 0 : found->second;
}

abi::Tid PidNamespace::GlobalOf(int number) const {
  if (level == 0 || number <= 0) return abi::Tid(number);
  auto found = global_.find(number);
  return abi::Tid(found == global_.end() ? kNobody : found->second);
}

bool PidNamespace::IsWithin(const PidNamespace& ancestor) const {
  for (const PidNamespace* at = this; at != nullptr; at = at->parent.get()) {
    if (at == &ancestor) return true;
  }
  return false;
}

Ref<NamespaceSet> NamespaceSet::Clone() const {
  Ref<NamespaceSet> copy = MakeRef<NamespaceSet>();
  copy->uts = uts, copy->ipc = ipc, copy->net = net, copy->cgroup = cgroup;
  copy->pid_for_children = pid_for_children;
  return copy;
}

Ref<NamespaceSet> NamespaceSet::Initial(std::string hostname, std::string domainname) {
  Ref<NamespaceSet> set = MakeRef<NamespaceSet>();
  set->uts = MakeRef<UtsNamespace>(abi::kCloneNewuts, nullptr, kInitialUts);
  set->uts->hostname = std::move(hostname);
  set->uts->domainname = std::move(domainname);
  set->ipc = MakeRef<StateNamespace>(abi::kCloneNewipc, nullptr, kInitialIpc);
  set->net = MakeRef<StateNamespace>(abi::kCloneNewnet, nullptr, kInitialNet);
  set->cgroup = MakeRef<Namespace>(abi::kCloneNewcgroup, nullptr, kInitialCgroup);
  set->pid_for_children = MakeRef<PidNamespace>(nullptr, nullptr, kInitialPid);
  return set;
}

base::Result<Ref<NamespaceSet>> NewNamespaces(const NamespaceSet& from, uint64_t flags,
                                              const Task& task, Ref<UserNamespace> owner) {
  Ref<NamespaceSet> set = from.Clone();
  if ((flags & abi::kCloneNewuts) != 0) {
    Ref<UtsNamespace> uts = MakeRef<UtsNamespace>(abi::kCloneNewuts, owner);
    uts->hostname = from.uts->hostname;
    uts->domainname = from.uts->domainname;
    set->uts = std::move(uts);
  }
  if ((flags & abi::kCloneNewipc) != 0) {
    set->ipc = MakeRef<StateNamespace>(abi::kCloneNewipc, owner);
  }
  if ((flags & abi::kCloneNewpid) != 0) {
    // create_pid_namespace()
    const PidNamespace& active = *task.group().pid_ns;
    if (!IsWithin(owner.get(), active.owner.get()) || &active != from.pid_for_children.get()) {
      return base::Errno(EINVAL);
    }
    if (active.level >= kMaxPidNamespaceLevel) return base::Errno(ENOSPC);
    set->pid_for_children = MakeRef<PidNamespace>(owner, from.pid_for_children);
  }
  if ((flags & abi::kCloneNewcgroup) != 0) {
    set->cgroup = MakeRef<Namespace>(abi::kCloneNewcgroup, owner);
  }
  if ((flags & abi::kCloneNewnet) != 0) {
    set->net = MakeRef<StateNamespace>(abi::kCloneNewnet, owner);
  }
  // As a kernel without CONFIG_TIME_NS: guests read the host's vDSO, whose clocks have no offsets.
  if ((flags & abi::kCloneNewtime) != 0) return base::Errno(EINVAL);
  return set;
}

base::Result<Ref<UserNamespace>> NewUserNamespace(const Task& task) {
  const Credentials& creds = task.creds();
  const UserNamespace* parent = creds.user_ns.get();
  if (parent != nullptr && parent->level >= kMaxUserNamespaceLevel) return base::Errno(ENOSPC);
  // A chroot(2) would be left by the capabilities inside (current_chrooted()).
  if (task.fs().root != MountNamespace::CrossMounts(task.mounts()->Root())) {
    return base::Errno(EPERM);
  }
  if (FromKernelId(parent, &UserNamespace::uid_map, creds.euid) == kNoId ||
      FromKernelId(parent, &UserNamespace::gid_map, creds.egid) == kNoId) {
    return base::Errno(EPERM);
  }
  Ref<UserNamespace> made = MakeRef<UserNamespace>(creds.user_ns, creds.euid, creds.egid);
  constexpr int kCapSetfcap = 31;
  made->creator_may_set_file_caps = creds.HasOwnCapability(kCapSetfcap);
  return made;
}

void EnterUserNamespace(Credentials& creds, Ref<UserNamespace> ns) {
  creds.securebits = 0;
  creds.inheritable = creds.ambient = 0;
  creds.permitted = creds.effective = creds.bounding = kAllCapabilities;
  creds.user_ns = std::move(ns);
}

}  // namespace sentry
