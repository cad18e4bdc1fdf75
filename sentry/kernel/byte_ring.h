// ByteRing: the bytes that a pipe or a stream socket holds.  Grows on demand up to what its owner
// lets in, costs nothing while it has never been used, and is counted against --memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "platform/base/result.h"
#include "sentry/kernel/memory_budget.h"
#include "sentry/memmap/io.h"

namespace sentry {

class ByteRing {
 public:
  explicit ByteRing(MemoryBudget& budget) : budget_(budget) {}
  ~ByteRing() { Free(); }
  ByteRing(const ByteRing&) = delete;
  ByteRing& operator=(const ByteRing&) = delete;

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  size_t allocated() const { return capacity_; }

  // Takes at most `max` bytes from `source`; what was taken.
  Result<size_t> Fill(IoSource& source, size_t max);
  // Moves at most `max` bytes to `sink`; what was moved.
  Result<size_t> Drain(IoSink& sink, size_t max);
  // Shows at most `max` bytes from `offset` on, which stay.
  Result<size_t> Peek(IoSink& sink, size_t offset, size_t max) const;
  void Discard(size_t n);
  void Truncate(size_t size) { size_ = size < size_ ? size : size_; }  // From its end.
  void Clear();

 private:
  Result<void> Reserve(size_t total);
  void Free();
  // The stretches that `length` bytes from `offset` behind the start lie in.
  struct Pieces {
    std::span<std::byte> first, second;
  };
  Pieces At(size_t offset, size_t length) const;

  MemoryBudget& budget_;
  std::unique_ptr<std::byte[]> bytes_;
  size_t capacity_ = 0;  // A power of two, or 0.
  size_t start_ = 0;
  size_t size_ = 0;
};

}  // namespace sentry
