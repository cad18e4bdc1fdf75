// Device numbers of file systems without a device (major 0), as st_dev shows them.
#pragma once

#include <atomic>
#include <cstdint>

#include "abi/linux/stat.h"

namespace sentry {

// One for each file system that is made.
inline uint64_t NewAnonymousDevice() {
  static std::atomic<uint32_t> next{24};  // Below are those of files without a name.
  return abi::MakeDev(0, next.fetch_add(1, std::memory_order_relaxed));
}

}  // namespace sentry
