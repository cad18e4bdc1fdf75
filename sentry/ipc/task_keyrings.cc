// Finding keys by what a task possesses.
#include "sentry/ipc/task_keyrings.h"

#include "abi/linux/keyctl.h"
#include "sentry/kernel/kernel.h"

namespace sentry {
namespace {

constexpr uint32_t kOwnRights = kKeyPossessorAll | KeyForUser(kKeyView);

KeyTable& Table(Task& task) {
  return task.kernel().Get<KeyTable>();
}

Result<Ref<Key>> NewKeyring(Task& task, const char* name, uint32_t rights) {
  const Credentials& creds = task.creds();
  return Key::Create(Table(task), KeyType::kKeyring, name, creds.uid, creds.gid, rights, {});
}

// A keyring of the task's own, made when `create`.
Result<Ref<Key>> Own(Task& task, Ref<Key>& slot, const char* name, bool create) {
  if (!slot) {
    if (!create) return Errno(ENOKEY);
    slot = TRY(NewKeyring(task, name, kOwnRights));
  }
  return slot;
}

Result<Ref<Key>> Session(Task& task, bool create) {
  TaskKeyrings& rings = TaskKeyrings::Of(task);
  if (rings.session) return rings.session;
  // Without a session of its own: the user's.
  if (create) {
    TRY(JoinSession(task, {}));
    return rings.session;
  }
  rings.session = TRY(Table(task).UserSessionKeyring(task.creds().uid));
  return rings.session;
}

Result<Ref<Key>> Special(Task& task, int32_t id, bool create) {
  TaskKeyrings& rings = TaskKeyrings::Of(task);
  switch (id) {
    case abi::kKeySpecThreadKeyring:
      return Own(task, rings.thread, "_tid", create);
    case abi::kKeySpecProcessKeyring:
      return Own(task, rings.process, "_pid", create);
    case abi::kKeySpecSessionKeyring:
      return Session(task, create);
    case abi::kKeySpecUserKeyring:
      return Table(task).UserKeyring(task.creds().uid);
    case abi::kKeySpecUserSessionKeyring:
      return Table(task).UserSessionKeyring(task.creds().uid);
    default:
      return Errno(EINVAL);
  }
}

// In the order in which they are searched.
std::vector<Ref<Key>> RingsOf(Task& task) {
  TaskKeyrings& rings = TaskKeyrings::Of(task);
  std::vector<Ref<Key>> all;
  if (rings.thread) all.push_back(rings.thread);
  if (rings.process) all.push_back(rings.process);
  if (rings.session) {
    all.push_back(rings.session);
  } else if (Result<Ref<Key>> user = Table(task).UserSessionKeyring(task.creds().uid); user.ok()) {
    all.push_back(*user);
  }
  return all;
}

bool Possesses(Task& task, const Key& key) {
  for (const Ref<Key>& ring : RingsOf(task)) {
    if (ring->Contains(key, task.creds())) return true;
  }
  return false;
}

}  // namespace

TaskKeyrings& TaskKeyrings::Of(Task& task) {
  if (!task.keys) task.keys = MakeRef<TaskKeyrings>();
  return static_cast<TaskKeyrings&>(*task.keys);
}

Ref<TaskKeys> TaskKeyrings::ForChild(bool thread_of_process) {
  Ref<TaskKeyrings> child = MakeRef<TaskKeyrings>();
  child->session = session;
  child->default_ring = default_ring;
  if (thread_of_process) child->process = process;
  return child;
}

Ref<TaskKeys> TaskKeyrings::AfterExec() {
  return ForChild(false);
}

Result<FoundKey> LookUpKey(Task& task, int32_t id, const KeyLookup& how) {
  FoundKey found;
  if (id > 0) {
    Key* key = Table(task).Find(id);
    if (key == nullptr) return Errno(ENOKEY);
    found.key = Ref<Key>(key);
    found.possessed = Possesses(task, *key);
  } else {
    found.key = TRY(Special(task, id, how.create));
    // What it names is the task's, but for the user's when another session is joined.
    found.possessed = id >= abi::kKeySpecSessionKeyring || Possesses(task, *found.key);
  }
  if (!how.partial) TRY(found.key->Validate());
  if (!found.key->Allows(task.creds(), found.possessed, how.rights)) return Errno(EACCES);
  return found;
}

Result<FoundKey> LookUpKeyring(Task& task, int32_t id, const KeyLookup& how) {
  FoundKey found = TRY(LookUpKey(task, id, how));
  if (!found.key->IsKeyring()) return Errno(ENOTDIR);
  return found;
}

namespace {

// Says also why a match was no good: the best errno so far is in `why`.
Ref<Key> Search(const Credentials& creds, Key& ring, KeyType type, std::string_view description,
                int depth, int& why) {
  constexpr int kMaxDepth = 6;
  if (depth > kMaxDepth || !ring.Validate().ok()) return nullptr;
  if (!ring.Allows(creds, true, kKeySearch)) {
    if (why == ENOKEY) why = EACCES;
    return nullptr;
  }
  for (const Ref<Key>& link : ring.links()) {
    if (link->type != type || link->description != description) continue;
    Result<void> valid = link->Validate();
    if (!valid.ok()) {
      why = valid.error().value();
    } else if (!link->Allows(creds, true, kKeySearch)) {
      why = EACCES;
    } else {
      return link;
    }
  }
  for (const Ref<Key>& link : ring.links()) {
    if (!link->IsKeyring()) continue;
    if (Ref<Key> found = Search(creds, *link, type, description, depth + 1, why)) return found;
  }
  return nullptr;
}

}  // namespace

Result<Ref<Key>> SearchKeyring(Task& task, Key& ring, KeyType type, std::string_view description) {
  int why = ENOKEY;
  Ref<Key> found = Search(task.creds(), ring, type, description, 0, why);
  if (!found) return Errno(why);
  return found;
}

Result<Ref<Key>> SearchTask(Task& task, KeyType type, std::string_view description) {
  int why = ENOKEY;
  for (const Ref<Key>& ring : RingsOf(task)) {
    if (Ref<Key> found = Search(task.creds(), *ring, type, description, 0, why)) return found;
  }
  return Errno(why);
}

Result<int32_t> JoinSession(Task& task, const std::string& name) {
  TaskKeyrings& rings = TaskKeyrings::Of(task);
  constexpr uint32_t kSession = kOwnRights | KeyForUser(kKeyRead);
  if (name.empty()) {
    rings.session = TRY(NewKeyring(task, "_ses", kSession));
    return rings.session->serial;
  }
  if (Key* known = Table(task).FindNamedKeyring(name);
      known != nullptr && known->Allows(task.creds(), false, kKeySearch)) {
    rings.session = Ref<Key>(known);
  } else {
    rings.session = TRY(NewKeyring(task, name.c_str(), kSession | KeyForUser(kKeyLink)));
  }
  return rings.session->serial;
}

}  // namespace sentry
