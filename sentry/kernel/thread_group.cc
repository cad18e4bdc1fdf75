// Membership: parents and children, process groups.
#include "sentry/kernel/thread_group.h"

#include <algorithm>

#include "sentry/kernel/answers.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/namespaces.h"
#include "sentry/kernel/task.h"

namespace sentry {

ThreadGroup::ThreadGroup(Kernel& owner, Ref<SignalActions> signal_actions)
    : kernel(owner), actions(std::move(signal_actions)), start_time(MonotonicNow()) {}

ThreadGroup::~ThreadGroup() = default;

int ThreadGroup::NumberOf(Tid global) const {
  return pid_ns->NumberOf(global);
}

void ThreadGroup::SetParent(ThreadGroup* new_parent) {
  if (parent != nullptr) std::erase(parent->children, this);
  parent = new_parent;
  if (parent != nullptr) parent->children.push_back(this);
  for (Task* task : tasks) WithdrawAnswers(*task);
}

void ThreadGroup::SetProcessGroup(Ref<ProcessGroup> group) {
  Ref<ProcessGroup> old = std::exchange(process_group, std::move(group));
  if (process_group) {
    if (process_group->members.empty()) kernel.pids().AddProcessGroup(*process_group);
    process_group->members.push_back(this);
  }
  for (Task* task : tasks) WithdrawAnswers(*task);
  if (!old) return;
  std::erase(old->members, this);
  if (old->members.empty()) kernel.pids().RemoveProcessGroup(*old);
}

bool ProcessGroup::IsOrphaned(const ThreadGroup* leaving) const {
  return std::none_of(members.begin(), members.end(), [&](const ThreadGroup* member) {
    if (member == leaving || member->zombie || member->parent == nullptr) return false;
    const ThreadGroup& parent = *member->parent;
    // The kernel's own init controls no jobs, but whoever started the sandbox controls the first.
    if (parent.tasks.empty()) return member == member->kernel.first();
    return parent.process_group.get() != this && parent.process_group->session == session;
  });
}

bool ProcessGroup::HasStoppedMember() const {
  return std::any_of(members.begin(), members.end(),
                     [](const ThreadGroup* member) { return member->stopped; });
}

}  // namespace sentry
