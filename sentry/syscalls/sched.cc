// sched_setscheduler(2), sched_setattr(2), sched_setaffinity(2) and their kin.  Policies are kept
// and reported exactly; the host schedules all guests as ordinary threads.
#include "abi/linux/sched.h"

#include <algorithm>

#include "abi/linux/capability.h"
#include "abi/linux/resource.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/extensible.h"
#include "sentry/syscalls/sched_calls.h"

namespace sentry {
namespace {

Result<Task*> Find(Task& task, int pid) {
  if (pid < 0) return Errno(EINVAL);
  Task* found = pid == 0 ? &task : task.FindTask(pid);
  if (found == nullptr) return Errno(ESRCH);
  return found;  // Until it is reaped.
}

bool IsRealTime(int policy) {
  return policy == abi::kSchedFifo || policy == abi::kSchedRr;
}

int PolicyOf(const Task& task) {
  return task.sched_policy & ~abi::kSchedResetOnFork;
}

// check_same_owner()
bool SameOwner(const Task& task, const Task& target) {
  const Credentials& mine = task.creds();
  const Credentials& other = target.creds();
  return mine.euid == other.euid || mine.euid == other.uid;
}

// `policy` comes with or without SCHED_RESET_ON_FORK.
Result<void> SetPolicy(Task& task, Task& target, int policy, int priority) {
  const int plain = policy & ~abi::kSchedResetOnFork;
  constexpr int kMaxPriority = 99;
  if (plain != abi::kSchedNormal && plain != abi::kSchedBatch && plain != abi::kSchedIdle &&
      !IsRealTime(plain)) {
    return Errno(EINVAL);  // SCHED_DEADLINE and SCHED_EXT need the host's scheduler.
  }
  if (priority < 0 || priority > kMaxPriority) return Errno(EINVAL);
  if (IsRealTime(plain) != (priority != 0)) return Errno(EINVAL);
  if (!task.creds().HasCapability(abi::kCapSysNice)) {
    if (!SameOwner(task, target)) return Errno(EPERM);
    const uint64_t limit = target.group().limit(abi::kRlimitRtprio);
    if (IsRealTime(plain)) {
      if (limit == 0 && plain != PolicyOf(target)) return Errno(EPERM);
      if (priority > target.sched_priority && static_cast<uint64_t>(priority) > limit) {
        return Errno(EPERM);
      }
    }
    if ((target.sched_policy & abi::kSchedResetOnFork) != 0 &&
        (policy & abi::kSchedResetOnFork) == 0) {
      return Errno(EPERM);
    }
  }
  target.sched_policy = policy;
  target.sched_priority = priority;
  return {};
}

}  // namespace

Result<void> SysSchedSetscheduler(Task& task, int pid, int policy,
                                  UserPtr<const abi::SchedParam> param) {
  if (policy < 0 || param.IsNull()) return Errno(EINVAL);
  abi::SchedParam wanted = TRY(task.CopyIn(param));
  Task* target = TRY(Find(task, pid));
  return SetPolicy(task, *target, policy, wanted.sched_priority);
}

Result<int> SysSchedGetscheduler(Task& task, int pid) {
  return TRY(Find(task, pid))->sched_policy;
}

Result<void> SysSchedSetparam(Task& task, int pid, UserPtr<const abi::SchedParam> param) {
  if (param.IsNull() || pid < 0) return Errno(EINVAL);
  abi::SchedParam wanted = TRY(task.CopyIn(param));
  Task* target = TRY(Find(task, pid));
  return SetPolicy(task, *target, target->sched_policy, wanted.sched_priority);
}

Result<void> SysSchedGetparam(Task& task, int pid, UserPtr<abi::SchedParam> param) {
  if (param.IsNull()) return Errno(EINVAL);
  const Task* target = TRY(Find(task, pid));
  const int priority = IsRealTime(PolicyOf(*target)) ? target->sched_priority : 0;
  return task.CopyOut(param, abi::SchedParam{priority});
}

Result<void> SysSchedSetattr(Task& task, int pid, UserPtr<abi::SchedAttr> from, uint32_t flags) {
  if (from.IsNull() || pid < 0 || flags != 0) return Errno(EINVAL);
  uint32_t size = TRY(task.CopyIn(from.As<uint32_t>()));
  if (size == 0) size = abi::kSchedAttrSizeVer0;
  Result<abi::SchedAttr> copied = Errno(E2BIG);
  if (size >= abi::kSchedAttrSizeVer0) copied = CopyInExtensible(task, from, size);
  if (copied.Is(E2BIG)) {
    // The caller is told what would fit.
    TRY(task.CopyOut(from.As<uint32_t>(), static_cast<uint32_t>(sizeof(abi::SchedAttr))));
  }
  const abi::SchedAttr attr = TRY(std::move(copied));
  constexpr uint64_t kClamps = abi::kSchedFlagUtilClampMin | abi::kSchedFlagUtilClampMax;
  constexpr uint64_t kKnown = abi::kSchedFlagResetOnFork | abi::kSchedFlagReclaim |
                              abi::kSchedFlagDlOverrun | abi::kSchedFlagKeepPolicy |
                              abi::kSchedFlagKeepParams;
  Task* target = TRY(Find(task, pid));
  if ((attr.sched_flags & ~(kKnown | kClamps)) != 0) return Errno(EINVAL);
  int policy = static_cast<int>(attr.sched_policy);
  int priority = static_cast<int>(attr.sched_priority);
  if ((attr.sched_flags & abi::kSchedFlagKeepPolicy) != 0) policy = PolicyOf(*target);
  if ((attr.sched_flags & abi::kSchedFlagKeepParams) != 0) priority = target->sched_priority;
  if (policy < 0 || (policy & abi::kSchedResetOnFork) != 0) return Errno(EINVAL);
  const bool ordinary = policy == abi::kSchedNormal || policy == abi::kSchedBatch;
  const int nice = std::clamp(attr.sched_nice, abi::kPrioMin, abi::kPrioMax - 1);
  const bool sets_nice = ordinary && (attr.sched_flags & abi::kSchedFlagKeepParams) == 0;
  if (sets_nice && nice < target->nice && !task.creds().HasCapability(abi::kCapSysNice) &&
      static_cast<uint64_t>(20 - nice) > target->group().limit(abi::kRlimitNice)) {
    return Errno(EPERM);
  }
  if ((attr.sched_flags & kClamps) != 0) return Errno(EOPNOTSUPP);  // CONFIG_UCLAMP_TASK
  if ((attr.sched_flags & abi::kSchedFlagResetOnFork) != 0) policy |= abi::kSchedResetOnFork;
  TRY(SetPolicy(task, *target, policy, priority));
  if (sets_nice) {
    target->nice = nice;
    target->ApplyHostPriority();
  }
  return {};
}

Result<void> SysSchedGetattr(Task& task, int pid, UserPtr<abi::SchedAttr> to, uint32_t size,
                             uint32_t flags) {
  constexpr uint32_t kPage = 4096;
  if (to.IsNull() || pid < 0 || flags != 0 || size > kPage || size < abi::kSchedAttrSizeVer0) {
    return Errno(EINVAL);
  }
  const Task* target = TRY(Find(task, pid));
  abi::SchedAttr attr{};
  attr.size = std::min<uint32_t>(size, sizeof(attr));
  attr.sched_policy = static_cast<uint32_t>(PolicyOf(*target));
  if ((target->sched_policy & abi::kSchedResetOnFork) != 0) {
    attr.sched_flags = abi::kSchedFlagResetOnFork;
  }
  if (IsRealTime(PolicyOf(*target))) {
    attr.sched_priority = static_cast<uint32_t>(target->sched_priority);
  } else {
    attr.sched_nice = target->nice;
  }
  return task.Write(to.value(), std::as_bytes(std::span(&attr, 1)).first(attr.size));
}

Result<int> SysSchedGetPriorityMax(Task&, int policy) {
  constexpr int kMaxPriority = 99;
  if (IsRealTime(policy)) return kMaxPriority;
  bool known = policy == abi::kSchedNormal || policy == abi::kSchedBatch ||
               policy == abi::kSchedIdle || policy == abi::kSchedDeadline;
  if (!known) return Errno(EINVAL);
  return 0;
}

Result<int> SysSchedGetPriorityMin(Task& task, int policy) {
  return TRY(SysSchedGetPriorityMax(task, policy)) == 0 ? 0 : 1;
}

Result<void> SysSchedRrGetInterval(Task& task, int pid, UserPtr<abi::Timespec> to) {
  const Task* target = TRY(Find(task, pid));
  constexpr int64_t kRoundRobin = 100'000'000, kFair = 4'000'000;
  int64_t ns = 0;  // SCHED_FIFO runs until it gives way.
  if (PolicyOf(*target) == abi::kSchedRr) ns = kRoundRobin;
  if (!IsRealTime(PolicyOf(*target))) ns = kFair;
  return task.CopyOut(to, ToTimespec(ns));
}

Result<void> SysSchedSetaffinity(Task& task, int pid, size_t size, UserPtr<std::byte> mask) {
  CpuSet wanted;
  const size_t length = std::min(size, sizeof(wanted.words));
  TRY(task.Read(mask.value(), std::as_writable_bytes(std::span(wanted.words)).first(length)));
  if (pid < 0) return Errno(ESRCH);  // Here a number like any other.
  Task* target = TRY(Find(task, pid));
  const UserNamespace* ns = target->creds().user_ns.get();
  if (!SameOwner(task, *target) && !task.creds().HasCapabilityIn(ns, abi::kCapSysNice)) {
    return Errno(EPERM);
  }
  wanted = wanted & GuestCpus(task.kernel());
  if (wanted.Empty()) return Errno(EINVAL);
  target->affinity = wanted;
  target->ApplyHostAffinity();
  return {};
}

Result<size_t> SysSchedGetaffinity(Task& task, int pid, size_t size, UserPtr<std::byte> mask) {
  const CpuSet all = GuestCpus(task.kernel());
  // Linux's own mask has a bit for every CPU that there could be, in whole words.
  size_t words = all.words.size();
  while (words > 1 && all.words[words - 1] == 0) --words;
  const size_t bytes = words * sizeof(uint64_t);
  if (size < bytes || size % sizeof(uint64_t) != 0) return Errno(EINVAL);
  if (pid < 0) return Errno(ESRCH);  // Here a number like any other.
  const Task* target = TRY(Find(task, pid));
  const CpuSet set = target->affinity.value_or(all);
  TRY(task.Write(mask.value(), std::as_bytes(std::span(set.words)).first(bytes)));
  return bytes;
}

}  // namespace sentry
