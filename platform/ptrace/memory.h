// Memory of another process of ours by process_vm_readv(2) and its sibling.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "platform/base/result.h"

namespace platform::ptracing {

using base::Result;

// As Thread::ReadMemory() and so on.
Result<size_t> ReadProcess(pid_t tid, uint64_t address, std::span<std::byte> to);
Result<size_t> WriteProcess(pid_t tid, uint64_t address, std::span<const std::byte> from);
Result<size_t> ReadProcessV(pid_t tid, std::span<const iovec> remote, std::span<const iovec> local);
Result<size_t> WriteProcessV(pid_t tid, std::span<const iovec> remote,
                             std::span<const iovec> local);
// Writes to read-only pages too; only by the tracer, while the thread stands still.
Result<size_t> PokeProcess(pid_t tid, uint64_t address, std::span<const std::byte> from);

}  // namespace platform::ptracing
