#include "sentry/kernel/xstate.h"

#include <cstring>

#include "abi/linux/signal.h"

namespace sentry {
namespace {

constexpr size_t kFxsaveSize = sizeof(abi::FpState);
static_assert(kFxsaveSize == 512);

abi::FpxSwBytes SoftwareBytes(size_t image_size) {
  abi::FpxSwBytes sw{};
  if (image_size <= kFxsaveSize) return sw;  // A processor without XSAVE.
  sw.magic1 = abi::kFpXstateMagic1;
  sw.extended_size = static_cast<uint32_t>(image_size + abi::kFpXstateMagic2Size);
  sw.xfeatures = EnabledXfeatures();
  sw.xstate_size = static_cast<uint32_t>(image_size);
  return sw;
}

constexpr size_t kSwOffset = offsetof(abi::FpState, sw_reserved);

// Whether the frame at `address` claims, and has, the extended state (check_xstate_in_sigframe()).
Result<bool> IsExtended(UserMemory& memory, uint64_t address, size_t image_size) {
  abi::FpxSwBytes sw = TRY(memory.CopyIn(UserPtr<abi::FpxSwBytes>(address + kSwOffset)));
  constexpr size_t kMinimum = kFxsaveSize + sizeof(abi::XstateHeader);
  if (sw.magic1 != abi::kFpXstateMagic1 || sw.xstate_size < kMinimum ||
      sw.xstate_size > image_size || sw.xstate_size > sw.extended_size) {
    return false;
  }
  uint32_t magic2 = TRY(memory.CopyIn(UserPtr<uint32_t>(address + sw.xstate_size)));
  return magic2 == abi::kFpXstateMagic2;
}

}  // namespace

uint64_t EnabledXfeatures() {
  uint32_t low, high;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  constexpr uint64_t kTileData = uint64_t{1} << 18;
  return ((uint64_t{high} << 32) | low) & ~kTileData;
}

Result<std::vector<std::byte>> SaveXstate(platform::Thread& thread, size_t image_size) {
  std::vector<std::byte> image(image_size + abi::kFpXstateMagic2Size);
  TRY(thread.GetFpState(std::span(image).first(image_size)));
  abi::FpxSwBytes sw = SoftwareBytes(image_size);
  std::memcpy(image.data() + kSwOffset, &sw, sizeof(sw));
  uint32_t magic2 = abi::kFpXstateMagic2;
  std::memcpy(image.data() + image_size, &magic2, sizeof(magic2));
  if (sw.magic1 == 0) image.resize(image_size);
  return image;
}

Result<void> RestoreXstate(UserMemory& memory, platform::Thread& thread, uint64_t address,
                           size_t image_size) {
  if (address == 0) return thread.SetFpState({});
  std::vector<std::byte> image(image_size);
  bool extended = TRY(IsExtended(memory, address, image_size));
  if (extended) {
    TRY(memory.Read(address, image));
  } else {
    // Legacy state only: the other components go back to their initial values.
    TRY(memory.Read(address, std::span(image).first(kFxsaveSize)));
    if (image_size > kFxsaveSize) {
      constexpr uint64_t kX87AndSse = 3;
      std::memcpy(image.data() + kFxsaveSize, &kX87AndSse, sizeof(kX87AndSse));
    }
  }
  return thread.SetFpState(image);
}

}  // namespace sentry
