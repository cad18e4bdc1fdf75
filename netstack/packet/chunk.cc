// The pool of chunks.
#include "netstack/packet/chunk.h"

#include <cstdlib>
#include <cstring>
#include <new>

namespace netstack {

void Chunk::Free() {
  pool_.Free(this);
}

BufferPool::~BufferPool() {
  for (auto& list : free_) {
    for (Chunk* chunk : list) std::free(chunk);
  }
}

void BufferPool::Close() {
  if (account_ != nullptr) account_->Uncharge(outstanding_);
  account_ = nullptr;
  if (live_ == 0) delete this;
}

ChunkRef BufferPool::Allocate(size_t size) {
  size_t kind = 0;
  while (kind + 1 < kSizes.size() && kSizes[kind] < size) kind++;
  const size_t capacity = kSizes[kind];
  if (size > capacity) return nullptr;
  if (account_ != nullptr && !account_->Charge(capacity)) return nullptr;
  void* memory;
  if (!free_[kind].empty()) {
    memory = free_[kind].back();
    free_[kind].pop_back();
  } else {
    memory = std::malloc(sizeof(Chunk) + capacity);
  }
  if (memory == nullptr) {
    if (account_ != nullptr) account_->Uncharge(capacity);
    return nullptr;
  }
  live_++;
  outstanding_ += capacity;
  return ChunkRef(new (memory) Chunk(*this, capacity));
}

View BufferPool::Copy(std::span<const std::byte> bytes) {
  ChunkRef chunk = Allocate(bytes.size());
  if (chunk == nullptr) return {};
  if (!bytes.empty()) std::memcpy(chunk->data(), bytes.data(), bytes.size());
  chunk->Grow(bytes.size());
  return {std::move(chunk), 0, static_cast<uint32_t>(bytes.size())};
}

void BufferPool::Free(Chunk* chunk) {
  const size_t capacity = chunk->capacity();
  chunk->~Chunk();
  outstanding_ -= capacity;
  live_--;
  if (account_ == nullptr) {  // Closed: the last one takes the pool with it.
    std::free(chunk);
    if (live_ == 0) delete this;
    return;
  }
  account_->Uncharge(capacity);
  size_t kind = 0;
  while (kSizes[kind] != capacity) kind++;
  if (free_[kind].size() < kKept[kind]) {
    free_[kind].push_back(chunk);
  } else {
    std::free(chunk);
  }
}

}  // namespace netstack
