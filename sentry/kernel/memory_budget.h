// MemoryBudget: the sandbox-wide cap of --memory over what the kernel can count at once (tmpfs,
// pipes, socket buffers). Processes' own memory is sampled from the host (kernel/oom.h) and set
// here.  Without --memory what the kernel counts has a cap all the same: no process of the host can
// be killed for it, so a guest that fills its disk would take the host down.
#pragma once

#include <algorithm>
#include <cstdint>

#include "platform/base/result.h"

namespace sentry {

using base::Errno;
using base::Result;

class MemoryBudget {
 public:
  // `limit`: --memory, 0: none.  `charge_limit`: of what is charged alone.
  explicit MemoryBudget(uint64_t limit, uint64_t charge_limit = ~uint64_t{0})
      : limit_(limit), charge_limit_(charge_limit) {}

  // ENOMEM when a cap would be passed.
  Result<void> Charge(uint64_t bytes) {
    if (bytes > Room()) return Errno(ENOMEM);
    charged_ += bytes;
    return {};
  }
  void Uncharge(uint64_t bytes) { charged_ -= bytes; }
  void SetProcessBytes(uint64_t bytes) { processes_ = bytes; }
  uint64_t limit() const { return limit_; }  // 0: none.
  uint64_t used() const { return charged_ + processes_; }
  uint64_t charge_limit() const { return charge_limit_; }
  // What --memory leaves.
  uint64_t Available() const { return used() >= limit_ ? 0 : limit_ - used(); }
  // What can still be charged.
  uint64_t Room() const {
    const uint64_t room = charge_limit_ - std::min(charge_limit_, charged_);
    return limit_ == 0 ? room : std::min(room, Available());
  }

 private:
  const uint64_t limit_;
  const uint64_t charge_limit_;
  uint64_t charged_ = 0;
  uint64_t processes_ = 0;
};

}  // namespace sentry
