#include "sentry/kernel/ptrace_access.h"

#include "abi/linux/capability.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/task.h"
#include "sentry/vfs/landlock.h"

namespace sentry {
namespace {

bool Check(const Task& task, uint32_t uid, uint32_t gid, const Task& target) {
  if (&task.group() == &target.group()) return true;
  // A task in a Landlock domain looks into tasks of the same domain or below only.
  const LandlockDomain* domain = LandlockOf(task.creds());
  if (domain != nullptr && !domain->IsSameOrAbove(LandlockOf(target.creds()))) return false;
  const Credentials& mine = task.creds();
  const Credentials& other = target.creds();
  if (mine.HasCapabilityIn(other.user_ns.get(), abi::kCapSysPtrace)) return true;
  const bool same = uid == other.uid && uid == other.euid && uid == other.suid &&
                    gid == other.gid && gid == other.egid && gid == other.sgid;
  // Nobody gains capabilities by looking into one who has more.
  return same && target.dumpable && mine.user_ns == other.user_ns &&
         (other.permitted & ~mine.permitted) == 0;
}

}  // namespace

bool MayTrace(const Task& tracer, const Task& target) {
  return Check(tracer, tracer.creds().uid, tracer.creds().gid, target);
}

namespace {

bool IsDescendant(const Task& tracer, const Task& target) {
  for (const ThreadGroup* at = target.group().parent; at != nullptr; at = at->parent) {
    if (at == &tracer.group()) return true;
  }
  return false;
}

// PR_SET_PTRACER names somebody, or everybody, beside the ancestors.
bool NamesAsTracer(const Task& tracer, const Task& target) {
  const int64_t named = target.group().named_tracer;
  if (named == -1) return true;
  for (const ThreadGroup* at = &tracer.group(); named > 0 && at != nullptr; at = at->parent) {
    if (at->pid.value() == named) return true;
  }
  return false;
}

}  // namespace

// Documentation/admin-guide/LSM/Yama.rst of Linux.
bool MayAttach(const Task& tracer, const Task& target) {
  if (!MayTrace(tracer, target)) return false;
  const UserNamespace* ns = target.creds().user_ns.get();
  const bool capable = tracer.creds().HasCapabilityIn(ns, abi::kCapSysPtrace);
  switch (tracer.kernel().ptrace_scope) {
    case 0:
      return true;
    case 1:
      return capable || IsDescendant(tracer, target) || NamesAsTracer(tracer, target);
    case 2:
      return capable;
    default:
      return false;
  }
}

bool MayBeTracedByParent(const Task& task) {
  const int scope = task.kernel().ptrace_scope;
  const ThreadGroup* parent = task.group().parent;
  if (parent == nullptr || parent->leader == nullptr) return scope < 3;
  const LandlockDomain* domain = LandlockOf(parent->leader->creds());
  if (domain != nullptr && !domain->IsSameOrAbove(LandlockOf(task.creds()))) return false;
  if (scope < 2) return true;
  const UserNamespace* ns = task.creds().user_ns.get();
  return scope == 2 && parent->leader->creds().HasCapabilityIn(ns, abi::kCapSysPtrace);
}

bool MayRead(const Task& reader, const Task& target) {
  return Check(reader, reader.creds().fsuid, reader.creds().fsgid, target);
}

}  // namespace sentry
