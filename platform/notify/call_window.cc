// What a call brings along in its thread's slot, and what its answer takes away: strings that the
// Sentry would have to fetch, and bytes that it would have to store, each by a host call.
//
// The guest can write to all of it at any time, as to the memory that it stands for: it is copied
// once before it is looked at.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "platform/notify/backend.h"
#include "platform/notify/packed_flags.h"

namespace platform::notify {
namespace {

constexpr uint32_t kKinds[] = {SHIM_CALL_FIRST, SHIM_CALL_SECOND};

uint32_t LoadShared(const uint32_t& shared) {
  return __atomic_load_n(&shared, __ATOMIC_RELAXED);
}

}  // namespace

// call_ is a new one.  What lies in the slot is used once, and not at all if the thread did
// anything else meanwhile (TakeFrame).
void StubThread::OpenWindow() {
  abi::stub::SlotCall& shared = header()->call;
  ShutWindow();
  const uint32_t in = LoadShared(shared.in);
  if (in == 0) return;
  __atomic_store_n(&shared.in, 0u, __ATOMIC_RELAXED);
  if (LoadShared(shared.number) != call_.number || UnpackAddress(shared.ip) != call_.ip) return;
  brought_kind_ = LoadShared(shared.kind);
  brought_.store(std::min<uint32_t>(in, SHIM_CALL_STRINGS), std::memory_order_relaxed);
}

std::optional<std::string> StubThread::BroughtString(uint64_t address) {
  const size_t size = brought_.load(std::memory_order_relaxed);
  std::array<char, SHIM_CALL_STRINGS> copy;
  if (size != 0) std::memcpy(copy.data(), header()->window.strings, size);
  const char* at = copy.data();
  const char* const end = at + size;
  for (size_t i = 0; i < std::size(kKinds); ++i) {
    if ((brought_kind_ & kKinds[i]) == 0) continue;
    const char* const nul = std::find(at, end, '\0');
    if (nul == end) return std::nullopt;
    if (call_.args[i] == address) return std::string(at, nul);
    at = nul + 1;
  }
  return std::nullopt;
}

bool StubThread::TakeAway(uint64_t address, std::span<const std::byte> bytes) {
  base::MutexLock lock(&backend_.mu_);
  abi::stub::CallWindow& window = header()->window;
  if (state_ != State::kInSlot || capture_wanted_ || out_size_ != 0 || bytes.empty() ||
      bytes.size() > sizeof(window.out)) {
    return false;
  }
  std::memcpy(window.out, bytes.data(), bytes.size());
  out_address_ = address;
  out_size_ = bytes.size();
  out_in_page_ = out_failed_ = false;
  return true;
}

std::span<std::byte> StubThread::OutBytes() const {
  return out_in_page_ ? Page() : std::span<std::byte>(header()->window.out);
}

// The Sentry stores it after all.
void StubThread::StoreOut() {
  const size_t size = std::exchange(out_size_, 0);
  if (size == 0) return;
  ShutWindow();
  const Result<size_t> stored = WriteMemory(out_address_, OutBytes().first(size));
  out_failed_ = !stored.ok() || *stored != size;
}

int64_t StubThread::StoreOutFor(int64_t result) {
  StoreOut();
  return std::exchange(out_failed_, false) ? -int64_t{EFAULT} : result;
}

}  // namespace platform::notify
