#include "sentry/fs/pipefs/pipe.h"

#include "abi/linux/poll.h"

namespace sentry {
namespace {

constexpr uint32_t kReadable = abi::kPollIn | abi::kPollRdnorm;
constexpr uint32_t kWritable = abi::kPollOut | abi::kPollWrnorm;

}  // namespace

void Pipe::AddReader() {
  ++readers_;
  ++reader_opens_;
  queue_.Notify(kWritable);
}

void Pipe::AddWriter() {
  ++writers_;
  ++writer_opens_;
  queue_.Notify(kReadable);
}

void Pipe::DropReader() {
  if (--readers_ == 0) queue_.Notify(kWritable | abi::kPollErr);
  ClearWhenUnused();
}

void Pipe::DropWriter() {
  if (--writers_ == 0) queue_.Notify(kReadable | abi::kPollHup);
  ClearWhenUnused();
}

// A FIFO keeps no contents between its users.
void Pipe::ClearWhenUnused() {
  if (readers_ != 0 || writers_ != 0) return;
  ring_.Clear();
  packets_.clear();
  limit_ = kDefaultLimit;
}

bool Pipe::full() const {
  return room() < kBuf || packets_.size() >= limit_ / kBuf;
}

Result<size_t> Pipe::Read(IoSink& sink) {
  if (sink.remaining() == 0) return size_t{0};
  if (ring_.empty()) {
    if (writers_ == 0) return size_t{0};
    return Errno(EAGAIN);
  }
  bool was_full = full();
  size_t moved = 0;
  if (packets_.empty()) {
    moved = TRY(ring_.Drain(sink, sink.remaining()));
    taken_ += moved;
  } else {
    moved = TRY(ReadPackets(sink));
  }
  if (was_full && !full()) queue_.Notify(kWritable);
  return moved;
}

// Plain bytes up to the first packet, then one packet; what of it does not fit is lost.
Result<size_t> Pipe::ReadPackets(IoSink& sink) {
  size_t plain = static_cast<size_t>(packets_.front().begin - taken_);
  size_t whole = static_cast<size_t>(packets_.front().end - taken_);
  size_t moved = TRY(ring_.Drain(sink, whole));
  taken_ += moved;
  if (moved < plain || (moved == plain && plain != 0 && sink.remaining() == 0)) return moved;
  ring_.Discard(whole - moved);
  taken_ += whole - moved;
  packets_.erase(packets_.begin());
  return moved;
}

Result<size_t> Pipe::Write(IoSource& source, bool packets) {
  if (readers_ == 0) return Errno(EPIPE);
  size_t wanted = source.remaining();
  if (wanted == 0) return size_t{0};
  if (full() && (wanted <= kBuf || room() == 0 || packets)) return Errno(EAGAIN);
  size_t moved = TRY(packets ? WritePackets(source) : ring_.Fill(source, room()));
  if (moved != 0) queue_.Notify(kReadable);
  return moved;
}

Result<size_t> Pipe::WritePackets(IoSource& source) {
  size_t moved = 0;
  while (!full() && source.remaining() != 0) {
    uint64_t begin = taken_ + ring_.size();
    Result<size_t> n = ring_.Fill(source, std::min(kBuf, source.remaining()));
    if (!n.ok() || *n == 0) {
      if (moved == 0 && !n.ok()) return n.error();
      break;
    }
    packets_.push_back({begin, begin + *n});
    moved += *n;
  }
  return moved;
}

Result<void> Pipe::SetLimit(size_t limit) {
  if (limit < ring_.size() || packets_.size() > limit / kBuf) return Errno(EBUSY);
  bool was_full = full();
  limit_ = limit;
  if (was_full && !full()) queue_.Notify(kWritable);
  return {};
}

}  // namespace sentry
