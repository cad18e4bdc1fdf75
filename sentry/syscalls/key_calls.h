// The calls of keyrings, for the table.
#pragma once

#include <string>

#include "sentry/ipc/key.h"
#include "sentry/kernel/task.h"

namespace sentry {

// keys.cc
Result<int32_t> SysAddKey(Task& task, UserPtr<const char> type, UserPtr<const char> description,
                          UserPtr<std::byte> payload, uint64_t size, int32_t ring);
Result<int32_t> SysRequestKey(Task& task, UserPtr<const char> type, UserPtr<const char> description,
                              UserPtr<const char> callout, int32_t ring);
Result<std::string> CopyInKeyType(Task& task, UserPtr<const char> type);
Result<std::string> CopyInKeyDescription(Task& task, UserPtr<const char> description);
Result<void> CheckKeyPayload(KeyType type, uint64_t size);  // EINVAL

// keyctl.cc
Result<uint64_t> SysKeyctl(Task& task, int32_t command, uint64_t a, uint64_t b, uint64_t c,
                           uint64_t d);

}  // namespace sentry
