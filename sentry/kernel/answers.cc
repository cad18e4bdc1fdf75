#include "sentry/kernel/answers.h"

#include "platform/answers.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace.h"
#include "sentry/kernel/seccomp.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

platform::SelfAnswering* ThreadOf(Task& task) {
  if (!task.has_thread()) return nullptr;
  return dynamic_cast<platform::SelfAnswering*>(&task.thread());
}

}  // namespace

void PublishAnswers(Task& task) {
  if (task.kernel().observer != nullptr || task.tracer || task.seccomp_mode != 0) return;
  // One address space has one set of answers, and threads differ in theirs.
  if (task.group().tasks.size() != 1 || task.mm().RefCount() != 1) return;
  platform::SelfAnswering* thread = ThreadOf(task);
  if (thread == nullptr) return;
  const ThreadGroup& group = task.group();
  const Credentials& creds = task.creds();
  const UserNamespace* ns = creds.user_ns.get();
  auto number = [&group](Tid tid) { return static_cast<uint32_t>(group.NumberOf(tid)); };
  thread->Publish({
      .pid = number(group.pid),
      .tid = number(task.tid()),
      .ppid = group.parent != nullptr ? number(group.parent->pid) : 0,
      .pgrp = number(group.process_group->id),
      .uid = ShownUid(ns, creds.uid),
      .euid = ShownUid(ns, creds.euid),
      .gid = ShownGid(ns, creds.gid),
      .egid = ShownGid(ns, creds.egid),
  });
}

void WithdrawAnswers(Task& task) {
  if (platform::SelfAnswering* thread = ThreadOf(task)) thread->Withdraw();
}

}  // namespace sentry
