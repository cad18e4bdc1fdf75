// Keys, keyrings and quotas: what they hold and who may do what.
#include "sentry/ipc/key.h"

#include <sys/random.h>

#include <algorithm>

#include "sentry/time/time.h"

namespace sentry {
namespace {

constexpr int kMaxDepth = 6;  // KEYRING_SEARCH_MAX_DEPTH
constexpr const char* kNames[] = {"keyring", "user", "logon", "big_key"};

}  // namespace

const char* NameOf(KeyType type) {
  return kNames[static_cast<size_t>(type)];
}

Result<KeyType> KeyTypeOf(std::string_view name) {
  for (size_t i = 0; i < std::size(kNames); ++i) {
    if (name == kNames[i]) return static_cast<KeyType>(i);
  }
  return Errno(ENODEV);
}

// ---- Key ----

Result<Ref<Key>> Key::Create(KeyTable& table, KeyType type, std::string description, uint32_t uid,
                             uint32_t gid, uint32_t permissions, std::vector<std::byte> payload) {
  TRY(table.Charge(uid, 1, static_cast<int64_t>(description.size() + 1 + payload.size())));
  return MakeRef<Key>(table, type, table.NewSerial(), std::move(description), uid, gid, permissions,
                      std::move(payload));
}

Key::Key(KeyTable& table, KeyType key_type, int32_t number, std::string text, uint32_t owner,
         uint32_t group, uint32_t rights, std::vector<std::byte> bytes)
    : type(key_type),
      serial(number),
      description(std::move(text)),
      gid(group),
      permissions(rights),
      table_(&table),
      uid_(owner),
      payload_(std::move(bytes)) {
  table_->keys_[serial] = this;
}

Key::~Key() {
  table_->keys_.erase(serial);
  KeyTable::Quota& quota = table_->quotas_[uid_];
  --quota.keys;
  quota.bytes -= Cost();
}

Result<void> Key::SetOwner(uint32_t uid) {
  if (uid == uid_) return {};
  TRY(table_->Charge(uid, 1, Cost()));
  KeyTable::Quota& quota = table_->quotas_[uid_];
  --quota.keys;
  quota.bytes -= Cost();
  uid_ = uid;
  return {};
}

Result<void> Key::Update(std::vector<std::byte> payload) {
  TRY(table_->Charge(uid_, 0,
                     static_cast<int64_t>(payload.size()) - static_cast<int64_t>(payload_.size())));
  payload_ = std::move(payload);
  expiry.reset();
  return {};
}

Result<void> Key::Validate() const {
  if (invalidated) return Errno(ENOKEY);
  if (revoked) return Errno(EKEYREVOKED);
  if (expiry && RealtimeNow().tv_sec >= *expiry) return Errno(EKEYEXPIRED);
  return {};
}

// key_task_permission()
bool Key::Allows(const Credentials& creds, bool possessed, uint32_t rights) const {
  constexpr uint32_t kAll = 0x3f;
  uint32_t granted = permissions;
  if (uid_ == creds.fsuid) {
    granted = permissions >> 16;
  } else if ((permissions >> 8 & kAll) != 0 && creds.InGroup(gid)) {
    granted = permissions >> 8;
  }
  if (possessed) granted |= permissions >> 24;
  return (granted & rights & kAll) == rights;
}

Key* Key::FindLink(KeyType wanted, std::string_view name) const {
  for (const Ref<Key>& link : links_) {
    if (link->type == wanted && link->description == name) return link.get();
  }
  return nullptr;
}

namespace {

bool Reaches(const Key& from, const Key& to, int depth) {
  if (&from == &to) return true;
  if (depth > kMaxDepth) return true;  // Too deep counts as a ring.
  return std::any_of(from.links().begin(), from.links().end(), [&](const Ref<Key>& link) {
    return link->IsKeyring() && Reaches(*link, to, depth + 1);
  });
}

}  // namespace

Result<void> Key::Link(Ref<Key> key) {
  constexpr size_t kMostLinks = 65'536;
  if (key->IsKeyring() && Reaches(*key, *this, 0)) return Errno(EDEADLK);
  for (Ref<Key>& link : links_) {
    if (link->type != key->type || link->description != key->description) continue;
    link = std::move(key);
    return {};
  }
  if (links_.size() >= kMostLinks) return Errno(ENFILE);
  links_.push_back(std::move(key));
  return {};
}

Result<void> Key::Unlink(const Key& key) {
  auto found = std::find(links_.begin(), links_.end(), &key);
  if (found == links_.end()) return Errno(ENOENT);
  Ref<Key> gone = std::move(*found);
  links_.erase(found);
  return {};
}

bool Key::Contains(const Key& key, const Credentials& creds, int depth) const {
  if (&key == this) return true;
  if (depth > kMaxDepth || !Allows(creds, true, kKeySearch)) return false;
  return std::any_of(links_.begin(), links_.end(), [&](const Ref<Key>& link) {
    return link == &key || (link->IsKeyring() && link->Contains(key, creds, depth + 1));
  });
}

// ---- the table ----

Key* KeyTable::Find(int32_t serial) const {
  auto found = keys_.find(serial);
  return found == keys_.end() ? nullptr : found->second;
}

int32_t KeyTable::NewSerial() {
  for (;;) {
    uint32_t random = 0;
    if (::getrandom(&random, sizeof(random), 0) != sizeof(random)) random = 3;
    int32_t serial = static_cast<int32_t>(random >> 2);
    while (serial < 3 || keys_.contains(serial)) ++serial;
    return serial;
  }
}

Result<void> KeyTable::Charge(uint32_t uid, int64_t keys, int64_t bytes) {
  Quota& quota = quotas_[uid];
  const int64_t most_keys = uid == 0 ? root_max_keys : max_keys;
  const int64_t most_bytes = uid == 0 ? root_max_bytes : max_bytes;
  if (keys > 0 && quota.keys + keys > most_keys) return Errno(EDQUOT);
  if (bytes > 0 && quota.bytes + bytes > most_bytes) return Errno(EDQUOT);
  quota.keys += keys;
  quota.bytes += bytes;
  return {};
}

Result<Ref<Key>> KeyTable::UserKeyring(uint32_t uid) {
  constexpr uint32_t kRights = (kKeyPossessorAll & ~KeyForPossessor(kKeySetattr)) | kKeyUserAll;
  Ref<Key>& slot = users_[uid].user;
  if (!slot) {
    slot = TRY(Key::Create(*this, KeyType::kKeyring, "_uid." + std::to_string(uid), uid, ~0u,
                           kRights, {}));
  }
  return slot;
}

Result<Ref<Key>> KeyTable::UserSessionKeyring(uint32_t uid) {
  constexpr uint32_t kRights = (kKeyPossessorAll & ~KeyForPossessor(kKeySetattr)) | kKeyUserAll;
  Ref<Key> user = TRY(UserKeyring(uid));
  Ref<Key>& slot = users_[uid].session;
  if (!slot) {
    slot = TRY(Key::Create(*this, KeyType::kKeyring, "_uid_ses." + std::to_string(uid), uid, ~0u,
                           kRights, {}));
    TRY(slot->Link(std::move(user)));
  }
  return slot;
}

Key* KeyTable::FindNamedKeyring(std::string_view name) const {
  for (const auto& [serial, key] : keys_) {
    if (key->IsKeyring() && key->description == name && key->Validate().ok()) return key;
  }
  return nullptr;
}

}  // namespace sentry
