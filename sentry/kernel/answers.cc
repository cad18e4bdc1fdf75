#include "sentry/kernel/answers.h"

#include "platform/answers.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace.h"
#include "sentry/kernel/seccomp.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

// Whether any thread was ever lent anything: who never asks costs nothing.  Guarded by the kernel's
// lock.
bool ever_lent = false;

platform::SelfAnswering* ThreadOf(Task& task) {
  if (!task.has_thread()) return nullptr;
  return dynamic_cast<platform::SelfAnswering*>(&task.thread());
}

// Null: nothing is lent.
platform::OwnCell* CellOf(Task& task) {
  if (!ever_lent) return nullptr;
  platform::SelfAnswering* thread = ThreadOf(task);
  return thread == nullptr ? nullptr : thread->lent();
}

bool IsWatched(const Task& task) {
  return task.kernel().observer != nullptr || task.tracer || task.seccomp_mode != 0 ||
         task.user_dispatch.on;
}

}  // namespace

void PublishAnswers(Task& task) {
  if (IsWatched(task)) return;
  // Who shares the memory of another process may look as that one's thread (vfork(2)).
  if (task.mm().RefCount() != task.group().tasks.size()) return;
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

void LeaveCodeAlone(Task& task) {
  if (platform::SelfAnswering* thread = ThreadOf(task)) thread->LeaveCodeAlone();
}

void LendOwn(Task& task) {
  if (IsWatched(task)) return;
  // Who shares the memory of another process may have the TLS of that one's thread (vfork(2)).
  if (task.mm().RefCount() != task.group().tasks.size()) return;
  platform::SelfAnswering* thread = ThreadOf(task);
  if (thread == nullptr || !thread->Lend(task.blocked, task.robust_list)) return;
  ever_lent = true;
}

void InheritLending(Task& parent, Task& child) {
  if (CellOf(parent) == nullptr) return;
  LendOwn(child);
  SettleOwn(child);
}

void RevokeOwn(Task& task) {
  if (platform::OwnCell* cell = CellOf(task)) {
    __atomic_store_n(&cell->valid, 0u, __ATOMIC_SEQ_CST);
  }
}

// The cell is in memory that the guest can write to: what it says concerns that guest alone.
void FetchOwn(Task& task) {
  if (!ever_lent || task.state() != Task::State::kRunning) return;
  platform::OwnCell* cell = CellOf(task);
  if (cell == nullptr) return;
  task.SetBlocked(__atomic_load_n(&cell->blocked, __ATOMIC_SEQ_CST));
  task.robust_list = __atomic_load_n(&cell->robust_list, __ATOMIC_RELAXED);
  task.rseq = {.address = __atomic_load_n(&cell->rseq, __ATOMIC_RELAXED),
               .size = __atomic_load_n(&cell->rseq_size, __ATOMIC_RELAXED),
               .signature = __atomic_load_n(&cell->rseq_signature, __ATOMIC_RELAXED)};
  if (task.rseq.size == 0) task.rseq = {};
}

void SettleOwn(Task& task) {
  platform::OwnCell* cell = CellOf(task);
  if (cell == nullptr) return;
  __atomic_store_n(&cell->blocked, task.blocked, __ATOMIC_RELAXED);
  __atomic_store_n(&cell->robust_list, task.robust_list, __ATOMIC_RELAXED);
  __atomic_store_n(&cell->rseq, task.rseq.address, __ATOMIC_RELAXED);
  __atomic_store_n(&cell->rseq_size, task.rseq.size, __ATOMIC_RELAXED);
  __atomic_store_n(&cell->rseq_signature, task.rseq.signature, __ATOMIC_RELAXED);
  cell->stack = task.altstack.ss_sp;
  cell->stack_flags = static_cast<uint32_t>(task.altstack.ss_flags);
  cell->stack_size = task.altstack.ss_size;
  if (IsWatched(task)) __atomic_store_n(&cell->valid, 0u, __ATOMIC_SEQ_CST);
  const bool any = (task.pending.pending() | task.group().pending.pending()) != 0;
  __atomic_store_n(&cell->asks, any ? 1u : 0u, __ATOMIC_SEQ_CST);
}

void TellOwn(Task& task) {
  if (platform::OwnCell* cell = CellOf(task)) {
    __atomic_store_n(&cell->asks, 1u, __ATOMIC_SEQ_CST);
  }
}

}  // namespace sentry
