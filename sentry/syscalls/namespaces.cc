// unshare(2), setns(2).
#include "sentry/kernel/namespaces.h"

#include "abi/linux/capability.h"
#include "abi/linux/sched.h"
#include "sentry/fs/pidfd/pidfd.h"
#include "sentry/fs/proc/namespace_files.h"
#include "sentry/kernel/answers.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace_access.h"
#include "sentry/syscalls/system_calls.h"

namespace sentry {
namespace {

// What asking for one thing asks for besides (ksys_unshare()).
uint64_t WithImplied(uint64_t flags) {
  if ((flags & abi::kCloneNewuser) != 0) flags |= abi::kCloneThread | abi::kCloneFs;
  if ((flags & abi::kCloneVm) != 0) flags |= abi::kCloneSighand;
  if ((flags & abi::kCloneSighand) != 0) flags |= abi::kCloneThread;
  if ((flags & abi::kCloneNewns) != 0) flags |= abi::kCloneFs;
  return flags;
}

Result<void> CheckUnshare(const Task& task, uint64_t flags) {
  constexpr uint64_t kPrivate = abi::kCloneThread | abi::kCloneVm | abi::kCloneSighand;
  constexpr uint64_t kKnown = kNewNamespaces | kPrivate | abi::kCloneNewuser | abi::kCloneFs |
                              abi::kCloneFiles | abi::kCloneSysvsem;
  if ((flags & ~kKnown) != 0) return Errno(EINVAL);
  if ((flags & kPrivate) != 0 && task.group().tasks.size() > 1) return Errno(EINVAL);
  if ((flags & abi::kCloneSighand) != 0 && task.group().actions->RefCount() > 1) {
    return Errno(EINVAL);
  }
  if ((flags & abi::kCloneVm) != 0 && task.mm().RefCount() > 1) return Errno(EINVAL);
  return {};
}

// What a call changes of its caller, all at once when everything is there.
struct Change {
  Ref<Credentials> creds;
  Ref<NamespaceSet> namespaces;
  Ref<MountNamespace> mounts;
  Ref<FsContext> fs;
};

// Has every capability there already, because it made it (cred_cap_issubset()).
bool OwnsByMaking(const Credentials& creds, const UserNamespace* ns) {
  for (; ns != nullptr; ns = ns->parent()) {
    if (ns->parent() == creds.user_ns.get()) return ns->creator_uid == creds.euid;
  }
  return false;
}

void Apply(Task& task, Change change) {
  if (change.creds) {
    // commit_creds(): who gains capabilities over others is not looked into by its like.
    if (!OwnsByMaking(task.creds(), change.creds->user_ns.get())) task.dumpable = false;
    task.SetCredentials(std::move(change.creds));
    WithdrawAnswers(task);
  }
  if (change.namespaces) task.SetNamespaces(std::move(change.namespaces));
  if (!change.fs) change.fs = Ref<FsContext>(&task.fs());
  if (!change.mounts) change.mounts = task.mounts();
  task.SetMounts(std::move(change.mounts), std::move(change.fs));
}

// --- setns ---

// What is asked of the caller in its own user namespace, besides.
Result<void> CheckCaller(const Task& task, const UserNamespace* owner, bool chroot_too = false) {
  const Credentials& creds = task.creds();
  const bool may = creds.HasCapabilityIn(owner, abi::kCapSysAdmin) &&
                   creds.HasOwnCapability(abi::kCapSysAdmin) &&
                   (!chroot_too || creds.HasOwnCapability(abi::kCapSysChroot));
  return may ? Result<void>() : Errno(EPERM);
}

Result<void> EnterUser(const Task& task, const NamespaceRef& about, Change& change) {
  auto* ns = static_cast<UserNamespace*>(about.ns.get());
  if (ns == task.creds().user_ns.get() || task.group().tasks.size() > 1) return Errno(EINVAL);
  if (task.fs().RefCount() > 1) return Errno(EINVAL);
  if (!task.creds().HasCapabilityIn(ns, abi::kCapSysAdmin)) return Errno(EPERM);
  change.creds = task.creds().Clone();
  EnterUserNamespace(*change.creds, Ref<UserNamespace>(ns));
  return {};
}

Result<void> EnterMounts(const Task& task, MountNamespace& ns, Change& change) {
  TRY(CheckCaller(task, ns.owner.get(), true));
  if (ns.anonymous() || task.fs().RefCount() > 1) return Errno(EINVAL);
  change.mounts = Ref<MountNamespace>(&ns);
  const Path root = MountNamespace::CrossMounts(ns.Root());
  change.fs = MakeRef<FsContext>(root, root, task.fs().umask);
  return {};
}

Result<void> EnterPid(const Task& task, PidNamespace& ns, Change& change) {
  TRY(CheckCaller(task, ns.owner.get()));
  // Only downwards: nobody gets out of the numbers that it is seen by.
  if (!ns.IsWithin(*task.group().pid_ns)) return Errno(EINVAL);
  change.namespaces->pid_for_children = Ref<PidNamespace>(&ns);
  return {};
}

Result<void> Enter(const Task& task, const NamespaceRef& about, Change& change) {
  if (!change.namespaces) change.namespaces = task.namespaces().Clone();
  switch (about.clone_flag) {
    case abi::kCloneNewuser:
      return EnterUser(task, about, change);
    case abi::kCloneNewns:
      return EnterMounts(task, static_cast<MountNamespace&>(*about.ns), change);
    case abi::kCloneNewpid:
      return EnterPid(task, static_cast<PidNamespace&>(*about.ns), change);
    default:
      break;
  }
  TRY(CheckCaller(task, about.ns->owner.get()));
  NamespaceSet& set = *change.namespaces;
  if (about.clone_flag == abi::kCloneNewuts) {
    set.uts = Ref<UtsNamespace>(static_cast<UtsNamespace*>(about.ns.get()));
  } else if (about.clone_flag == abi::kCloneNewcgroup) {
    set.cgroup = about.ns;
  } else {
    Ref<StateNamespace> ns(static_cast<StateNamespace*>(about.ns.get()));
    (about.clone_flag == abi::kCloneNewipc ? set.ipc : set.net) = std::move(ns);
  }
  return {};
}

// A pidfd: several namespaces of one process at once (validate_nsset()).
Result<void> EnterThoseOf(Task& task, const ThreadGroup& target, uint32_t type) {
  const Task* leader = target.leader;
  if (leader == nullptr || leader->dead()) return Errno(ESRCH);
  if (!MayRead(task, *leader)) return Errno(EPERM);
  Change change;
  // The user namespace first: its capabilities let the caller into the others.
  const bool user_too = (type & abi::kCloneNewuser) != 0;
  std::vector<NamespaceRef> wanted;
  if (user_too) wanted.push_back(NamespaceRef::OfUser(leader->creds().user_ns));
  for (size_t i = 0; i < NamespaceCount(); ++i) {
    std::optional<NamespaceRef> about = NamespaceOf(*leader, i);
    if (!about || (type & about->clone_flag) == 0 || about->clone_flag == abi::kCloneNewuser) {
      continue;
    }
    if (about->clone_flag == abi::kCloneNewpid) about->ns = target.pid_ns;
    wanted.push_back(*std::move(about));
  }
  Ref<Credentials> before = task.creds_ref();
  for (const NamespaceRef& about : wanted) {
    Result<void> entered = Enter(task, about, change);
    if (!entered.ok()) {
      task.SetCredentials(std::move(before));
      return entered;
    }
    if (change.creds) task.SetCredentials(change.creds);
  }
  task.SetCredentials(std::move(before));
  Apply(task, std::move(change));
  return {};
}

}  // namespace

Result<void> SysUnshare(Task& task, uint64_t flags) {
  flags = WithImplied(flags);
  TRY(CheckUnshare(task, flags));
  Change change;
  Ref<UserNamespace> user_ns = task.creds().user_ns;
  bool may = task.creds().HasOwnCapability(abi::kCapSysAdmin);
  if ((flags & abi::kCloneFs) != 0 && task.fs().RefCount() > 1) change.fs = task.fs().Clone();
  if ((flags & abi::kCloneNewuser) != 0) {
    user_ns = TRY(NewUserNamespace(task));
    change.creds = task.creds().Clone();
    EnterUserNamespace(*change.creds, user_ns);
    may = true;
  }
  if ((flags & kNewNamespaces) != 0) {
    if (!may) return Errno(EPERM);
    change.namespaces = TRY(NewNamespaces(task.namespaces(), flags, task, user_ns));
    if ((flags & abi::kCloneNewns) != 0) {
      if (!change.fs) change.fs = Ref<FsContext>(&task.fs());
      change.mounts = task.mounts()->Copy({&change.fs->root, &change.fs->cwd}, user_ns);
    }
  }
  if ((flags & (abi::kCloneSysvsem | abi::kCloneNewipc)) != 0) task.LeaveSysvUndo();
  if ((flags & abi::kCloneFiles) != 0) task.UnshareFds();
  Apply(task, std::move(change));
  return {};
}

Result<void> SysSetns(Task& task, FdNum fd, uint32_t type) {
  Ref<FileDescription> file = TRY(task.fds().Get(fd));
  if (auto* pidfd = dynamic_cast<Pidfd*>(file.get())) {
    constexpr uint64_t kKinds = (kNewNamespaces | abi::kCloneNewuser) & ~abi::kCloneNewtime;
    if (type == 0 || (type & ~kKinds) != 0) return Errno(EINVAL);
    return EnterThoseOf(task, pidfd->group(), type);
  }
  auto* ns = dynamic_cast<NamespaceFile*>(file.get());
  if (ns == nullptr || (type != 0 && type != ns->about().clone_flag)) return Errno(EINVAL);
  Change change;
  TRY(Enter(task, ns->about(), change));
  Apply(task, std::move(change));
  return {};
}

}  // namespace sentry
