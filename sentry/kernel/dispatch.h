// The kernel's door to the table of calls, which lives above it (sentry/syscalls/dispatch.cc
// implements it).
#pragma once

#include <cstdint>

#include "platform/base/result.h"

namespace sentry {

class Task;

// What observers are told of a call that the host carries out unseen.
constexpr int64_t kUnknownResult = INT64_MIN;

// Runs the handler of task.call().
base::Result<uint64_t> DispatchSyscall(Task& task);

}  // namespace sentry
