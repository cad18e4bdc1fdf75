// The namespaces of a task, but for users (auth/user_namespace.h) and mounts (vfs/mount.h).
#pragma once

#include <map>
#include <string>

#include "abi/linux/sched.h"
#include "abi/types.h"
#include "platform/base/result.h"
#include "sentry/auth/user_namespace.h"
#include "sentry/kernel/subsystem.h"

namespace sentry {

class Kernel;
class Task;
class ThreadGroup;

// uts_namespaces(7)
class UtsNamespace final : public Namespace {
 public:
  using Namespace::Namespace;
  std::string hostname, domainname;
};

// ipc_namespaces(7), network_namespaces(7): whatever their owners above the kernel keep per
// namespace, found by its type.
class StateNamespace final : public Namespace {
 public:
  using Namespace::Namespace;
  template <typename T>
  T& Get(Kernel& kernel) {
    return state_.Get<T>(kernel);
  }

 private:
  Subsystems state_;
};

// pid_namespaces(7): other numbers for some of the kernel's.  The initial one's are the kernel's
// own (PidTable).
class PidNamespace final : public Namespace {
 public:
  PidNamespace(Ref<UserNamespace> owner, Ref<PidNamespace> parent, uint64_t fixed_ino = 0);

  const Ref<PidNamespace> parent;  // Null: this is the initial one.
  const int level;                 // The initial one: 0.
  ThreadGroup* reaper = nullptr;   // Its first process; null before and after.
  bool dead = false;               // The first process has ended: nobody can be born here.

  // A number for `global`: `wanted`, or the next free one.  EEXIST, EINVAL, EAGAIN.
  base::Result<int> Give(abi::Tid global, int wanted = 0);
  void Take(abi::Tid global);
  int NumberOf(abi::Tid global) const;  // 0: not seen here.
  abi::Tid GlobalOf(int number) const;  // A number that nobody has, if nobody has it here.
  bool IsWithin(const PidNamespace& ancestor) const;
  int last() const { return last_; }
  int last_ = 0;

 private:
  std::map<int, int> global_, number_;  // By number here; by the kernel's number.
};

constexpr int kMaxPidNamespaceLevel = 32;

// What a task is in.  Shared between tasks until one of them changes: then it gets a copy.
struct NamespaceSet final : RefCounted {
  Ref<UtsNamespace> uts;
  Ref<StateNamespace> ipc, net;
  Ref<Namespace> cgroup;
  Ref<PidNamespace> pid_for_children;

  Ref<NamespaceSet> Clone() const;
  static Ref<NamespaceSet> Initial(std::string hostname, std::string domainname);
};

constexpr uint64_t kNewNamespaces = abi::kCloneNewns | abi::kCloneNewcgroup | abi::kCloneNewuts |
                                    abi::kCloneNewipc | abi::kCloneNewpid | abi::kCloneNewnet |
                                    abi::kCloneNewtime;

// New ones of the kinds that `flags` names, owned by `owner`; ENOSPC, EINVAL for kinds that cannot
// be made.  Mount namespaces are made by MountNamespace::Copy().
base::Result<Ref<NamespaceSet>> NewNamespaces(const NamespaceSet& from, uint64_t flags,
                                              const Task& task, Ref<UserNamespace> owner);
// A user namespace below the task's (create_user_ns()): EPERM, ENOSPC.
base::Result<Ref<UserNamespace>> NewUserNamespace(const Task& task);
struct Credentials;
// The task's credentials inside `ns`: every capability there (set_cred_user_ns()).
void EnterUserNamespace(Credentials& creds, Ref<UserNamespace> ns);

}  // namespace sentry
