// /proc/keys, /proc/key-users (keyrings(7)).
#include "sentry/fs/proc/system_file.h"
#include "sentry/ipc/key.h"
#include "sentry/ipc/task_keyrings.h"

namespace sentry {
namespace {

// "perm", "expd", "30s", "5m", "2h", "3d", "1w"
std::string TimeLeft(const Key& key) {
  if (!key.expiry) return "perm";
  constexpr int64_t kMinute = 60, kHour = 60 * kMinute, kDay = 24 * kHour, kWeek = 7 * kDay;
  int64_t left = *key.expiry - RealtimeNow().tv_sec;
  if (left <= 0) return "expd";
  if (left < kMinute) return std::to_string(left) + "s";
  if (left < kHour) return std::to_string(left / kMinute) + "m";
  if (left < kDay) return std::to_string(left / kHour) + "h";
  if (left < kWeek) return std::to_string(left / kDay) + "d";
  return std::to_string(left / kWeek) + "w";
}

std::string Summary(const Key& key) {
  if (key.IsKeyring()) {
    return key.links().empty() ? ": empty" : ": " + std::to_string(key.links().size());
  }
  return ": " + std::to_string(key.payload().size());
}

}  // namespace

// Those that the reader may view.
Result<std::string> KeysText(Kernel& kernel) {
  std::string text;
  Task* reader = kernel.current;
  if (reader == nullptr) return text;
  for (const auto& [serial, key] : kernel.Get<KeyTable>().keys()) {
    if (!LookUpKey(*reader, serial, {.rights = kKeyView, .partial = true}).ok()) continue;
    char flags[8];
    std::snprintf(flags, sizeof(flags), "I%c%c%c%c%c%c", key->revoked ? 'R' : '-', '-', 'Q', '-',
                  '-', key->invalidated ? 'i' : '-');
    Append(text, "%08x %s %5u %4s %08x %5d %5d %-9.9s %s%s\n", static_cast<unsigned>(serial), flags,
           key->RefCount(), TimeLeft(*key).c_str(), key->permissions, static_cast<int>(key->uid()),
           static_cast<int>(key->gid), NameOf(key->type), key->description.c_str(),
           Summary(*key).c_str());
  }
  return text;
}

Result<std::string> KeyUsersText(Kernel& kernel) {
  std::string text;
  KeyTable& table = kernel.Get<KeyTable>();
  for (const auto& [uid, quota] : table.quotas()) {
    if (quota.keys == 0) continue;
    Append(text, "%5u: %5ld %ld/%ld %ld/%ld %ld/%ld\n", uid, quota.keys, quota.keys, quota.keys,
           quota.keys, uid == 0 ? table.root_max_keys : table.max_keys, quota.bytes,
           uid == 0 ? table.root_max_bytes : table.max_bytes);
  }
  return text;
}

}  // namespace sentry
