// TaskKeyrings: the keyrings that a task possesses, and how keys are found by what it has.
#pragma once

#include "sentry/ipc/key.h"
#include "sentry/kernel/task.h"
#include "sentry/kernel/task_keys.h"

namespace sentry {

class TaskKeyrings final : public TaskKeys {
 public:
  static TaskKeyrings& Of(Task& task);
  Ref<TaskKeys> ForChild(bool thread_of_process) override;
  Ref<TaskKeys> AfterExec() override;

  Ref<Key> thread, process, session;
  int32_t default_ring = 0;  // KEYCTL_SET_REQKEY_KEYRING
};

struct FoundKey {
  Ref<Key> key;
  bool possessed = false;
};

// lookup_user_key(): the key `id` names, also by a KEY_SPEC_*, with `rights` (0: any); `create`
// makes a keyring that is named and not there yet; `partial` finds keys that are no good any more.
struct KeyLookup {
  uint32_t rights = 0;
  bool create = false;
  bool partial = false;
};
Result<FoundKey> LookUpKey(Task& task, int32_t id, const KeyLookup& how);
// The same, for a keyring: ENOTDIR.
Result<FoundKey> LookUpKeyring(Task& task, int32_t id, const KeyLookup& how);

// A key of the type and description below `ring` (ENOKEY and its like), or below any keyring that
// the task has.
Result<Ref<Key>> SearchKeyring(Task& task, Key& ring, KeyType type, std::string_view description);
Result<Ref<Key>> SearchTask(Task& task, KeyType type, std::string_view description);

// KEYCTL_JOIN_SESSION_KEYRING; an empty name: a new one without a name.
Result<int32_t> JoinSession(Task& task, const std::string& name);

}  // namespace sentry
