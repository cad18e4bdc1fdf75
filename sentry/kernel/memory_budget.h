// MemoryBudget: the sandbox-wide cap of --memory over what the kernel can count at once (tmpfs,
// pipes, socket buffers). Processes' own memory is sampled from the host (kernel/oom.h) and set
// here.
#pragma once

#include <cstdint>

#include "platform/base/result.h"

namespace sentry {

using base::Errno;
using base::Result;

class MemoryBudget {
 public:
  explicit MemoryBudget(uint64_t limit) : limit_(limit) {}

  // ENOMEM when the cap would be passed.
  Result<void> Charge(uint64_t bytes) {
    if (limit_ != 0 && bytes > Available()) return Errno(ENOMEM);
    charged_ += bytes;
    return {};
  }
  void Uncharge(uint64_t bytes) { charged_ -= bytes; }
  void SetProcessBytes(uint64_t bytes) { processes_ = bytes; }
  uint64_t limit() const { return limit_; }  // 0: none.
  uint64_t used() const { return charged_ + processes_; }
  uint64_t Available() const { return used() >= limit_ ? 0 : limit_ - used(); }

 private:
  const uint64_t limit_;
  uint64_t charged_ = 0;
  uint64_t processes_ = 0;
};

}  // namespace sentry
