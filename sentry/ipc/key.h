// Key: a key or a keyring (keyrings(7)), and the table of all of them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/ref.h"
#include "platform/base/result.h"
#include "sentry/auth/credentials.h"
#include "sentry/kernel/subsystem.h"

namespace sentry {

using base::Errno;
using base::Result;

class KeyTable;

// Rights, in the low bits; each mask has them for possessor, user, group and others.
enum KeyRight : uint32_t {
  kKeyView = 1,
  kKeyRead = 2,
  kKeyWrite = 4,
  kKeySearch = 8,
  kKeyLink = 0x10,
  kKeySetattr = 0x20,
};
constexpr uint32_t kKeyPossessorAll = 0x3f000000, kKeyUserAll = 0x003f0000;
constexpr uint32_t KeyForUser(uint32_t rights) {
  return rights << 16;
}
constexpr uint32_t KeyForPossessor(uint32_t rights) {
  return rights << 24;
}

enum class KeyType : uint8_t { kKeyring, kUser, kLogon, kBigKey };
const char* NameOf(KeyType type);
// ENODEV for a type that there is not.
Result<KeyType> KeyTypeOf(std::string_view name);

class Key final : public RefCounted {
 public:
  // Counts against its owner's quota: EDQUOT.
  static Result<Ref<Key>> Create(KeyTable& table, KeyType type, std::string description,
                                 uint32_t uid, uint32_t gid, uint32_t permissions,
                                 std::vector<std::byte> payload);

  const KeyType type;
  const int32_t serial;
  const std::string description;
  uint32_t gid;
  uint32_t permissions;
  std::optional<int64_t> expiry;  // Seconds of CLOCK_REALTIME.
  bool revoked = false, invalidated = false;

  uint32_t uid() const { return uid_; }
  Result<void> SetOwner(uint32_t uid);
  bool IsKeyring() const { return type == KeyType::kKeyring; }
  const std::vector<std::byte>& payload() const { return payload_; }
  Result<void> Update(std::vector<std::byte> payload);
  // ENOKEY, EKEYREVOKED, EKEYEXPIRED.
  Result<void> Validate() const;
  bool Allows(const Credentials& creds, bool possessed, uint32_t rights) const;

  // --- keyrings ---
  const std::vector<Ref<Key>>& links() const { return links_; }
  Key* FindLink(KeyType wanted, std::string_view name) const;
  // In place of one of the same type and description.  EDEADLK when it would close a ring.
  Result<void> Link(Ref<Key> key);
  Result<void> Unlink(const Key& key);  // ENOENT
  void Clear() { links_.clear(); }
  // It is here or in a keyring below that `creds` may search.
  bool Contains(const Key& key, const Credentials& creds, int depth = 0) const;

 private:
  template <typename T, typename... Args>
  friend base::Ref<T> base::MakeRef(Args&&...);
  Key(KeyTable& table, KeyType key_type, int32_t number, std::string text, uint32_t owner,
      uint32_t group, uint32_t rights, std::vector<std::byte> bytes);
  ~Key() override;
  int64_t Cost() const { return static_cast<int64_t>(description.size() + 1 + payload_.size()); }

  const Ref<KeyTable> table_;
  uint32_t uid_;
  std::vector<std::byte> payload_;
  std::vector<Ref<Key>> links_;
};

class KeyTable final : public RefCounted {
 public:
  static constexpr SubsystemId kSubsystem = SubsystemId::kKeyrings;
  explicit KeyTable(Kernel&) {}

  struct Quota {
    int64_t keys = 0, bytes = 0;
  };
  // Limits of /proc/sys/kernel/keys; root has others.
  int64_t max_keys = 200, max_bytes = 20'000;
  int64_t root_max_keys = 1'000'000, root_max_bytes = 25'000'000;

  Key* Find(int32_t serial) const;
  const std::map<int32_t, Key*>& keys() const { return keys_; }  // Borrowed.
  const std::map<uint32_t, Quota>& quotas() const { return quotas_; }
  // The user's own keyrings, made on first use.
  Result<Ref<Key>> UserKeyring(uint32_t uid);
  Result<Ref<Key>> UserSessionKeyring(uint32_t uid);
  // A session keyring that was joined by name.
  Key* FindNamedKeyring(std::string_view name) const;

 private:
  friend class Key;
  Result<void> Charge(uint32_t uid, int64_t keys, int64_t bytes);
  int32_t NewSerial();

  std::map<int32_t, Key*> keys_;
  std::map<uint32_t, Quota> quotas_;
  struct UserKeys {
    Ref<Key> user, session;
  };
  std::map<uint32_t, UserKeys> users_;
};

}  // namespace sentry
