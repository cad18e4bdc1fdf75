// ByteQueue: a stream of bytes in chunks, as TCP sends and receives it.
#pragma once

#include "netstack/packet/fifo.h"
#include "netstack/packet/io.h"
#include "netstack/packet/packet.h"

namespace netstack {

class ByteQueue {
 public:
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Refers to the bytes; a small piece is copied behind the last one where there is room, so that
  // many small packets do not hold a chunk each.
  void Append(View view);
  // All that is left in the packet.
  void Append(Packet& packet);
  void Append(ByteQueue&& other);
  // Copies at most `max` bytes in: fills the last chunk if nobody else can, then new ones.
  // ENOBUFS, EFAULT: nothing was taken.
  Result<size_t> Fill(ByteSource& source, size_t max, BufferPool& pool);
  // Copies at most `max` bytes from `offset` on to `sink`; they stay.
  Result<size_t> Peek(ByteSink& sink, size_t offset, size_t max) const;
  // Refers to `length` bytes from `offset` on.
  void Share(size_t offset, size_t length, Packet& packet) const;
  std::vector<View> Share(size_t offset, size_t length) const;
  uint8_t At(size_t offset) const;
  void Discard(size_t n);
  void Truncate(size_t n);  // Keeps the first n bytes.
  void Clear();
  size_t pieces() const { return views_.size(); }

 private:
  template <typename F>
  void ForRange(size_t offset, size_t length, F f) const;

  Fifo<View> views_;
  size_t size_ = 0;
};

}  // namespace netstack
