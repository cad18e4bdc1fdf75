// Chunk: a counted piece of buffer memory that packets and queues refer to.  Bytes are written
// once, at its end (`used`), and never change while somebody refers to them, so that a reference
// is as good as a copy.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "platform/base/ref.h"

namespace netstack {

class BufferPool;

class Chunk {
 public:
  static constexpr size_t kMax = 64 << 10;

  std::byte* data() { return reinterpret_cast<std::byte*>(this + 1); }
  size_t capacity() const { return capacity_; }
  // Bytes [0, used) may be referred to; the rest is free for whoever appends.
  size_t used() const { return used_; }
  size_t room() const { return capacity_ - used_; }
  std::byte* tail() { return data() + used_; }
  BufferPool& pool() const { return pool_; }
  void Grow(size_t n) { used_ += static_cast<uint32_t>(n); }

  void AddRef() const { count_++; }
  void Release() const {
    if (--count_ == 0) const_cast<Chunk*>(this)->Free();
  }

 private:
  friend class BufferPool;
  Chunk(BufferPool& pool, size_t capacity)
      : pool_(pool), capacity_(static_cast<uint32_t>(capacity)) {}
  void Free();

  BufferPool& pool_;
  mutable uint32_t count_ = 0;  // Under the caller's lock like everything here.
  const uint32_t capacity_;
  uint32_t used_ = 0;
};

using ChunkRef = base::Ref<Chunk>;

// A stretch of a chunk.
struct View {
  ChunkRef chunk;
  uint32_t offset = 0;
  uint32_t length = 0;

  std::byte* data() const { return chunk->data() + offset; }
  std::span<const std::byte> bytes() const { return {data(), length}; }
  View Sub(size_t from, size_t n) const {
    return {chunk, offset + static_cast<uint32_t>(from), static_cast<uint32_t>(n)};
  }
};

// Where chunks come from.  Keeps a few freed ones; goes away with its last chunk once the owner has
// let go.
class BufferPool {
 public:
  // `charge` and `uncharge` as in Environment; they must stay callable until Close().
  struct Account {
    virtual bool Charge(size_t bytes) = 0;
    virtual void Uncharge(size_t bytes) = 0;

   protected:
    ~Account() = default;
  };
  // `account` is not null.
  static BufferPool* Create(Account* account) { return new BufferPool(account); }
  // The owner's last word.
  void Close();

  // A chunk with room for at least `size` bytes, at most Chunk::kMax; null: no memory.
  ChunkRef Allocate(size_t size);
  // A chunk with these bytes.
  View Copy(std::span<const std::byte> bytes);
  size_t outstanding() const { return outstanding_; }

 private:
  friend class Chunk;
  // 2, 8, 64 KiB and, for single small messages, 512 bytes.
  static constexpr std::array<size_t, 4> kSizes = {512, 2048, 8192, Chunk::kMax};
  static constexpr std::array<size_t, 4> kKept = {64, 64, 16, 16};

  explicit BufferPool(Account* account) : account_(account) {}
  ~BufferPool();
  void Free(Chunk* chunk);

  Account* account_;
  size_t live_ = 0;
  size_t outstanding_ = 0;
  std::array<std::vector<Chunk*>, 4> free_;
};

}  // namespace netstack
