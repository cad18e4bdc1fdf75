// TaskBuilder: how a task comes into the kernel's tables, the first one (boot) and every clone.
#pragma once

#include <array>
#include <string>

#include "sentry/kernel/kernel.h"
#include "sentry/kernel/task.h"

namespace sentry {

class TaskBuilder {
 public:
  explicit TaskBuilder(Kernel& kernel) : kernel_(kernel) {}

  Ref<Credentials> creds;
  Ref<FdTable> fds;
  Ref<FsContext> fs;
  Ref<MemoryManager> mm;
  Ref<MountNamespace> mounts;
  Ref<NamespaceSet> namespaces;
  platform::Thread* thread = nullptr;
  std::string comm;

  // The first process: a child of init with a session and a process group of its own.  Its thread
  // is captured: Task::Boundary() starts it.
  Result<Ref<Task>> BuildFirst(const std::array<abi::Rlimit, 16>& limits);
  // The task of the kernel's own init.
  void BuildInit(Ref<ThreadGroup> init);
  // A task of `group`, its leader when the group has none; `tid` is free.  It is in every table.
  Ref<Task> Build(Ref<ThreadGroup> group, Tid tid);

 private:
  Kernel& kernel_;
};

}  // namespace sentry
