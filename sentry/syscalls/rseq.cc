// rseq(2): the host serves it, since the areas are in guest memory and the host runs the threads;
// the kernel remembers where for PTRACE_GET_RSEQ_CONFIGURATION.
#include "abi/linux/rseq.h"

#include "sentry/syscalls/ptrace_calls.h"

namespace sentry {

Result<uint64_t> SysRseq(Task& task, uint64_t address, uint32_t size, int flags,
                         uint32_t signature) {
  const bool unregister = flags == static_cast<int>(abi::kRseqFlagUnregister);
  if (unregister && task.rseq.address == address) {
    task.rseq = {};
  } else if (flags == 0 && task.rseq.address == 0 && address % 32 == 0) {
    task.rseq = {.address = address, .size = size, .signature = signature};
  }
  return Errno(kErrnoHost);
}

}  // namespace sentry
