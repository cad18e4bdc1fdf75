// The extended processor state (x87, SSE, AVX...) as it stands in a signal frame: an XSAVE image in
// standard format. AMX tiles do not occur: guests never get the host's permission for them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "platform/base/result.h"

namespace platform::notify {

class FpFormat {
 public:
  FpFormat();  // Of this processor.

  // Of the image; in a signal frame 4 bytes of magic follow.
  size_t size() const { return size_; }
  size_t size_in_frame() const { return extended_ ? size_ + 4 : size_; }

  bool extended() const { return extended_; }
  // The components of the image, as XCR0 numbers them.
  uint64_t features() const { return features_; }
  // What frames for the guest say that they hold: as the host says.
  uint64_t features_in_guest_frame() const { return frame_features_; }

  // All take spans of size() bytes.
  void WriteInitial(std::span<std::byte> to) const;
  // EINVAL for what rt_sigreturn would fault on.
  base::Result<void> Check(std::span<const std::byte> image) const;
  // Clears the software-defined bytes that the host put into an image.
  void Strip(std::span<std::byte> image) const;
  // Writes the software-defined bytes and the trailing magic; `frame_area` has size_in_frame()
  // bytes.
  void Seal(std::span<std::byte> frame_area) const;
  // Whether the host's frame has the form that this class expects.
  bool Matches(std::span<const std::byte> frame_area) const;

 private:
  uint64_t features_ = 3;
  uint64_t frame_features_ = 3;
  uint32_t mxcsr_mask_ = 0xffbf;
  size_t size_ = 512;
  bool extended_ = false;
};

}  // namespace platform::notify
