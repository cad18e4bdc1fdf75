// The registers of a stopped tracee as ptrace(2) offers them: the USER area, whole structures, and
// regsets (elf.h NT_*).
#pragma once

#include <cstddef>
#include <vector>

#include "sentry/kernel/task.h"

namespace sentry {

// PTRACE_PEEKUSER, PTRACE_POKEUSER: a word at `offset` in struct user (sys/user.h).
Result<uint64_t> PeekUser(Task& tracee, uint64_t offset);
Result<void> PokeUser(Task& tracee, uint64_t offset, uint64_t value);

// One regset, whole; `Set` may get less than all of the general registers.
struct Regset {
  size_t unit;  // A request's length must be a multiple.
  Result<std::vector<std::byte>> (*get)(Task& tracee);
  Result<void> (*set)(Task& tracee, std::span<const std::byte> from);
};
// Null: there is none of this type (NT_PRSTATUS, NT_PRFPREG, NT_X86_XSTATE).
const Regset* FindRegset(uint64_t type);

}  // namespace sentry
