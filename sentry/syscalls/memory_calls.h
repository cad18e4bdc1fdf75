// Calls about where memory is, for the table.
#pragma once

#include "sentry/kernel/task.h"

namespace sentry {

// node_memory.cc
Result<uint64_t> SysMigratePages(Task& task, int32_t pid, uint64_t max_node, UserPtr<uint64_t> from,
                                 UserPtr<uint64_t> to);
Result<uint64_t> SysMovePages(Task& task, int32_t pid, uint64_t count, UserAddr pages,
                              UserAddr nodes, UserAddr status, int32_t flags);

// mlockall.cc
Result<uint64_t> SysMlockall(Task& task, uint32_t flags);

}  // namespace sentry
