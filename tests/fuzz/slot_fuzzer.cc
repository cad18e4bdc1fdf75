// A slot as a hostile guest leaves it, read and answered the way the Sentry does at a doorbell. The
// slot is an allocation of its own, so that the sanitizer sees every step outside.
//
// needs: notify
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "abi/stub/slot.h"
#include "platform/base/log.h"
#include "platform/notify/fp_state.h"
#include "platform/notify/signal_frame.h"

namespace {

using platform::notify::FpFormat;
using platform::notify::FrameArea;
using platform::notify::SignalFrame;

struct Freed {
  void operator()(void* memory) const { std::free(memory); }
};

const FpFormat& Format() {
  static const FpFormat format;
  return format;
}

// Where the guest's doorbell says that the frame is: inside the slot, near its ends, or anywhere.
uint64_t FrameAddress(uint64_t slot, const uint8_t* choice) {
  uint64_t value;
  std::memcpy(&value, choice + 1, sizeof(value));
  return *choice % 4 == 0 ? value : slot + value % (2 * SHIM_SLOT_SIZE) - SHIM_SLOT_SIZE / 2;
}

void ReadAndAnswer(uint64_t slot, uint64_t address, bool relative) {
  const FrameArea area(slot, Format());
  // The interesting pointers are those into the slot, which a fuzzer does not guess.
  if (relative && address - slot <= SHIM_SLOT_SIZE - sizeof(SignalFrame)) {
    auto* fp =
        reinterpret_cast<std::byte*>(address) + offsetof(SignalFrame, context.uc_mcontext.fpstate);
    uint64_t value;
    std::memcpy(&value, fp, sizeof(value));
    value = slot + value % (2 * SHIM_SLOT_SIZE) - SHIM_SLOT_SIZE / 2;
    std::memcpy(fp, &value, sizeof(value));
  }
  SignalFrame frame;
  if (!area.Read(address, &frame)) return;
  platform::Registers registers;
  platform::notify::LoadRegisters(frame.context.uc_mcontext, &registers);
  const uint64_t fp = frame.context.uc_mcontext.fpstate;
  if (fp != 0 && Format().Matches(area.Fp(fp))) {
    std::vector<std::byte> image(Format().size());
    std::memcpy(image.data(), area.Fp(fp).data(), image.size());
    Format().Strip(image);
    if (Format().Check(image).ok()) {
      std::memcpy(area.Fp(fp).data(), image.data(), image.size());
      Format().Seal(area.Fp(fp));
      CHECK(Format().Matches(area.Fp(fp)));
    }
  }
  area.Write(address, registers, fp);
  SignalFrame again;
  CHECK(area.Read(address, &again));
  CHECK(again.context.uc_mcontext.rip == registers.rip);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kChoice = 10;
  if (size < kChoice) return 0;
  const std::unique_ptr<void, Freed> memory(std::aligned_alloc(SHIM_SLOT_SIZE, SHIM_SLOT_SIZE));
  auto* slot = static_cast<uint8_t*>(memory.get());
  // The rest of the input, again and again, fills the slot.
  const size_t length = size - kChoice;
  for (size_t at = 0; at < SHIM_SLOT_SIZE; ++at)
    slot[at] = length == 0 ? 0 : data[kChoice + at % length];
  const auto address = reinterpret_cast<uint64_t>(slot);
  ReadAndAnswer(address, FrameAddress(address, data), (data[9] & 1) != 0);
  return 0;
}
