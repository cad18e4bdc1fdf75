// The extended processor state (x87, SSE, AVX...) as the kernel sees it: an XSAVE image in standard
// format.
//
// The host's image can be longer than ours: its tail of AMX tiles, which guests do not get, is cut
// off.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "platform/base/result.h"

namespace platform::ptracing {

class FpFormat {
 public:
  // `sample` is what the host gave for some thread.
  static base::Result<FpFormat> FromSample(std::span<const std::byte> sample);

  size_t size() const { return size_; }
  size_t host_size() const { return host_size_; }
  // An image of size() bytes from one of the host's.
  std::vector<std::byte> FromHost(std::span<const std::byte> image) const;
  // Checks what came from a signal frame and makes an image for the host of it.  An empty one is
  // the initial state.
  base::Result<std::vector<std::byte>> ToHost(std::span<const std::byte> image) const;
  // The initial state, size() bytes.
  std::vector<std::byte> Initial() const;

 private:
  uint64_t features_ = 0;
  uint32_t mxcsr_mask_ = 0;
  size_t size_ = 0;
  size_t host_size_ = 0;
};

}  // namespace platform::ptracing
