// The memory of an io_uring that the guest shares: entries of both rings.  Everything that is read
// from it is hostile, and read once.
#pragma once

#include <cstdint>

#include "abi/linux/io_uring.h"
#include "sentry/kernel/task.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

class UringRings {
 public:
  // Numbers of entries are powers of two.  IORING_SETUP_SQE128, CQE32: entries of twice the size,
  // of which the second half means nothing here.
  static Result<std::unique_ptr<UringRings>> Create(Task& task, uint32_t sq_entries,
                                                    uint32_t cq_entries, uint32_t setup_flags);
  ~UringRings();
  UringRings(const UringRings&) = delete;
  UringRings& operator=(const UringRings&) = delete;

  void Fill(abi::UringParams& params) const;
  FileDescription& memory() { return *memory_; }
  uint32_t sq_entries() const { return sq_entries_; }
  uint32_t cq_entries() const { return cq_entries_; }

  // The next entry to submit; false: there is none.  One with an index outside of the ring is
  // counted as dropped.
  bool NextSqe(abi::UringSqe& to);
  bool HasSqe() const;
  bool Full() const { return CqesReady() >= cq_entries_; }
  // False: the ring is full.
  bool PostCqe(const abi::UringCqe& cqe);
  uint32_t CqesReady() const;
  void CountLost();
  void SetOverflowFlag(bool on) { SetFlag(abi::kUringSqCqOverflow, on); }
  void SetNeedWakeup() { SetFlag(abi::kUringSqNeedWakeup, true); }
  // IORING_CQ_EVENTFD_DISABLED is not set.
  bool WantsEventfd() const;

 private:
  UringRings(uint32_t sq_entries, uint32_t cq_entries, uint32_t setup_flags);
  void SetFlag(uint32_t flag, bool on);
  uint32_t ArrayOffset() const;
  size_t RingBytes() const;
  size_t SqeBytes() const { return size_t{sq_entries_} * sqe_size_; }
  uint32_t Load(uint32_t offset) const;
  void Store(uint32_t offset, uint32_t value);

  const uint32_t sq_entries_, cq_entries_;
  const uint32_t sqe_size_, cqe_size_;  // Octets.
  Ref<FileDescription> memory_;
  std::byte* ring_ = nullptr;
  std::byte* sqes_ = nullptr;
  // Our own copies: what the guest writes over ours does not count.
  uint32_t sq_head_ = 0, cq_tail_ = 0, dropped_ = 0, lost_ = 0, flags_ = 0;
};

}  // namespace sentry
