// Where the backend's own pages lie in every stub: at the very top of the address space, above the
// guest's limit.
#pragma once

#include <cstdint>

namespace platform::ptracing {

inline constexpr uint64_t kPageSize = 4096;
inline constexpr uint64_t kTaskSize = 0x7ffffffff000;  // TASK_SIZE_MAX with four-level page tables.
// The host's vvar and vDSO pages, wherever they end.
inline constexpr uint64_t kVdsoArea = 0x7ffffffe0000;
inline constexpr uint64_t kGuestLimit = kVdsoArea;
// Arguments of injected calls that live in memory.  The guest can write here, and harms only itself
// by it.
inline constexpr uint64_t kScratchPage = kTaskSize - 2 * kPageSize;
// `syscall; int3`, read-only: where injected calls are made.
inline constexpr uint64_t kCodePage = kTaskSize - kPageSize;
inline constexpr uint32_t kCodeWord = 0xcc050f;

// The fixed page of the host kernel whose calls are emulated (vsyscall(7) in time(7) and friends).
inline constexpr uint64_t kVsyscallPage = 0xffffffffff600000;

// The stub's end of the socket through which it gets descriptors.  Moved away when the guest wants
// this number.
inline constexpr int kFirstSocketNumber =
    60;  // Keeps the descriptor table at its smallest, 64 entries.

}  // namespace platform::ptracing
