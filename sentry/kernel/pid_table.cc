#include "sentry/kernel/pid_table.h"

#include "sentry/kernel/namespaces.h"
#include "sentry/kernel/task.h"
#include "sentry/kernel/thread_group.h"

namespace sentry {
namespace {

template <typename T>
T* Find(const std::map<int, T*>& table, Tid key) {
  auto found = table.find(key.value());
  return found == table.end() ? nullptr : found->second;
}

}  // namespace

bool PidTable::InUse(int number) const {
  if (tasks_.contains(number) || groups_.contains(number) || process_groups_.contains(number))
    return true;
  // A session outlives its leader as long as one of its process groups does.
  for (const auto& [id, group] : process_groups_) {
    if (group->session->id.value() == number) return true;
  }
  return false;
}

base::Result<Tid> PidTable::Allocate() {
  constexpr int kReserved = 300;  // Not used again after the first round (RESERVED_PIDS).
  for (int tries = 0; tries < kPidMax; ++tries) {
    last_ = last_ + 1 < kPidMax ? last_ + 1 : kReserved;
    if (!InUse(last_)) return Tid(last_);
  }
  return base::Errno(EAGAIN);
}

base::Result<Tid> PidTable::Reserve(Tid wanted) {
  if (wanted.value() < 1 || wanted.value() >= kPidMax) return base::Errno(EINVAL);
  if (InUse(wanted.value())) return base::Errno(EEXIST);
  return wanted;
}

base::Result<void> PidTable::GiveNumbers(Tid tid, base::Ref<PidNamespace> ns,
                                         const std::vector<int>& wanted) {
  size_t place = 0;
  for (PidNamespace* at = ns.get(); at->level > 0; at = at->parent.get(), ++place) {
    base::Result<int> given = at->Give(tid, place < wanted.size() ? wanted[place] : 0);
    if (given.ok()) continue;
    for (PidNamespace* back = ns.get(); back != at; back = back->parent.get()) back->Take(tid);
    return given.error();
  }
  if (ns->level > 0) nested_[tid.value()] = std::move(ns);
  return {};
}

void PidTable::ReleaseNumbers(int number) {
  auto found = nested_.find(number);
  if (found == nested_.end() || InUse(number)) return;
  base::Ref<PidNamespace> ns = std::move(found->second);
  nested_.erase(found);
  for (PidNamespace* at = ns.get(); at->level > 0; at = at->parent.get()) at->Take(Tid(number));
}

void PidTable::AddTask(Tid tid, Task& task) {
  tasks_[tid.value()] = &task;
}
void PidTable::RemoveTask(Tid tid) {
  tasks_.erase(tid.value());
  ReleaseNumbers(tid.value());
}
void PidTable::AddGroup(Tid pid, ThreadGroup& group) {
  groups_[pid.value()] = &group;
}
void PidTable::RemoveGroup(Tid pid) {
  groups_.erase(pid.value());
  ReleaseNumbers(pid.value());
}
void PidTable::AddProcessGroup(ProcessGroup& group) {
  process_groups_[group.id.value()] = &group;
}
void PidTable::RemoveProcessGroup(ProcessGroup& group) {
  process_groups_.erase(group.id.value());
  ReleaseNumbers(group.id.value());
  // The last process group of a session takes the session's number with it.
  ReleaseNumbers(group.session->id.value());
}
Task* PidTable::FindTask(Tid tid) const {
  return Find(tasks_, tid);
}
ThreadGroup* PidTable::FindGroup(Tid pid) const {
  return Find(groups_, pid);
}
ProcessGroup* PidTable::FindProcessGroup(Tid id) const {
  return Find(process_groups_, id);
}

ThreadGroup* PidTable::NextGroup(int from) const {
  auto found = groups_.lower_bound(from);
  return found == groups_.end() ? nullptr : found->second;
}

std::vector<ThreadGroup*> PidTable::Groups() const {
  std::vector<ThreadGroup*> all;
  for (const auto& [pid, group] : groups_) all.push_back(group);
  return all;
}

}  // namespace sentry
