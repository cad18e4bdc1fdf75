// getrlimit(2), setrlimit(2), prlimit(2), getrusage(2), times(2), getpriority(2), setpriority(2).
#include "abi/linux/resource.h"

#include <sys/resource.h>

#include <algorithm>

#include "abi/linux/capability.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/usage.h"
#include "sentry/syscalls/resource_calls.h"

namespace sentry {
namespace {

constexpr uint64_t kNrOpen = 1048576;

Result<void> CheckResource(int resource) {
  if (resource < 0 || resource >= abi::kRlimNlimits) return Errno(EINVAL);
  return {};
}

Result<void> SetLimit(Task& task, ThreadGroup& target, int resource, const abi::Rlimit& wanted) {
  if (wanted.rlim_cur > wanted.rlim_max) return Errno(EINVAL);
  if (resource == abi::kRlimitNofile && wanted.rlim_max > kNrOpen) return Errno(EPERM);
  abi::Rlimit& limit = target.limits[static_cast<size_t>(resource)];
  if (wanted.rlim_max > limit.rlim_max && !task.creds().HasCapability(abi::kCapSysResource)) {
    return Errno(EPERM);
  }
  limit = wanted;
  target.ApplyHostLimits();
  return {};
}

// Somebody else's limits: the same user through and through (check_prlimit_permission()).
Result<void> CheckMayLimit(const Task& task, const Task& target) {
  const Credentials& mine = task.creds();
  const Credentials& other = target.creds();
  if (&task.group() == &target.group()) return {};
  bool same = mine.uid == other.euid && mine.uid == other.suid && mine.uid == other.uid &&
              mine.gid == other.egid && mine.gid == other.sgid && mine.gid == other.gid;
  if (same || mine.HasCapabilityIn(other.user_ns.get(), abi::kCapSysResource)) return {};
  return Errno(EPERM);
}

Result<ThreadGroup*> LimitTarget(Task& task, int pid) {
  if (pid == 0) return &task.group();
  Task* target = task.FindTask(pid);
  if (target == nullptr) return Errno(ESRCH);
  TRY(CheckMayLimit(task, *target));
  return &target->group();
}

int64_t Ticks(int64_t ns) {
  constexpr int64_t kTicksPerSecond = 100;
  return ns / (kNanosPerSecond / kTicksPerSecond);
}

}  // namespace

Result<void> SysGetrlimit(Task& task, int resource, UserPtr<abi::Rlimit> to) {
  TRY(CheckResource(resource));
  return task.CopyOut(to, task.group().limits[static_cast<size_t>(resource)]);
}

Result<void> SysSetrlimit(Task& task, int resource, UserPtr<const abi::Rlimit> from) {
  abi::Rlimit wanted = TRY(task.CopyIn(from));
  TRY(CheckResource(resource));
  return SetLimit(task, task.group(), resource, wanted);
}

Result<void> SysPrlimit64(Task& task, int pid, int resource, UserPtr<const abi::Rlimit> from,
                          UserPtr<abi::Rlimit> to) {
  std::optional<abi::Rlimit> wanted;
  if (!from.IsNull()) wanted = TRY(task.CopyIn(from));
  ThreadGroup* target = TRY(LimitTarget(task, pid));
  TRY(CheckResource(resource));
  const abi::Rlimit before = target->limits[static_cast<size_t>(resource)];
  if (wanted) TRY(SetLimit(task, *target, resource, *wanted));
  if (!to.IsNull()) TRY(task.CopyOut(to, before));
  return {};
}

Result<void> SysGetrusage(Task& task, int who, UserPtr<abi::Rusage> to) {
  switch (who) {
    case abi::kRusageSelf:
      return task.CopyOut(to, ToRusage(task.group().TotalUsage()));
    case abi::kRusageChildren:
      return task.CopyOut(to, ToRusage(task.group().children_usage));
    case abi::kRusageThread:
      return task.CopyOut(to, ToRusage(TaskUsage(task)));
  }
  return Errno(EINVAL);
}

Result<int64_t> SysTimes(Task& task, UserPtr<abi::Tms> to) {
  if (!to.IsNull()) {
    Usage self = task.group().TotalUsage();
    const Usage& children = task.group().children_usage;
    TRY(task.CopyOut(to, abi::Tms{Ticks(self.user_ns), Ticks(self.system_ns),
                                  Ticks(children.user_ns), Ticks(children.system_ns)}));
  }
  return Ticks(MonotonicNow().ns);
}

namespace {

// The tasks that getpriority(2) and ioprio_get(2) name.
Result<std::vector<Task*>> Named(Task& task, int which, int who) {
  std::vector<Task*> found;
  PidTable& pids = task.kernel().pids();
  auto add = [&found](ThreadGroup& group) {
    found.insert(found.end(), group.tasks.begin(), group.tasks.end());
  };
  if (which == abi::kPrioProcess) {
    Task* one = who == 0 ? &task : task.FindTask(who);
    if (one != nullptr && !one->dead()) found.push_back(one);
  } else if (which == abi::kPrioPgrp) {
    ProcessGroup* group = who == 0 ? task.group().process_group.get() : task.FindProcessGroup(who);
    if (group == nullptr) return Errno(ESRCH);
    for (ThreadGroup* member : group->members) add(*member);
  } else if (which == abi::kPrioUser) {
    const uint32_t uid = who == 0 ? task.creds().uid
                                  : ToKernelId(task.creds().user_ns.get(), &UserNamespace::uid_map,
                                               static_cast<uint32_t>(who));
    for (ThreadGroup* group : pids.Groups()) add(*group);
    std::erase_if(found, [uid](const Task* other) { return other->creds().uid != uid; });
  } else {
    return Errno(EINVAL);
  }
  if (found.empty()) return Errno(ESRCH);
  return found;
}

// The first process, which has no task of its own: of the default priority, and not the guest's to
// change.
bool NamesInit(Task& task, int which, int who) {
  if (which != abi::kPrioProcess || who <= 0) return false;
  return task.kernel().pids().FindGroup(task.GlobalOf(who)) == &task.kernel().init();
}

Result<void> SetNice(Task& task, Task& target, int nice) {
  const Credentials& mine = task.creds();
  bool same_user = target.creds().uid == mine.euid || target.creds().euid == mine.euid;
  const UserNamespace* ns = target.creds().user_ns.get();
  if (!same_user && !mine.HasCapabilityIn(ns, abi::kCapSysNice)) return Errno(EPERM);
  // RLIMIT_NICE n allows nice values down to 20 - n.
  bool allowed = nice >= target.nice || mine.HasCapability(abi::kCapSysNice) ||
                 static_cast<uint64_t>(20 - nice) <= target.group().limit(abi::kRlimitNice);
  if (!allowed) return Errno(EACCES);
  target.nice = nice;
  target.ApplyHostPriority();
  return {};
}

}  // namespace

Result<int> SysGetpriority(Task& task, int which, int who) {
  constexpr int kBias = 20;  // The raw call gives 20 - nice, so that no error looks like a value.
  if (NamesInit(task, which, who)) return kBias;
  int best = abi::kPrioMax;
  for (const Task* found : TRY(Named(task, which, who))) best = std::min(best, found->nice);
  return kBias - best;
}

Result<void> SysSetpriority(Task& task, int which, int who, int nice) {
  nice = std::clamp(nice, abi::kPrioMin, abi::kPrioMax - 1);
  if (NamesInit(task, which, who)) return Errno(EPERM);
  Result<void> outcome;
  for (Task* found : TRY(Named(task, which, who))) {
    Result<void> set = SetNice(task, *found, nice);
    if (!set.ok()) outcome = set;
  }
  return outcome;
}

namespace {

constexpr int kIoprioClassShift = 13;

}  // namespace

Result<int> SysIoprioGet(Task& task, int which, int who) {
  if (which < abi::kIoprioWhoProcess || which > abi::kIoprioWhoUser) return Errno(EINVAL);
  if (NamesInit(task, which - abi::kIoprioWhoProcess, who)) return 0;
  int best = 0;
  for (const Task* found : TRY(Named(task, which - abi::kIoprioWhoProcess, who))) {
    if (found->io_priority == 0) continue;
    best = best == 0 ? found->io_priority : std::min(best, found->io_priority);
  }
  return best;
}

Result<void> SysIoprioSet(Task& task, int which, int who, int priority) {
  if (which < abi::kIoprioWhoProcess || which > abi::kIoprioWhoUser) return Errno(EINVAL);
  constexpr int kLevels = 8;
  const int priority_class = priority >> kIoprioClassShift;
  const int level = priority & ((1 << kIoprioClassShift) - 1);
  if (priority_class < 0 || priority_class > abi::kIoprioClassIdle) return Errno(EINVAL);
  if (priority_class == abi::kIoprioClassNone && level != 0) return Errno(EINVAL);
  if (level >= kLevels) return Errno(EINVAL);
  if (priority_class == abi::kIoprioClassRt && !task.creds().HasCapability(abi::kCapSysNice) &&
      !task.creds().HasCapability(abi::kCapSysAdmin)) {
    return Errno(EPERM);
  }
  if (NamesInit(task, which - abi::kIoprioWhoProcess, who)) return Errno(EPERM);
  for (Task* found : TRY(Named(task, which - abi::kIoprioWhoProcess, who))) {
    found->io_priority = priority;
  }
  return {};
}

}  // namespace sentry
