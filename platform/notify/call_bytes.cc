// The bytes of a small read(2) or write(2) through the slot: the thread brings them along, or
// stores them when it has its answer, instead of the Sentry by a host call each.
//
// Only while the slot is watched, and as long as the call is handled without a wait
// (StubThread::ShutWindow).  That there is room for what is read the thread has found out before it
// called: a bad address makes it call in the host, where nothing is read before that is known.
#include <cstring>

#include "platform/notify/backend.h"

namespace platform::notify {

std::span<std::byte> StubThread::Page() const {
  auto* const slot = reinterpret_cast<std::byte*>(backend_.region_->SlotAddress(slot_));
  return {slot + SHIM_AHEAD_OFFSET, StubRegion::kPageSize};
}

bool StubThread::HasPage() {
  const StubRegion& region = *backend_.region_;
  if (region.untouched() < SHIM_AHEAD_OFFSET + StubRegion::kPageSize) return false;
  page_populated_ =
      page_populated_ || region.Populate(slot_, SHIM_AHEAD_OFFSET, StubRegion::kPageSize);
  return page_populated_;
}

void StubThread::OfferSpace() {
  uint32_t& space = header()->call.space;
  // More than that costs as much on its way from one processor's cache to the other's.
  constexpr uint32_t kWorthIt = 2048;
  if (space == 0 && HasPage()) space = kWorthIt;
}

// Of call_, which came through the slot.
void StubThread::OpenBytes() {
  const abi::stub::SlotCall& shared = header()->call;
  const uint64_t size = call_.args[2];
  if (!page_populated_ || size == 0 || size > StubRegion::kPageSize) return;
  if (__atomic_load_n(&shared.data, __ATOMIC_RELAXED) == size) {
    data_.store(static_cast<uint32_t>(size), std::memory_order_release);
  } else if (__atomic_load_n(&shared.room, __ATOMIC_RELAXED) == size) {
    room_.store(static_cast<uint32_t>(size), std::memory_order_relaxed);
  }
}

bool StubThread::Bring(uint64_t address, std::span<std::byte> to) const {
  // Without the lock: call_ stays as it is for as long as this is not zero.
  const size_t size = data_.load(std::memory_order_acquire);
  if (size == 0 || to.empty()) return false;
  const uint64_t offset = address - call_.args[1];
  if (offset > size || to.size() > size - offset) return false;
  std::memcpy(to.data(), Page().data() + offset, to.size());
  return true;
}

// One piece behind the other.
bool StubThread::Keep(uint64_t address, std::span<const std::byte> from) {
  if (room_.load(std::memory_order_relaxed) == 0) return false;
  base::MutexLock lock(&backend_.mu_);
  const size_t room = room_.load(std::memory_order_relaxed);
  const size_t kept = out_in_page_ ? out_size_ : 0;
  if (state_ != State::kInSlot || capture_wanted_ || out_failed_ || kept != out_size_ ||
      address != call_.args[1] + kept || from.empty() || from.size() > room - kept) {
    return false;
  }
  std::memcpy(Page().data() + kept, from.data(), from.size());
  out_address_ = call_.args[1];
  out_size_ = kept + from.size();
  out_in_page_ = true;
  return true;
}

}  // namespace platform::notify
