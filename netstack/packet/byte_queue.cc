// ByteQueue: bytes in chunks.
#include "netstack/packet/byte_queue.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace netstack {
namespace {

// Pieces of up to this size are copied together.
constexpr size_t kSmall = 512;

}  // namespace

void ByteQueue::Append(View view) {
  if (view.length == 0) return;
  size_ += view.length;
  if (!views_.empty()) {
    View& last = views_.back();
    const bool adjacent = last.chunk == view.chunk && last.offset + last.length == view.offset;
    if (adjacent) {
      last.length += view.length;
      return;
    }
    Chunk& chunk = *last.chunk;
    const bool at_end = last.offset + last.length == chunk.used();
    if (view.length <= kSmall && at_end && chunk.room() >= view.length) {
      std::memcpy(chunk.tail(), view.data(), view.length);
      chunk.Grow(view.length);
      last.length += view.length;
      return;
    }
  }
  views_.push_back(std::move(view));
}

void ByteQueue::Append(Packet& packet) {
  for (View& view : packet.views()) Append(std::move(view));
}

void ByteQueue::Append(ByteQueue&& other) {
  for (View& view : other.views_) Append(std::move(view));
  other.Clear();
}

Result<size_t> ByteQueue::Fill(ByteSource& source, size_t max, BufferPool& pool) {
  max = std::min(max, source.remaining());
  size_t done = 0;
  while (done < max) {
    View* last = views_.empty() ? nullptr : &views_.back();
    Chunk* chunk = last != nullptr ? last->chunk.get() : nullptr;
    const bool usable =
        chunk != nullptr && last->offset + last->length == chunk->used() && chunk->room() != 0;
    ChunkRef fresh;
    if (!usable) {
      // A stream of small writes gets larger chunks as it grows.
      const size_t want = std::max(max - done, std::min(size_, Chunk::kMax));
      fresh = pool.Allocate(std::min(want, Chunk::kMax));
      if (fresh == nullptr) return done != 0 ? Result<size_t>(done) : Errno(ENOBUFS);
      chunk = fresh.get();
    }
    const size_t n = std::min(max - done, chunk->room());
    Result<size_t> got = source.Get({chunk->tail(), n});
    if (!got.ok()) return done != 0 ? Result<size_t>(done) : got;
    const auto taken = static_cast<uint32_t>(*got);
    if (usable) {
      last->length += taken;
    } else if (taken != 0) {
      views_.push_back({fresh, 0, taken});
    }
    chunk->Grow(taken);
    size_ += taken;
    done += taken;
    if (taken < n) break;
  }
  return done;
}

template <typename F>
void ByteQueue::ForRange(size_t offset, size_t length, F f) const {
  for (const View& view : views_) {
    if (length == 0) return;
    if (offset >= view.length) {
      offset -= view.length;
      continue;
    }
    const size_t n = std::min<size_t>(view.length - offset, length);
    f(view, offset, n);
    offset = 0;
    length -= n;
  }
}

Result<size_t> ByteQueue::Peek(ByteSink& sink, size_t offset, size_t max) const {
  std::vector<std::span<const std::byte>> pieces;
  ForRange(offset, std::min(max, sink.remaining()), [&](const View& view, size_t at, size_t n) {
    pieces.push_back(view.bytes().subspan(at, n));
  });
  if (pieces.empty()) return size_t{0};
  if (pieces.size() == 1) return sink.Put(pieces.front());
  return sink.PutV(pieces);
}

void ByteQueue::Share(size_t offset, size_t length, Packet& packet) const {
  ForRange(offset, length,
           [&](const View& view, size_t at, size_t n) { packet.Append(view.Sub(at, n)); });
}

std::vector<View> ByteQueue::Share(size_t offset, size_t length) const {
  std::vector<View> out;
  ForRange(offset, length,
           [&](const View& view, size_t at, size_t n) { out.push_back(view.Sub(at, n)); });
  return out;
}

uint8_t ByteQueue::At(size_t offset) const {
  uint8_t value = 0;
  ForRange(offset, 1, [&](const View& view, size_t at, size_t) {
    value = static_cast<uint8_t>(view.bytes()[at]);
  });
  return value;
}

void ByteQueue::Discard(size_t n) {
  n = std::min(n, size_);
  size_ -= n;
  while (n != 0) {
    View& first = views_.front();
    if (first.length > n) {
      first.offset += static_cast<uint32_t>(n);
      first.length -= static_cast<uint32_t>(n);
      return;
    }
    n -= first.length;
    views_.pop_front();
  }
}

void ByteQueue::Truncate(size_t n) {
  if (n >= size_) return;
  ByteQueue kept;
  for (View& view : Share(0, n)) kept.views_.push_back(std::move(view));
  kept.size_ = n;
  *this = std::move(kept);
}

void ByteQueue::Clear() {
  views_.clear();
  size_ = 0;
}

}  // namespace netstack
