// One line per system call, as strace(1) writes it:
//
//   openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3
//   read(3, "root:x:0:0:root:/root:/bin/bash\n"..., 4096) = 1221
//
// A line comes in two halves.  FormatEntry prints the name and the arguments up to the first that
// the kernel fills in; FormatReturn the rest and the result.  Their concatenation is the line.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "abi/linux/signal.h"
#include "sentry/strace/errno_names.h"
#include "sentry/strace/memory_reader.h"

namespace sentry {

std::string FormatEntry(int nr, std::span<const uint64_t, 6> args, MemoryReader& memory);
// `result` is the register value: -ENOENT, or a restart code while the call waits for its signal.
std::string FormatReturn(int nr, std::span<const uint64_t, 6> args, int64_t result,
                         MemoryReader& memory);
// The result alone: "3", "0x7f0000000000", "-1 ENOENT (No such file or directory)".
std::string FormatResult(int nr, std::span<const uint64_t, 6> args, int64_t result,
                         MemoryReader& memory);

// For a call that was cut off by another thread's line: "read(3,  <unfinished ...>", and later
// "<... read resumed>" before what FormatReturn says.
std::string FormatUnfinished(const std::string& entry);
std::string FormatResumed(int nr);

// --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, ...} ---
std::string FormatSignal(const abi::SigInfo& info);
// +++ exited with 3 +++, +++ killed by SIGKILL +++
std::string FormatEnd(int32_t wait_status);

// "openat", or "syscall_0x1f4" for a number that Linux has not given out.
std::string SyscallName(int nr);

}  // namespace sentry
