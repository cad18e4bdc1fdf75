#include "platform/notify/stub_region.h"

#include <sys/mman.h>

#include <array>
#include <cstring>

#include "platform/base/log.h"
#include "platform/notify/rewriter.h"
#include "platform/shim/shim.h"

namespace platform::notify {
namespace {

using base::Errno;
using base::LastErrno;

constexpr uint64_t kSlotCounts[] = {65536, 16384, 4096};  // Fewer where address space is limited.
constexpr uint64_t kStackRoom = uint64_t{256} << 20;

// The Sentry's own stack must keep room to grow.
bool TooNearTheStack(uint64_t end) {
  const uint64_t here = reinterpret_cast<uint64_t>(__builtin_frame_address(0));
  return end <= here && end + kStackRoom > here;
}

// Finds a free place as high as possible; Sentry and stubs use the same.
Result<uint64_t> Reserve(uint64_t size) {
  constexpr uint64_t kStep = uint64_t{1} << 30;
  for (uint64_t end = kTaskSize; end > kTaskSize - 64 * kStep; end -= kStep) {
    if (TooNearTheStack(end)) continue;
    const uint64_t start =
        (end - size) / SHIM_SLOT_SIZE * SHIM_SLOT_SIZE;  // The shim aligns by masks.
    void* at = ::mmap(reinterpret_cast<void*>(start), size, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (at != MAP_FAILED) return start;
    if (errno != EEXIST) return LastErrno();
  }
  return Errno(ENOMEM);
}

uint64_t RoundUp(uint64_t value, uint64_t unit) {
  return (value + unit - 1) / unit * unit;
}

}  // namespace

StubRegion::StubRegion(uint64_t start, uint64_t slots_size, size_t touched)
    : slots_start_(start),
      slots_size_(slots_size),
      touched_(RoundUp(SHIM_HEADER_SIZE + touched, kPageSize)) {}

StubRegion::~StubRegion() {
  ::munmap(reinterpret_cast<void*>(start()), end() - start());
}

Result<std::unique_ptr<StubRegion>> StubRegion::Create(uint64_t features, const FpFormat& fp_format,
                                                       size_t touched) {
  Errno error(ENOMEM);
  for (const uint64_t count : kSlotCounts) {
    const uint64_t slots_size = count * SHIM_SLOT_SIZE;
    Result<uint64_t> start = Reserve(slots_size + kCodeSize);
    if (!start.ok()) {
      error = start.error();
      continue;
    }
    std::unique_ptr<StubRegion> region(new StubRegion(*start, slots_size, touched));
    void* slots = ::mmap(reinterpret_cast<void*>(*start), slots_size, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    if (slots == MAP_FAILED) {
      error = LastErrno();
      continue;
    }
    TRY(region->CopyCode(features, fp_format));
    return region;
  }
  return error;
}

Result<void> StubRegion::CopyCode(uint64_t features, const FpFormat& fp_format) {
  const std::span<const std::byte> blob = ShimCode();
  CHECK(blob.size() <= kCodeSize);
  void* const to = reinterpret_cast<void*>(code_start());
  if (::mprotect(to, kCodeSize, PROT_READ | PROT_WRITE) != 0) return LastErrno();
  std::memcpy(to, blob.data(), blob.size());
  auto* header = static_cast<abi::stub::ShimHeader*>(to);
  header->features = features;
  header->slots_base = slots_start_;
  header->slots_size = slots_size_;
  header->xfeatures = fp_format.features();
  header->frame_xfeatures = fp_format.features_in_guest_frame();
  header->xstate_size = fp_format.extended() ? static_cast<uint32_t>(fp_format.size()) : 0;
  auto* const numbers = reinterpret_cast<uint8_t*>(to) + header->call_numbers;
  for (unsigned number = 0; number < SHIM_CALL_NUMBERS; ++number) {
    if (Rewriter::GoesThroughSlot(number)) numbers[number / 8] |= 1 << number % 8;
  }
  if (::mprotect(to, kCodeSize, PROT_READ | PROT_EXEC) != 0) return LastErrno();
  return base::Ok();
}

std::byte* StubRegion::TouchedStart(uint32_t slot) const {
  return reinterpret_cast<std::byte*>(SlotAddress(slot) + SHIM_SLOT_SIZE - touched_);
}

Result<uint32_t> StubRegion::Acquire() {
  if (!free_.empty()) {
    const uint32_t slot = free_.back();
    free_.pop_back();
    return slot;
  }
  if (next_ == slots_size_ / SHIM_SLOT_SIZE) return Errno(ENOMEM);
  // A fault on a page that the host cannot provide would kill the Sentry; this asks instead.
  if (::madvise(TouchedStart(next_), touched_, MADV_POPULATE_WRITE) != 0) return Errno(ENOMEM);
  return next_++;
}

bool StubRegion::Populate(uint32_t slot, uint64_t offset, uint64_t size) const {
  void* const at = reinterpret_cast<void*>(SlotAddress(slot) + offset);
  return ::madvise(at, size, MADV_POPULATE_WRITE) == 0;
}

void StubRegion::Release(uint32_t slot) {
  // The last user's registers must not be seen by the next.
  std::memset(TouchedStart(slot), 0, touched_);
  const uint64_t rest = SHIM_SLOT_SIZE - touched_;
  std::array<unsigned char, SHIM_SLOT_SIZE / kPageSize> resident = {};
  void* const bottom = reinterpret_cast<void*>(SlotAddress(slot));
  if (::mincore(bottom, rest, resident.data()) == 0) {
    unsigned any = 0;
    for (const unsigned char page : resident) any |= page & 1u;
    if (any != 0) ::madvise(bottom, rest, MADV_REMOVE);
  }
  free_.push_back(slot);
}

uint32_t StubRegion::SlotAt(uint64_t address) const {
  if (address < slots_start_ || address >= code_start() || address % SHIM_SLOT_SIZE != 0)
    return kNoSlot;
  return static_cast<uint32_t>((code_start() - address) / SHIM_SLOT_SIZE - 1);
}

}  // namespace platform::notify
