// The extended FPU state as it stands in a signal frame (XSAVE image with the magic numbers that
// tell its size).
#pragma once

#include <cstddef>
#include <vector>

#include "platform/platform.h"
#include "sentry/mm/user_memory.h"

namespace sentry {

// The components that the host saves, without AMX tile data, which a process must ask for.
uint64_t EnabledXfeatures();

// The image of a captured thread with its software bytes filled in and magic2 behind it.
Result<std::vector<std::byte>> SaveXstate(platform::Thread& thread, size_t image_size);
// Takes the state at `address` (0: the initial one) from a frame that the guest may have changed.
// Any error means that the frame is bad.
Result<void> RestoreXstate(UserMemory& memory, platform::Thread& thread, uint64_t address,
                           size_t image_size);

}  // namespace sentry
