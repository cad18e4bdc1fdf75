// SysvUndo: what a process undoes when it ends (SEM_UNDO of semop(2)); one for all who share it by
// CLONE_SYSVSEM.
#pragma once

#include <cstdint>

#include "platform/base/ref.h"

namespace sentry {

// sentry/ipc implements it.
class UndoList : public base::RefCounted {
 public:
  // The last of those who share it ends.  Once.
  virtual void Apply(int32_t pid) = 0;
};

struct SysvUndo final : base::RefCounted {
  base::Ref<UndoList> list;  // Null: nothing to undo yet.
};

}  // namespace sentry
