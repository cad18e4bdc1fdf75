#include "sentry/kernel/byte_ring.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace sentry {
namespace {

constexpr size_t kSmallest = 4096;
constexpr size_t kKeepWhenEmpty = 8192;  // More than that is given back.

}  // namespace

ByteRing::Pieces ByteRing::At(size_t offset, size_t length) const {
  if (length == 0) return {};
  size_t begin = (start_ + offset) & (capacity_ - 1);
  size_t n = std::min(length, capacity_ - begin);
  return {{bytes_.get() + begin, n}, {bytes_.get(), length - n}};
}

Result<void> ByteRing::Reserve(size_t total) {
  if (total <= capacity_) return {};
  size_t wanted = std::bit_ceil(std::max(total, kSmallest));
  TRY(budget_.Charge(wanted - capacity_));
  std::unique_ptr<std::byte[]> bytes(new std::byte[wanted]);
  Pieces old = At(0, size_);
  if (!old.first.empty()) std::memcpy(bytes.get(), old.first.data(), old.first.size());
  if (!old.second.empty()) {
    std::memcpy(bytes.get() + old.first.size(), old.second.data(), old.second.size());
  }
  bytes_ = std::move(bytes);
  capacity_ = wanted;
  start_ = 0;
  return {};
}

void ByteRing::Free() {
  budget_.Uncharge(capacity_);
  bytes_.reset();
  capacity_ = start_ = size_ = 0;
}

Result<size_t> ByteRing::Fill(IoSource& source, size_t max) {
  size_t want = std::min(max, source.remaining());
  if (want == 0) return size_t{0};
  TRY(Reserve(size_ + want));
  Pieces room = At(size_, want);
  size_t got = TRY(source.Get(room.first));
  if (got == room.first.size() && !room.second.empty()) {
    Result<size_t> more = source.Get(room.second);  // A fault here leaves what came before.
    if (more.ok()) got += *more;
  }
  size_ += got;
  return got;
}

Result<size_t> ByteRing::Peek(IoSink& sink, size_t offset, size_t max) const {
  if (offset >= size_) return size_t{0};
  Pieces data = At(offset, std::min({max, size_ - offset, sink.remaining()}));
  if (data.first.empty()) return size_t{0};
  size_t put = TRY(sink.Put(data.first));
  if (put == data.first.size() && !data.second.empty()) {
    Result<size_t> more = sink.Put(data.second);
    if (more.ok()) put += *more;
  }
  return put;
}

Result<size_t> ByteRing::Drain(IoSink& sink, size_t max) {
  size_t moved = TRY(Peek(sink, 0, max));
  Discard(moved);
  return moved;
}

void ByteRing::Discard(size_t n) {
  n = std::min(n, size_);
  size_ -= n;
  if (size_ != 0) {
    start_ = (start_ + n) & (capacity_ - 1);
    return;
  }
  start_ = 0;
  if (capacity_ > kKeepWhenEmpty) Free();
}

void ByteRing::Clear() {
  Free();
}

}  // namespace sentry
