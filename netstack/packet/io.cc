// Sources and sinks: the general forms.
#include "netstack/packet/io.h"

#include <algorithm>

namespace netstack {

Result<size_t> ByteSource::GetV(std::span<const std::span<std::byte>> to) {
  size_t total = 0;
  for (std::span<std::byte> piece : to) {
    Result<size_t> got = Get(piece);
    if (!got.ok()) return total != 0 ? Result<size_t>(total) : got;
    total += *got;
    if (*got < piece.size()) break;
  }
  return total;
}

Result<size_t> ByteSink::PutV(std::span<const std::span<const std::byte>> bytes) {
  size_t total = 0;
  for (std::span<const std::byte> piece : bytes) {
    Result<size_t> put = Put(piece);
    if (!put.ok()) return total != 0 ? Result<size_t>(total) : put;
    total += *put;
    if (*put < piece.size()) break;
  }
  return total;
}

Result<size_t> SpanSource::Get(std::span<std::byte> to) {
  const size_t n = std::min(to.size(), from_.size());
  if (n != 0) std::memcpy(to.data(), from_.data(), n);
  from_ = from_.subspan(n);
  return n;
}

Result<size_t> SpanSink::Put(std::span<const std::byte> bytes) {
  const size_t n = std::min(to_.size(), bytes.size());
  if (n != 0) std::memcpy(to_.data(), bytes.data(), n);
  to_ = to_.subspan(n);
  return n;
}

}  // namespace netstack
