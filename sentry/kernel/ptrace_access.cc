#include "sentry/kernel/ptrace_access.h"

#include "abi/linux/capability.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

bool Check(const Task& task, uint32_t uid, uint32_t gid, const Task& target) {
  if (&task.group() == &target.group()) return true;
  const Credentials& mine = task.creds();
  const Credentials& other = target.creds();
  if (mine.HasCapability(abi::kCapSysPtrace)) return true;
  const bool same = uid == other.uid && uid == other.euid && uid == other.suid &&
                    gid == other.gid && gid == other.egid && gid == other.sgid;
  // Nobody gains capabilities by looking into one who has more.
  return same && target.dumpable && (other.permitted & ~mine.permitted) == 0;
}

}  // namespace

bool MayTrace(const Task& tracer, const Task& target) {
  return Check(tracer, tracer.creds().uid, tracer.creds().gid, target);
}

bool MayRead(const Task& reader, const Task& target) {
  return Check(reader, reader.creds().fsuid, reader.creds().fsgid, target);
}

}  // namespace sentry
