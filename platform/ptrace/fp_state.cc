// XSAVE images: size, checks, and the way between the host's and ours.
#include "platform/ptrace/fp_state.h"

#include <cpuid.h>

#include <algorithm>
#include <cstring>

namespace platform::ptracing {
namespace {

using base::Errno;
using base::Result;
using Image = std::vector<std::byte>;

// Intel SDM volume 1, 13.4: the legacy region, then the header, then one area per feature.
constexpr size_t kControlWord = 0;
constexpr size_t kMxcsr = 24;
constexpr size_t kMxcsrMask = 28;
constexpr size_t kSoftwareBytes = 464;  // The host writes its feature mask here.
constexpr size_t kLegacySize = 512;
constexpr size_t kHeader = 512;  // xstate_bv, xcomp_bv, reserved.
constexpr size_t kHeaderSize = 64;
constexpr size_t kFirstArea = kHeader + kHeaderSize;

constexpr uint64_t kX87 = 1 << 0;
constexpr uint64_t kSse = 1 << 1;
constexpr uint64_t kAmx = (1 << 17) | (1 << 18);

template <typename T>
T Load(std::span<const std::byte> image, size_t offset) {
  T value;
  std::memcpy(&value, image.data() + offset, sizeof(value));
  return value;
}

template <typename T>
void Store(Image& image, size_t offset, T value) {
  std::memcpy(image.data() + offset, &value, sizeof(value));
}

size_t SizeOf(uint64_t features) {
  size_t size = kFirstArea;
  for (unsigned feature = 2; feature < 63; ++feature) {
    if ((features >> feature & 1) == 0) continue;
    unsigned length = 0, offset = 0, ecx = 0, edx = 0;
    if (__get_cpuid_count(0xd, feature, &length, &offset, &ecx, &edx) == 0) continue;
    size = std::max(size, size_t{offset} + length);
  }
  return size;
}

bool ReservedIsZero(std::span<const std::byte> image) {
  const auto reserved =
      image.subspan(kHeader + 8, kHeaderSize - 8);  // xcomp_bv too: not compacted.
  return std::ranges::all_of(reserved, [](std::byte byte) { return byte == std::byte{0}; });
}

}  // namespace

Result<FpFormat> FpFormat::FromSample(std::span<const std::byte> sample) {
  if (sample.size() < kFirstArea) return Errno(ENODEV);
  FpFormat format;
  format.host_size_ = sample.size();
  format.features_ = (Load<uint64_t>(sample, kSoftwareBytes) | kX87 | kSse) & ~kAmx;
  format.size_ = std::min(SizeOf(format.features_), format.host_size_);
  format.mxcsr_mask_ = Load<uint32_t>(sample, kMxcsrMask);
  if (format.mxcsr_mask_ == 0)
    format.mxcsr_mask_ = 0xffbf;  // SDM 11.6.6: the processor does not say.
  return format;
}

Image FpFormat::Initial() const {
  Image image(size_);
  Store<uint16_t>(image, kControlWord, 0x37f);
  Store<uint32_t>(image, kMxcsr, 0x1f80);
  Store<uint32_t>(image, kMxcsrMask, mxcsr_mask_);
  Store<uint64_t>(image, kHeader, kX87 | kSse);
  return image;
}

Image FpFormat::FromHost(std::span<const std::byte> host) const {
  Image image(host.begin(), host.begin() + static_cast<ptrdiff_t>(std::min(size_, host.size())));
  image.resize(size_);
  std::fill_n(image.begin() + kSoftwareBytes, kLegacySize - kSoftwareBytes, std::byte{0});
  Store<uint64_t>(image, kHeader, Load<uint64_t>(image, kHeader) & features_);
  return image;
}

Result<Image> FpFormat::ToHost(std::span<const std::byte> from) const {
  Image image = Initial();
  if (from.size() == kLegacySize) {  // A frame without extended state: FXSAVE alone.
    std::ranges::copy(from, image.begin());
  } else if (from.size() == size_) {
    image.assign(from.begin(), from.end());
  } else if (!from.empty()) {
    return Errno(EINVAL);
  }
  if ((Load<uint64_t>(image, kHeader) & ~features_) != 0 || !ReservedIsZero(image))
    return Errno(EINVAL);
  if ((Load<uint32_t>(image, kMxcsr) & ~mxcsr_mask_) != 0) return Errno(EINVAL);
  image.resize(host_size_);
  return image;
}

}  // namespace platform::ptracing
