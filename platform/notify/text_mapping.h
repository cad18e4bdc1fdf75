// Where the code at an address comes from, and the room behind it, as the host's /proc and the ELF
// headers in the guest's memory tell.
#pragma once

#include <cstdint>
#include <optional>

#include "platform/notify/stub_process.h"

namespace platform::notify {

class StubThread;

// The private file mapping that `address` is executed from; nullopt when it is none, or no segment
// of an ELF file mapped beside it.
std::optional<RewrittenText> FindText(StubThread& t, int proc_fd, uint64_t address);

// Whether the ELF file's own unwind information says that what stands on the stack at `address` is
// a signal frame.
bool IsKnownSignalFrame(StubThread& t, int proc_fd, uint64_t address);

}  // namespace platform::notify
