// Answers that a thread finds in its slot before it asks: it takes one when the call that it makes
// is the expected one, to the last byte.  They are good only until the kernel does anything else.
#include <algorithm>
#include <cstring>

#include "platform/notify/backend.h"

namespace platform::notify {
namespace {

using abi::stub::SlotAnswerAhead;

constexpr uint64_t kAheadSize = StubRegion::kPageSize;

size_t Aligned(size_t size) {
  return (size + 7) / 8 * 8;
}

size_t SizeOf(const Marshalling::AnswerAhead& answer) {
  return Aligned(sizeof(SlotAnswerAhead) + answer.path.size() + 1) + answer.bytes.size();
}

void Put(const Marshalling::AnswerAhead& answer, uint32_t next, std::byte* to) {
  const size_t out_at = Aligned(sizeof(SlotAnswerAhead) + answer.path.size() + 1);
  const SlotAnswerAhead head = {.number = answer.number,
                                .next = next,
                                .dirfd = answer.dirfd,
                                .flags = answer.flags,
                                .mask = answer.mask,
                                .in = static_cast<uint32_t>(answer.path.size() + 1),
                                .out = static_cast<uint32_t>(answer.bytes.size()),
                                .out_at = static_cast<uint32_t>(out_at)};
  std::memcpy(to, &head, sizeof(head));
  std::memcpy(to + sizeof(head), answer.path.c_str(), answer.path.size() + 1);
  std::memcpy(to + out_at, answer.bytes.data(), answer.bytes.size());
}

}  // namespace

// It came from the code in the shim that looks for them.
bool StubThread::MayPrepare() {
  base::MutexLock lock(&backend_.mu_);
  if (!AwaitsAnswer() || capture_wanted_ || brought_.load(std::memory_order_relaxed) == 0 ||
      header()->call.owned != SHIM_CALL_IS_OWNED || (out_in_page_ && out_size_ != 0)) {
    return false;
  }
  return HasPage();
}

size_t StubThread::Prepare(std::span<const AnswerAhead> answers) {
  base::MutexLock lock(&backend_.mu_);
  if (!AwaitsAnswer() || !ahead_populated_) return 0;
  auto* const slot = reinterpret_cast<std::byte*>(backend_.region_->SlotAddress(slot_));
  size_t at = SHIM_AHEAD_OFFSET, count = 0;
  constexpr size_t kEnd = SHIM_AHEAD_OFFSET + kAheadSize;
  for (const AnswerAhead& answer : answers) {
    const size_t size = SizeOf(answer);
    if (size > kEnd - at) break;
    ++count;
    at += size;
  }
  at = SHIM_AHEAD_OFFSET;
  for (size_t i = 0; i < count; ++i) {
    const size_t next = at + SizeOf(answers[i]);
    Put(answers[i], i + 1 < count ? static_cast<uint32_t>(next) : 0, slot + at);
    at = next;
  }
  if (count != 0) {
    __atomic_store_n(&header()->call.prepared, uint32_t{SHIM_AHEAD_OFFSET}, __ATOMIC_RELEASE);
  }
  return count;
}

void StubThread::DropPrepared() {
  __atomic_store_n(&header()->call.prepared, 0u, __ATOMIC_SEQ_CST);
}

}  // namespace platform::notify
