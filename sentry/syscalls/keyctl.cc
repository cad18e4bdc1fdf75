// keyctl(2).
#include "abi/linux/keyctl.h"

#include <algorithm>

#include "abi/linux/capability.h"
#include "sentry/ipc/task_keyrings.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/key_calls.h"

namespace sentry {
namespace {

struct Args {
  uint64_t a, b, c, d;
  int32_t key() const { return static_cast<int32_t>(a); }
};

using Handler = Result<uint64_t> (*)(Task&, const Args&);

// As much as fits; the whole length is the result.
Result<uint64_t> Give(Task& task, uint64_t to, uint64_t room, std::span<const std::byte> bytes) {
  if (to != 0 && room != 0) {
    TRY(task.Write(to, bytes.first(std::min<size_t>(bytes.size(), room))));
  }
  return uint64_t{bytes.size()};
}

Result<uint64_t> GetKeyringId(Task& task, const Args& args) {
  FoundKey found = TRY(LookUpKey(task, args.key(), {.rights = kKeySearch, .create = args.b != 0}));
  return EncodeResult(found.key->serial);
}

Result<uint64_t> Join(Task& task, const Args& args) {
  std::string name;
  if (args.a != 0) {
    name = TRY(CopyInKeyDescription(task, UserPtr<const char>(args.a)));
    if (name.starts_with('.')) return Errno(EPERM);
    if (name.empty()) return Errno(EINVAL);
  }
  return EncodeResult(TRY(JoinSession(task, name)));
}

Result<uint64_t> Update(Task& task, const Args& args) {
  constexpr uint64_t kPage = 4096;
  if (args.c > kPage) return Errno(EINVAL);
  std::vector<std::byte> payload(args.c);
  if (args.b != 0 && args.c != 0) TRY(task.Read(args.b, payload));
  FoundKey found = TRY(LookUpKey(task, args.key(), {.rights = kKeyWrite}));
  if (found.key->IsKeyring()) return Errno(EOPNOTSUPP);
  TRY(CheckKeyPayload(found.key->type, args.c));
  TRY(found.key->Update(std::move(payload)));
  return uint64_t{0};
}

Result<uint64_t> Revoke(Task& task, const Args& args) {
  Result<FoundKey> found = LookUpKey(task, args.key(), {.rights = kKeyWrite});
  if (found.Is(EACCES)) found = LookUpKey(task, args.key(), {.rights = kKeySetattr});
  if (!found.ok()) return found.error();
  found->key->revoked = true;
  if (found->key->IsKeyring()) found->key->Clear();
  return uint64_t{0};
}

Result<uint64_t> Invalidate(Task& task, const Args& args) {
  FoundKey found = TRY(LookUpKey(task, args.key(), {.rights = kKeySearch}));
  found.key->invalidated = true;
  // It is taken out of all keyrings.
  std::vector<Ref<Key>> rings;
  for (const auto& [serial, key] : task.kernel().Get<KeyTable>().keys()) {
    if (key->IsKeyring()) rings.emplace_back(key);
  }
  for (const Ref<Key>& ring : rings) {
    [[maybe_unused]] Result<void> unlinked = ring->Unlink(*found.key);
  }
  return uint64_t{0};
}

Result<uint64_t> Chown(Task& task, const Args& args) {
  constexpr uint32_t kNoId = ~uint32_t{0};
  const uint32_t uid = static_cast<uint32_t>(args.b), gid = static_cast<uint32_t>(args.c);
  if (uid == kNoId && gid == kNoId) return uint64_t{0};
  Ref<Key> key =
      TRY(LookUpKey(task, args.key(), {.rights = kKeySetattr, .create = true, .partial = true}))
          .key;
  const Credentials& creds = task.creds();
  if (!creds.HasCapability(abi::kCapSysAdmin)) {
    if (uid != kNoId && uid != key->uid()) return Errno(EACCES);
    if (gid != kNoId && gid != key->gid && !creds.InGroup(gid)) return Errno(EACCES);
  }
  if (uid != kNoId) TRY(key->SetOwner(uid));
  if (gid != kNoId) key->gid = gid;
  return uint64_t{0};
}

Result<uint64_t> SetPerm(Task& task, const Args& args) {
  constexpr uint32_t kAll = 0x3f3f3f3f;
  const uint32_t rights = static_cast<uint32_t>(args.b);
  if ((rights & ~kAll) != 0) return Errno(EINVAL);
  Ref<Key> key =
      TRY(LookUpKey(task, args.key(), {.rights = kKeySetattr, .create = true, .partial = true}))
          .key;
  if (!task.creds().HasCapability(abi::kCapSysAdmin) && key->uid() != task.creds().fsuid) {
    return Errno(EACCES);
  }
  key->permissions = rights;
  return uint64_t{0};
}

Result<uint64_t> Describe(Task& task, const Args& args) {
  Ref<Key> key = TRY(LookUpKey(task, args.key(), {.rights = kKeyView, .partial = true})).key;
  char head[96];
  std::snprintf(head, sizeof(head), "%s;%d;%d;%08x;", NameOf(key->type),
                static_cast<int>(key->uid()), static_cast<int>(key->gid), key->permissions);
  std::string text = head + key->description;
  // Nothing is copied when it does not fit.
  uint64_t room = args.c < text.size() + 1 ? 0 : args.c;
  return Give(task, args.b, room, std::as_bytes(std::span(text.c_str(), text.size() + 1)));
}

Result<uint64_t> Clear(Task& task, const Args& args) {
  FoundKey found = TRY(LookUpKeyring(task, args.key(), {.rights = kKeyWrite, .create = true}));
  found.key->Clear();
  return uint64_t{0};
}

Result<uint64_t> Link(Task& task, const Args& args) {
  const int32_t ring_id = static_cast<int32_t>(args.b);
  FoundKey ring = TRY(LookUpKey(task, ring_id, {.rights = kKeyWrite, .create = true}));
  FoundKey key = TRY(LookUpKey(task, args.key(), {.rights = kKeyLink, .create = true}));
  if (!ring.key->IsKeyring()) return Errno(ENOTDIR);
  TRY(ring.key->Link(std::move(key.key)));
  return uint64_t{0};
}

Result<uint64_t> Unlink(Task& task, const Args& args) {
  FoundKey ring = TRY(LookUpKey(task, static_cast<int32_t>(args.b), {.rights = kKeyWrite}));
  FoundKey key = TRY(LookUpKey(task, args.key(), {.rights = 0, .partial = true}));
  if (!ring.key->IsKeyring()) return Errno(ENOTDIR);
  TRY(ring.key->Unlink(*key.key));
  return uint64_t{0};
}

Result<uint64_t> Search(Task& task, const Args& args) {
  std::string type_name = TRY(CopyInKeyType(task, UserPtr<const char>(args.b)));
  std::string description = TRY(CopyInKeyDescription(task, UserPtr<const char>(args.c)));
  FoundKey ring = TRY(LookUpKey(task, args.key(), {.rights = kKeySearch}));
  std::optional<FoundKey> to;
  if (static_cast<int32_t>(args.d) != 0) {
    to = TRY(
        LookUpKeyring(task, static_cast<int32_t>(args.d), {.rights = kKeyWrite, .create = true}));
  }
  Result<KeyType> type = KeyTypeOf(type_name);
  if (!type.ok()) return Errno(ENOKEY);
  if (!ring.key->IsKeyring()) return Errno(ENOTDIR);
  Ref<Key> found = TRY(SearchKeyring(task, *ring.key, *type, description));
  const int32_t serial = found->serial;
  if (to) {
    if (!found->Allows(task.creds(), true, kKeyLink)) return Errno(EACCES);
    TRY(to->key->Link(std::move(found)));
  }
  return EncodeResult(serial);
}

Result<uint64_t> Read(Task& task, const Args& args) {
  FoundKey found = TRY(LookUpKey(task, args.key(), {}));
  const Key& key = *found.key;
  // Readable, or found by a search that may.
  bool allowed = key.Allows(task.creds(), found.possessed, kKeyRead) ||
                 (found.possessed && key.Allows(task.creds(), true, kKeySearch));
  if (!allowed) return Errno(EACCES);
  if (key.type == KeyType::kLogon) return Errno(EOPNOTSUPP);
  if (!key.IsKeyring()) return Give(task, args.b, args.c, key.payload());
  std::vector<int32_t> serials;
  for (const Ref<Key>& link : key.links()) serials.push_back(link->serial);
  uint64_t whole = args.c / sizeof(int32_t) * sizeof(int32_t);
  return Give(task, args.b, whole, std::as_bytes(std::span<const int32_t>(serials)));
}

Result<uint64_t> SetTimeout(Task& task, const Args& args) {
  Ref<Key> key =
      TRY(LookUpKey(task, args.key(), {.rights = kKeySetattr, .create = true, .partial = true}))
          .key;
  const uint32_t seconds = static_cast<uint32_t>(args.b);
  key->expiry.reset();
  if (seconds != 0) key->expiry = RealtimeNow().tv_sec + seconds;
  return uint64_t{0};
}

Result<uint64_t> SetReqkeyKeyring(Task& task, const Args& args) {
  constexpr int32_t kNoChange = -1, kLast = 7, kGroup = 6;
  TaskKeyrings& rings = TaskKeyrings::Of(task);
  const int32_t before = rings.default_ring, wanted = args.key();
  if (wanted < kNoChange || wanted > kLast || wanted == kGroup) return Errno(EINVAL);
  if (wanted != kNoChange) rings.default_ring = wanted;
  return EncodeResult(before);
}

Result<uint64_t> GetSecurity(Task& task, const Args& args) {
  TRY(LookUpKey(task, args.key(), {.rights = kKeyView, .partial = true}));
  return Give(task, args.b, args.c, std::as_bytes(std::span("", 1)));  // No security module.
}

Result<uint64_t> Capabilities(Task& task, const Args& args) {
  // Big keys, invalidation, restrictions are not; KEYCTL_CAPS0_*.
  const uint8_t bits[2] = {0x10 | 0x20, 0};
  if (args.b > sizeof(bits)) {
    std::vector<std::byte> zeros(std::min<uint64_t>(args.b, 4096) - sizeof(bits));
    TRY(task.Write(args.a + sizeof(bits), zeros));
  }
  return Give(task, args.a, args.b, std::as_bytes(std::span(bits)));
}

// Who has no authorization key (the helper of request_key(2)) cannot instantiate.
Result<uint64_t> NotAuthorized(Task&, const Args&) {
  return Errno(EPERM);
}

struct Command {
  int32_t number;
  Handler handler;
};
constexpr Command kCommands[] = {
    {abi::kKeyctlGetKeyringId, GetKeyringId},
    {abi::kKeyctlJoinSessionKeyring, Join},
    {abi::kKeyctlUpdate, Update},
    {abi::kKeyctlRevoke, Revoke},
    {abi::kKeyctlChown, Chown},
    {abi::kKeyctlSetperm, SetPerm},
    {abi::kKeyctlDescribe, Describe},
    {abi::kKeyctlClear, Clear},
    {abi::kKeyctlLink, Link},
    {abi::kKeyctlUnlink, Unlink},
    {abi::kKeyctlSearch, Search},
    {abi::kKeyctlRead, Read},
    {abi::kKeyctlInstantiate, NotAuthorized},
    {abi::kKeyctlNegate, NotAuthorized},
    {abi::kKeyctlSetReqkeyKeyring, SetReqkeyKeyring},
    {abi::kKeyctlSetTimeout, SetTimeout},
    {abi::kKeyctlAssumeAuthority,
     [](Task&, const Args& args) -> Result<uint64_t> {
       if (args.key() < 0) return Errno(EINVAL);
       if (args.key() == 0) return uint64_t{0};
       return Errno(ENOKEY);
     }},
    {abi::kKeyctlGetSecurity, GetSecurity},
    {abi::kKeyctlSessionToParent, NotAuthorized},
    {abi::kKeyctlReject, NotAuthorized},
    {abi::kKeyctlInstantiateIov, NotAuthorized},
    {abi::kKeyctlInvalidate, Invalidate},
    {abi::kKeyctlCapabilities, Capabilities},
};

}  // namespace

Result<uint64_t> SysKeyctl(Task& task, int32_t command, uint64_t a, uint64_t b, uint64_t c,
                           uint64_t d) {
  for (const Command& known : kCommands) {
    if (known.number == command) return known.handler(task, {a, b, c, d});
  }
  return Errno(EOPNOTSUPP);
}

}  // namespace sentry
