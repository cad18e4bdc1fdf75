// add_key(2), request_key(2).
#include "abi/linux/keyctl.h"
#include "sentry/ipc/task_keyrings.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/key_calls.h"

namespace sentry {

Result<std::string> CopyInKeyType(Task& task, UserPtr<const char> type) {
  constexpr size_t kMaxType = 32;
  Result<std::string> text = task.ReadString(type.value(), kMaxType);
  if (text.Is(ENAMETOOLONG)) return Errno(EINVAL);
  if (!text.ok()) return text.error();
  if (text->empty()) return Errno(EINVAL);
  if (text->front() == '.') return Errno(EPERM);
  return text;
}

Result<std::string> CopyInKeyDescription(Task& task, UserPtr<const char> description) {
  constexpr size_t kMaxDescription = 4096;
  Result<std::string> text = task.ReadString(description.value(), kMaxDescription);
  if (text.Is(ENAMETOOLONG)) return Errno(EINVAL);
  return text;
}

Result<void> CheckKeyPayload(KeyType type, uint64_t size) {
  constexpr uint64_t kMaxUser = 32767, kMaxBig = (1 << 20) - 1;
  switch (type) {
    case KeyType::kKeyring:
      if (size != 0) return Errno(EINVAL);
      return {};
    case KeyType::kBigKey:
      if (size == 0 || size > kMaxBig) return Errno(EINVAL);
      return {};
    default:
      if (size == 0 || size > kMaxUser) return Errno(EINVAL);
      return {};
  }
}

namespace {

// "service:name"
bool IsLogonDescription(std::string_view text) {
  size_t colon = text.find(':');
  return colon != text.npos && colon != 0;
}

// key_create_or_update()
Result<int32_t> CreateOrUpdate(Task& task, Key& ring, KeyType type, std::string description,
                               std::vector<std::byte> payload) {
  if (type == KeyType::kLogon && !IsLogonDescription(description)) return Errno(EINVAL);
  Key* known = type != KeyType::kKeyring ? ring.FindLink(type, description) : nullptr;
  if (known != nullptr && known->Validate().ok()) {
    if (!known->Allows(task.creds(), true, kKeyWrite)) return Errno(EACCES);
    TRY(known->Update(std::move(payload)));
    return known->serial;
  }
  uint32_t rights = KeyForPossessor(kKeyView | kKeySearch | kKeyLink | kKeySetattr | kKeyWrite) |
                    KeyForUser(kKeyView);
  if (type != KeyType::kLogon) rights |= KeyForPossessor(kKeyRead);
  const Credentials& creds = task.creds();
  Ref<Key> key = TRY(Key::Create(task.kernel().Get<KeyTable>(), type, std::move(description),
                                 creds.fsuid, creds.fsgid, rights, std::move(payload)));
  const int32_t serial = key->serial;
  TRY(ring.Link(std::move(key)));
  return serial;
}

}  // namespace

Result<int32_t> SysAddKey(Task& task, UserPtr<const char> type_ptr,
                          UserPtr<const char> description_ptr, UserPtr<std::byte> payload_ptr,
                          uint64_t size, int32_t ring) {
  constexpr uint64_t kMaxPayload = (1 << 20) - 1;
  if (size > kMaxPayload) return Errno(EINVAL);
  std::string type_name = TRY(CopyInKeyType(task, type_ptr));
  std::string description;
  if (!description_ptr.IsNull()) description = TRY(CopyInKeyDescription(task, description_ptr));
  bool dotted = description.starts_with('.');
  if (dotted && type_name == NameOf(KeyType::kKeyring)) return Errno(EPERM);
  std::vector<std::byte> payload(size);
  if (size != 0) TRY(task.Read(payload_ptr.value(), payload));
  FoundKey found = TRY(LookUpKey(task, ring, {.rights = kKeyWrite, .create = true}));
  KeyType type = TRY(KeyTypeOf(type_name));
  if (!found.key->IsKeyring()) return Errno(ENOTDIR);
  if (description.empty()) return Errno(EINVAL);
  TRY(CheckKeyPayload(type, size));
  return CreateOrUpdate(task, *found.key, type, std::move(description), std::move(payload));
}

Result<int32_t> SysRequestKey(Task& task, UserPtr<const char> type_ptr,
                              UserPtr<const char> description_ptr, UserPtr<const char> callout,
                              int32_t ring) {
  std::string type_name = TRY(CopyInKeyType(task, type_ptr));
  std::string description = TRY(CopyInKeyDescription(task, description_ptr));
  if (!callout.IsNull()) TRY(CopyInKeyDescription(task, callout));
  std::optional<FoundKey> destination;
  if (ring != 0) {
    destination = TRY(LookUpKeyring(task, ring, {.rights = kKeyWrite, .create = true}));
  }
  Result<KeyType> type = KeyTypeOf(type_name);
  if (!type.ok()) return Errno(ENOKEY);
  // Nobody here makes keys that are missing.
  Ref<Key> key = TRY(SearchTask(task, *type, description));
  const int32_t serial = key->serial;
  if (destination) TRY(destination->key->Link(std::move(key)));
  return serial;
}

}  // namespace sentry
