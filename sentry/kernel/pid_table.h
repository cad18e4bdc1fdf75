// PidTable: numbers of tasks, thread groups, process groups and sessions of the sandbox.
#pragma once

#include <map>
#include <vector>

#include "abi/types.h"
#include "platform/base/ref.h"
#include "platform/base/result.h"

namespace sentry {

class Task;
class ThreadGroup;
class ProcessGroup;
class Session;
class PidNamespace;
using abi::Tid;

// Borrows what it lists; who is born enters and who is reaped leaves.
class PidTable {
 public:
  static constexpr int kPidMax = 4194304;

  // A number that is in use neither as a task's nor as a group's or a session's; EAGAIN when there
  // is none.
  base::Result<Tid> Allocate();
  base::Result<Tid> Reserve(Tid wanted);  // clone3 set_tid: EEXIST when in use.
  // The number has others in `ns` and above it, which go with it.  EEXIST and the like for those
  // `wanted`, the innermost first.
  base::Result<void> GiveNumbers(Tid tid, base::Ref<PidNamespace> ns,
                                 const std::vector<int>& wanted = {});
  void AddTask(Tid tid, Task& task);
  void RemoveTask(Tid tid);
  void AddGroup(Tid pid, ThreadGroup& group);
  void RemoveGroup(Tid pid);
  void AddProcessGroup(ProcessGroup& group);
  void RemoveProcessGroup(ProcessGroup& group);

  Task* FindTask(Tid tid) const;
  ThreadGroup* FindGroup(Tid pid) const;  // Zombies too.
  ProcessGroup* FindProcessGroup(Tid id) const;
  std::vector<ThreadGroup*> Groups() const;  // In order of pid.
  // The group with the lowest pid that is at least `from`; null when there is none.
  ThreadGroup* NextGroup(int from) const;
  int last() const { return last_; }  // The number that was given out last.
  size_t task_count() const { return tasks_.size(); }

 private:
  bool InUse(int number) const;
  void ReleaseNumbers(int number);  // If it is not in use any more.

  std::map<int, Task*> tasks_;
  std::map<int, ThreadGroup*> groups_;
  std::map<int, ProcessGroup*> process_groups_;
  std::map<int, base::Ref<PidNamespace>> nested_;  // The innermost namespace of a number.
  int last_ = 1;
};

}  // namespace sentry
