#include "sentry/fs/proc/subject.h"

#include "sentry/kernel/ptrace_access.h"

namespace sentry {

Task* Subject::Find() const {
  PidTable& pids = kernel().pids();
  if (!thread && pids.FindGroup(tid) == group.get()) return group->leader;
  Task* task = pids.FindTask(tid);
  return task != nullptr && &task->group() == group.get() ? task : nullptr;
}

Result<Task*> Subject::Require() const {
  Task* task = Find();
  if (task == nullptr) return Errno(ESRCH);
  return task;
}

Task* Subject::FindAlive() const {
  Task* task = Find();
  return task != nullptr && !task->dead() ? task : nullptr;
}

uint64_t Subject::Ino(uint32_t kind, uint64_t number) const {
  uint64_t ino = static_cast<uint64_t>(tid.value()) + 1;
  ino = ino << 1 | (thread ? 1 : 0);
  return (ino << 4 | kind) << 24 | number;
}

uint32_t OwnerUid(const Subject& subject, bool directory) {
  const Task* task = subject.Find();
  if (task == nullptr) return 0;
  if (task->dumpable || directory) return task->creds().euid;
  const uint32_t root = task->creds().root_uid();
  return root == kNoId ? 0 : root;
}

uint32_t OwnerGid(const Subject& subject, bool directory) {
  const Task* task = subject.Find();
  if (task == nullptr) return 0;
  if (task->dumpable || directory) return task->creds().egid;
  const uint32_t root = ToKernelId(task->creds().user_ns.get(), &UserNamespace::gid_map, 0);
  return root == kNoId ? 0 : root;
}

Result<void> CheckMayRead(const OpContext& ctx, const Task& task) {
  if (ctx.task == nullptr || MayRead(*ctx.task, task)) return {};
  return Errno(EACCES);
}

abi::Timespec StartOf(const ThreadGroup& group) {
  return ToTimespec(RealtimeNowNs() - (MonotonicNow() - group.start_time));
}

}  // namespace sentry
