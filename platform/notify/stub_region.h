// The pages that the Sentry shares with its stubs: a copy of the shim's code and one slot per stub
// thread.
//
// The region lies at the same address in the Sentry and in every stub, near the top of the address
// space, above everything that a guest may map.  All slots of the sandbox are mapped in every stub,
// but shut (PROT_NONE) except for the stub's own: a slot is opened by the child's first call, which
// the Sentry checks.  Guarded by the backend's lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "abi/stub/slot.h"
#include "platform/base/result.h"
#include "platform/notify/fp_state.h"

namespace platform::notify {

using base::Result;

// The end of the address space, with four-level page tables; hosts use those unless asked.
inline constexpr uint64_t kTaskSize = 0x7ffffffff000;

class StubRegion {
 public:
  static constexpr uint64_t kPageSize = 4096;
  static constexpr uint64_t kCodeSize = 2 * kPageSize;
  static constexpr uint32_t kNoSlot = ~uint32_t{0};

  // `touched` is how many bytes below the header a signal frame takes.
  static Result<std::unique_ptr<StubRegion>> Create(uint64_t features, const FpFormat& fp_format,
                                                    size_t touched);
  ~StubRegion();
  StubRegion(const StubRegion&) = delete;
  StubRegion& operator=(const StubRegion&) = delete;

  uint64_t start() const { return slots_start_; }
  uint64_t end() const { return code_start() + kCodeSize; }
  uint64_t slots_start() const { return slots_start_; }
  uint64_t slots_size() const { return slots_size_; }
  uint64_t code_start() const { return slots_start_ + slots_size_; }
  const abi::stub::ShimHeader& code() const {
    return *reinterpret_cast<const abi::stub::ShimHeader*>(code_start());
  }
  // An address in the shim, from one of the offsets in its header.
  uint64_t Site(uint32_t offset) const { return code_start() + offset; }

  // ENOMEM when all are taken or the host has no memory.  The slot is clean.
  Result<uint32_t> Acquire();
  // What no signal frame takes is that much, from the start of the slot on.
  uint64_t untouched() const { return SHIM_SLOT_SIZE - touched_; }
  // False: the host has no memory for a part of that.
  bool Populate(uint32_t slot, uint64_t offset, uint64_t size) const;
  // Nothing may have it mapped open any more.
  void Release(uint32_t slot);

  uint64_t SlotAddress(uint32_t slot) const {
    return code_start() - (uint64_t{slot} + 1) * SHIM_SLOT_SIZE;
  }
  abi::stub::SlotHeader* Header(uint32_t slot) const {
    return reinterpret_cast<abi::stub::SlotHeader*>(SlotAddress(slot) + SHIM_HEADER_OFFSET);
  }
  // kNoSlot when `address` is not the start of one.
  uint32_t SlotAt(uint64_t address) const;

 private:
  StubRegion(uint64_t start, uint64_t slots_size, size_t touched);
  Result<void> CopyCode(uint64_t features, const FpFormat& fp_format);
  std::byte* TouchedStart(uint32_t slot) const;

  const uint64_t slots_start_;
  const uint64_t slots_size_;
  const uint64_t touched_;  // Whole pages at the top of a slot.
  uint32_t next_ = 0;       // Slots from here on were never used.
  std::vector<uint32_t> free_;
};

}  // namespace platform::notify
