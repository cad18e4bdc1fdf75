// The host's signal frame in a slot, by which the Sentry reads and writes a captured thread's
// registers.
//
// The frame is in memory that a hostile guest can write: it is copied out once and every address in
// it is checked against the slot.  What is written back is the host's to judge, in rt_sigreturn(2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "abi/linux/signal.h"
#include "platform/notify/fp_state.h"
#include "platform/platform.h"

namespace platform::notify {

struct SignalFrame {
  uint64_t return_address;
  abi::UContext context;
  abi::SigInfo info;
};

// One slot as frame space.
class FrameArea {
 public:
  FrameArea(uint64_t slot_address, const FpFormat& format) : slot_(slot_address), format_(format) {}

  // Bytes below the header that a frame takes at the most.
  static size_t Touched(const FpFormat& format);

  // Copies the frame at `address`; false when it, or the FPU state that it names, is not inside the
  // slot.
  bool Read(uint64_t address, SignalFrame* to) const;
  // Writes registers into the frame at `address`, which lies in the slot; fp is 0 or inside the
  // slot.
  void Write(uint64_t address, const Registers& registers, uint64_t fp) const;

  // Where a frame made by the Sentry and its FPU state go.
  uint64_t OwnFrame() const;
  uint64_t OwnFp() const;

  std::span<std::byte> Fp(uint64_t fp) const;

 private:
  bool Contains(uint64_t address, size_t size) const;

  const uint64_t slot_;
  const FpFormat& format_;
};

void LoadRegisters(const abi::SigContext& from, Registers* to);

}  // namespace platform::notify
