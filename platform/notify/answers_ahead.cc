// Answers that a thread finds in its slot before it asks: it takes one when the call that it makes
// is the expected one, to the last byte.  They are good only until the kernel does anything else.
#include <algorithm>
#include <cstring>
#include <iterator>

#include "platform/notify/backend.h"

namespace platform::notify {
namespace {

using abi::stub::SlotAnswerAhead;

constexpr uint64_t kMostRoom = 4 * StubRegion::kPageSize;

size_t Aligned(size_t size) {
  return (size + 7) / 8 * 8;
}

size_t StringSize(const Marshalling::AnswerAhead& answer) {
  return answer.path ? answer.path->size() + 1 : 0;
}

size_t BytesAt(const Marshalling::AnswerAhead& answer) {
  return Aligned(sizeof(SlotAnswerAhead) + StringSize(answer));
}

size_t SizeOf(const Marshalling::AnswerAhead& answer) {
  return BytesAt(answer) + Aligned(answer.bytes.size());
}

void Put(const Marshalling::AnswerAhead& answer, uint32_t next, std::byte* to) {
  SlotAnswerAhead head = {.number = answer.number,
                          .next = next,
                          .in = static_cast<uint32_t>(StringSize(answer)),
                          .out = static_cast<uint32_t>(answer.bytes.size()),
                          .out_at = static_cast<uint32_t>(BytesAt(answer)),
                          .stores = answer.stores,
                          .values = {},
                          .masks = {},
                          .least = answer.least,
                          .result = answer.result};
  for (size_t i = 0; i < std::size(answer.args); ++i) {
    head.values[i] = answer.args[i].value;
    head.masks[i] = answer.args[i].mask;
  }
  std::memcpy(to, &head, sizeof(head));
  if (answer.path) std::memcpy(to + sizeof(head), answer.path->c_str(), StringSize(answer));
  if (!answer.bytes.empty()) {
    std::memcpy(to + BytesAt(answer), answer.bytes.data(), answer.bytes.size());
  }
}

}  // namespace

// Its call came from the code in the shim that looks for them.
size_t StubThread::MayPrepare() {
  base::MutexLock lock(&backend_.mu_);
  const uint64_t end = std::min(backend_.region_->untouched(), SHIM_AHEAD_OFFSET + kMostRoom);
  if (!AwaitsAnswer() || capture_wanted_ || header()->call.owned != SHIM_CALL_IS_OWNED ||
      !Rewriter::IsAlone(*this) || end <= SHIM_AHEAD_OFFSET) {
    return 0;
  }
  // They would stand where the answer's bytes do.
  if (out_in_page_ && out_size_ != 0) return 0;
  const std::vector<uint64_t>& sites = process_->memory->call_sites;
  if (std::ranges::find(sites, call_.ip) == sites.end()) return 0;
  const size_t room = end - SHIM_AHEAD_OFFSET;
  ahead_populated_ = ahead_populated_ || backend_.region_->Populate(slot_, SHIM_AHEAD_OFFSET, room);
  return ahead_populated_ ? room : 0;
}

size_t StubThread::Prepare(std::span<const AnswerAhead> answers) {
  base::MutexLock lock(&backend_.mu_);
  if (!AwaitsAnswer() || !ahead_populated_ || (out_in_page_ && out_size_ != 0)) return 0;
  // Bytes of the call that is being answered were there; it is done with them.
  data_.store(0, std::memory_order_relaxed);
  room_.store(0, std::memory_order_relaxed);
  auto* const slot = reinterpret_cast<std::byte*>(backend_.region_->SlotAddress(slot_));
  const size_t end = std::min(backend_.region_->untouched(), SHIM_AHEAD_OFFSET + kMostRoom);
  ahead_offsets_.clear();
  size_t at = SHIM_AHEAD_OFFSET;
  for (const AnswerAhead& answer : answers) {
    const size_t size = SizeOf(answer);
    if (size > end - at) break;
    ahead_offsets_.push_back(static_cast<uint32_t>(at));
    at += size;
  }
  const size_t count = ahead_offsets_.size();
  for (size_t i = 0; i < count; ++i) {
    Put(answers[i], i + 1 < count ? ahead_offsets_[i + 1] : 0, slot + ahead_offsets_[i]);
  }
  if (count != 0) {
    __atomic_store_n(&header()->call.prepared, uint32_t{SHIM_AHEAD_OFFSET}, __ATOMIC_RELEASE);
  }
  return count;
}

// The thread writes nothing else there than where the next one is; whatever else it may be, it took
// them all.
size_t StubThread::DropPrepared() {
  const uint32_t next = __atomic_exchange_n(&header()->call.prepared, 0u, __ATOMIC_SEQ_CST);
  const auto found = std::ranges::find(ahead_offsets_, next);
  const auto taken = static_cast<size_t>(found - ahead_offsets_.begin());
  ahead_offsets_.clear();
  return taken;
}

}  // namespace platform::notify
