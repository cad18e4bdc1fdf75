// How strace reads a guest's memory.  An interface of its own, so that the decoder knows no kernel
// object and tests can hand it plain arrays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "platform/base/result.h"

namespace sentry {

class MemoryReader {
 public:
  virtual ~MemoryReader() = default;
  // Copies what is readable from `addr` on, at most to.size() bytes; EFAULT when nothing is.
  virtual base::Result<size_t> Read(uint64_t addr, std::span<std::byte> to) = 0;
};

}  // namespace sentry
