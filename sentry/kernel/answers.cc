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

uint32_t Number(Tid tid) {
  return static_cast<uint32_t>(tid.value());
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
  thread->Publish({
      .pid = Number(group.pid),
      .tid = Number(task.tid()),
      .ppid = group.parent != nullptr ? Number(group.parent->pid) : 0,
      .pgrp = Number(group.process_group->id),
      .uid = creds.uid,
      .euid = creds.euid,
      .gid = creds.gid,
      .egid = creds.egid,
  });
}

void WithdrawAnswers(Task& task) {
  if (platform::SelfAnswering* thread = ThreadOf(task)) thread->Withdraw();
}

}  // namespace sentry
