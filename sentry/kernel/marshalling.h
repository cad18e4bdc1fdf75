// What a thread does for the call that it waits in, so that the kernel need not reach into its
// memory (platform/answers.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "platform/answers.h"
#include "platform/base/result.h"

namespace sentry {

class Task;

// As UserMemory::ReadString(), of an argument of the call that is being handled.
base::Result<std::string> ReadArgument(Task& task, uint64_t address, size_t max);

// As UserMemory::Write(), as the last thing that a call does: that the memory cannot be written may
// turn out later, and the call then fails with EFAULT whatever its result would have been.
base::Result<void> WriteLast(Task& task, uint64_t address, std::span<const std::byte> bytes);

// Answers that the task's thread may give to calls that it is expected to make, as long as nothing
// else happens in the sandbox: whoever got the kernel's lock takes them back first.
// Room for them, in bytes; 0: none.
size_t MayPrepare(Task& task);
// Told how many of the answers were used, before anything else happens.
using SettlePrepared = void (*)(Task& task, size_t used);
size_t Prepare(Task& task, std::span<const platform::Marshalling::AnswerAhead> answers,
               SettlePrepared settle = nullptr);
bool HasPrepared();
void DropPrepared();
// Grows with each DropPrepared(): answers that were found before are too old.
uint64_t PreparedAge();

}  // namespace sentry
