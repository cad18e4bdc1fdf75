// The table of system calls: number, name, handler, support level, note.  Dispatch, `sentry
// syscalls` and the generated coverage page derive from it; strace adds argument kinds
// (sentry/strace/signatures.h).
#pragma once

#include <cstdint>
#include <span>

#include "sentry/syscalls/adapt.h"

namespace sentry {

enum class Support : uint8_t { kFull, kPartial, kRefused };

struct SyscallEntry {
  int number;
  const char* name;
  SyscallFn handler;  // Null: `refusal` is the answer.
  Support support;
  int refusal;       // Errno.
  const char* note;  // What is missing, or why it is refused.
};

// Sorted by number, no number twice.
std::span<const SyscallEntry> SyscallTable();
// Null for a number without a row (ENOSYS).
const SyscallEntry* FindSyscall(int64_t number);

}  // namespace sentry
