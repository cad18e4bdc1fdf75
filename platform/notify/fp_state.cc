#include "platform/notify/fp_state.h"

#include <cpuid.h>

#include <algorithm>
#include <cstring>

#include "abi/linux/signal.h"

namespace platform::notify {
namespace {

constexpr uint64_t kAmx = uint64_t{3} << 17, kAmxTiles = uint64_t{1} << 18;
constexpr size_t kSoftware = offsetof(abi::FpState, sw_reserved);
constexpr size_t kLegacy = sizeof(abi::FpState);
constexpr size_t kHeaderEnd = kLegacy + sizeof(abi::XstateHeader);

template <typename T>
T Load(std::span<const std::byte> from, size_t offset) {
  T value;
  std::memcpy(&value, from.data() + offset, sizeof(value));
  return value;
}

template <typename T>
void Store(std::span<std::byte> to, size_t offset, const T& value) {
  std::memcpy(to.data() + offset, &value, sizeof(value));
}

uint64_t EnabledFeatures() {
  uint32_t low, high;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return uint64_t{high} << 32 | low;
}

uint32_t MxcsrMask() {
  alignas(16) abi::FpState state = {};
  asm volatile("fxsave64 %0" : "=m"(state));
  return state.mxcsr_mask != 0 ? state.mxcsr_mask : 0xffbf;  // SDM 1, 11.6.6
}

}  // namespace

FpFormat::FpFormat() : mxcsr_mask_(MxcsrMask()) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned kOsxsave = 1u << 27;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & kOsxsave) == 0) return;
  extended_ = true;
  frame_features_ = EnabledFeatures() & ~kAmxTiles;
  features_ = frame_features_ & ~kAmx;
  size_ = kHeaderEnd;
  for (unsigned feature = 2; feature < 63; ++feature) {
    if ((features_ >> feature & 1) == 0) continue;
    if (__get_cpuid_count(0xd, feature, &a, &b, &c, &d) != 0)
      size_ = std::max<size_t>(size_, size_t{a} + b);
  }
}

void FpFormat::WriteInitial(std::span<std::byte> to) const {
  std::memset(to.data(), 0, size_);
  Store(to, offsetof(abi::FpState, cwd), abi::kDefaultFpuControl);
  Store(to, offsetof(abi::FpState, mxcsr), abi::kDefaultMxcsr);
  Store(to, offsetof(abi::FpState, mxcsr_mask), mxcsr_mask_);
}

base::Result<void> FpFormat::Check(std::span<const std::byte> image) const {
  if (image.size() != size_) return base::Errno(EINVAL);
  if ((Load<uint32_t>(image, offsetof(abi::FpState, mxcsr)) & ~mxcsr_mask_) != 0)
    return base::Errno(EINVAL);
  if (!extended_) return base::Ok();
  if ((Load<uint64_t>(image, kLegacy) & ~features_) != 0) return base::Errno(EINVAL);
  const auto reserved = image.subspan(kLegacy + 8, sizeof(abi::XstateHeader) - 8);
  const bool zero =
      std::ranges::all_of(reserved, [](std::byte byte) { return byte == std::byte{0}; });
  if (!zero) return base::Errno(EINVAL);
  return base::Ok();
}

void FpFormat::Strip(std::span<std::byte> image) const {
  std::memset(image.data() + kSoftware, 0, kLegacy - kSoftware);
}

void FpFormat::Seal(std::span<std::byte> frame_area) const {
  abi::FpxSwBytes software = {};
  if (extended_) {
    software.magic1 = abi::kFpXstateMagic1;
    software.extended_size = static_cast<uint32_t>(size_in_frame());
    software.xfeatures = features_;
    software.xstate_size = static_cast<uint32_t>(size_);
    Store(frame_area, size_, abi::kFpXstateMagic2);
  }
  Store(frame_area, kSoftware, software);
}

bool FpFormat::Matches(std::span<const std::byte> frame_area) const {
  if (!extended_) return true;
  const auto software = Load<abi::FpxSwBytes>(frame_area, kSoftware);
  return software.magic1 == abi::kFpXstateMagic1 && software.xstate_size == size_;
}

}  // namespace platform::notify
