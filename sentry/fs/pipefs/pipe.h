// Pipe: the object behind pipe(2) and FIFOs (pipe(7), fifo(7)).  Bytes lie in one ring that grows
// on demand; in packet mode (O_DIRECT) the edges of packets are kept beside it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "platform/base/ref.h"
#include "platform/base/wait_queue.h"
#include "sentry/kernel/byte_ring.h"

namespace sentry {

class Pipe final : public base::RefCounted {
 public:
  static constexpr size_t kBuf = 4096;  // PIPE_BUF; also Linux's unit of room, a page.
  static constexpr size_t kDefaultLimit = 65536;
  static constexpr size_t kMaxLimit = 1 << 20;  // fs.pipe-max-size, for the unprivileged.

  explicit Pipe(MemoryBudget& budget) : ring_(budget) {}

  void AddReader();
  void AddWriter();
  void DropReader();
  void DropWriter();
  int readers() const { return readers_; }
  int writers() const { return writers_; }
  // How often an end of that kind was opened, for the meetings of fifo(7).
  uint32_t reader_opens() const { return reader_opens_; }
  uint32_t writer_opens() const { return writer_opens_; }

  // 0 at the end of file, EAGAIN while there may be more.
  Result<size_t> Read(IoSink& sink);
  // What fits; all or nothing up to PIPE_BUF.  EPIPE without readers; EAGAIN without room.
  Result<size_t> Write(IoSource& source, bool packets);
  // tee(2): shows bytes without taking them.
  Result<size_t> Peek(IoSink& sink, size_t max) const { return ring_.Peek(sink, 0, max); }
  bool empty() const { return ring_.empty(); }
  size_t size() const { return ring_.size(); }
  // There is no room for another page's worth.
  bool full() const;
  size_t room() const { return limit_ - std::min(limit_, ring_.size()); }
  size_t limit() const { return limit_; }
  // F_SETPIPE_SZ with a size that was rounded; EBUSY when what is inside would not fit.
  Result<void> SetLimit(size_t limit);
  base::WaitQueue& queue() { return queue_; }

 private:
  struct Packet {
    uint64_t begin, end;  // Positions in the stream since the pipe was made.
  };
  Result<size_t> WritePackets(IoSource& source);
  Result<size_t> ReadPackets(IoSink& sink);
  void ClearWhenUnused();

  ByteRing ring_;
  size_t limit_ = kDefaultLimit;
  uint64_t taken_ = 0;  // Position of the ring's first byte.
  std::vector<Packet> packets_;
  int readers_ = 0, writers_ = 0;
  uint32_t reader_opens_ = 0, writer_opens_ = 0;
  base::WaitQueue queue_;
};

}  // namespace sentry
