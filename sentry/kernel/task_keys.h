// TaskKeys: the keyrings that a task possesses (keyrings(7)); sentry/ipc implements them.
#pragma once

#include "platform/base/ref.h"

namespace sentry {

class TaskKeys : public base::RefCounted {
 public:
  // What a child made by clone(2) has; `thread`: CLONE_THREAD.
  virtual base::Ref<TaskKeys> ForChild(bool thread) = 0;
  // What is left after execve(2).
  virtual base::Ref<TaskKeys> AfterExec() = 0;
};

}  // namespace sentry
