// The shared memory of an io_uring: where its parts are, and how entries go in and out.
#include "sentry/syscalls/uring_rings.h"

#include <sys/mman.h>

#include <atomic>
#include <cstring>

#include "sentry/fs/tmpfs/shm_files.h"
#include "sentry/kernel/kernel.h"

namespace sentry {
namespace {

// The start of the ring memory.
enum : uint32_t {
  kSqHead = 0,
  kSqTail = 64,
  kCqHead = 128,
  kCqTail = 192,
  kSqMask = 256,
  kCqMask = 260,
  kSqEntries = 264,
  kCqEntries = 268,
  kSqDropped = 272,
  kSqFlags = 276,
  kCqFlags = 280,
  kCqOverflow = 284,
  kCqes = 320,
};

std::byte* MapShared(int fd, size_t size, uint64_t offset) {
  void* at =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, static_cast<off_t>(offset));
  return at == MAP_FAILED ? nullptr : static_cast<std::byte*>(at);
}

}  // namespace

UringRings::UringRings(uint32_t sq_entries, uint32_t cq_entries, uint32_t setup_flags)
    : sq_entries_(sq_entries),
      cq_entries_(cq_entries),
      sqe_size_(sizeof(abi::UringSqe) << ((setup_flags & abi::kUringSetupSqe128) != 0 ? 1 : 0)),
      cqe_size_(sizeof(abi::UringCqe) << ((setup_flags & abi::kUringSetupCqe32) != 0 ? 1 : 0)) {}

uint32_t UringRings::ArrayOffset() const {
  return kCqes + cq_entries_ * cqe_size_;
}

size_t UringRings::RingBytes() const {
  return ArrayOffset() + size_t{sq_entries_} * sizeof(uint32_t);
}

Result<std::unique_ptr<UringRings>> UringRings::Create(Task& task, uint32_t sq_entries,
                                                       uint32_t cq_entries, uint32_t setup_flags) {
  std::unique_ptr<UringRings> rings(new UringRings(sq_entries, cq_entries, setup_flags));
  OpContext ctx = task.context();
  rings->memory_ = TRY(task.kernel().Get<ShmFiles>().Create(ctx, "anon_inode:[io_uring]", 0600));
  AttributeChange resize{};
  resize.size = abi::kUringOffSqes + rings->SqeBytes();
  TRY(rings->memory_->inode()->SetAttributes(ctx, resize));
  const int fd = TRY(rings->memory_->Map(ctx, 0, 0)).host_fd;
  rings->ring_ = MapShared(fd, rings->RingBytes(), 0);
  rings->sqes_ = MapShared(fd, rings->SqeBytes(), abi::kUringOffSqes);
  if (rings->ring_ == nullptr || rings->sqes_ == nullptr) return Errno(ENOMEM);
  rings->Store(kSqMask, sq_entries - 1);
  rings->Store(kCqMask, cq_entries - 1);
  rings->Store(kSqEntries, sq_entries);
  rings->Store(kCqEntries, cq_entries);
  return rings;
}

UringRings::~UringRings() {
  if (ring_ != nullptr) ::munmap(ring_, RingBytes());
  if (sqes_ != nullptr) ::munmap(sqes_, SqeBytes());
}

void UringRings::Fill(abi::UringParams& params) const {
  params.sq_entries = sq_entries_;
  params.cq_entries = cq_entries_;
  params.sq_off = {.head = kSqHead,
                   .tail = kSqTail,
                   .ring_mask = kSqMask,
                   .ring_entries = kSqEntries,
                   .flags = kSqFlags,
                   .dropped = kSqDropped,
                   .array = ArrayOffset(),
                   .resv1 = 0,
                   .user_addr = 0};
  params.cq_off = {.head = kCqHead,
                   .tail = kCqTail,
                   .ring_mask = kCqMask,
                   .ring_entries = kCqEntries,
                   .overflow = kCqOverflow,
                   .cqes = kCqes,
                   .flags = kCqFlags,
                   .resv1 = 0,
                   .user_addr = 0};
}

uint32_t UringRings::Load(uint32_t offset) const {
  return std::atomic_ref<uint32_t>(*reinterpret_cast<uint32_t*>(ring_ + offset))
      .load(std::memory_order_acquire);
}

void UringRings::Store(uint32_t offset, uint32_t value) {
  std::atomic_ref<uint32_t>(*reinterpret_cast<uint32_t*>(ring_ + offset))
      .store(value, std::memory_order_release);
}

bool UringRings::HasSqe() const {
  return Load(kSqTail) != sq_head_;
}

bool UringRings::NextSqe(abi::UringSqe& to) {
  while (HasSqe()) {
    const uint32_t at = sq_head_ & (sq_entries_ - 1);
    const uint32_t index = Load(ArrayOffset() + at * static_cast<uint32_t>(sizeof(uint32_t)));
    const bool good = index < sq_entries_;
    if (good) std::memcpy(&to, sqes_ + size_t{index} * sqe_size_, sizeof(to));
    Store(kSqHead, ++sq_head_);
    if (good) return true;
    Store(kSqDropped, ++dropped_);
  }
  return false;
}

uint32_t UringRings::CqesReady() const {
  const uint32_t ready = cq_tail_ - Load(kCqHead);
  return ready > cq_entries_ ? cq_entries_ : ready;
}

bool UringRings::PostCqe(const abi::UringCqe& cqe) {
  if (Full()) return false;
  const size_t at = cq_tail_ & (cq_entries_ - 1);
  std::byte* to = ring_ + kCqes + at * cqe_size_;
  std::memcpy(to, &cqe, sizeof(cqe));
  std::memset(to + sizeof(cqe), 0, cqe_size_ - sizeof(cqe));
  Store(kCqTail, ++cq_tail_);
  return true;
}

void UringRings::CountLost() {
  Store(kCqOverflow, ++lost_);
}

bool UringRings::WantsEventfd() const {
  return (Load(kCqFlags) & abi::kUringCqEventfdDisabled) == 0;
}

void UringRings::SetFlag(uint32_t flag, bool on) {
  flags_ = on ? flags_ | flag : flags_ & ~flag;
  Store(kSqFlags, flags_);
}

}  // namespace sentry
