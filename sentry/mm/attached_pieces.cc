#include "sentry/mm/attached_pieces.h"

#include <utility>

namespace sentry {
namespace {

constexpr uint64_t RoundUp(uint64_t length) {
  return (length + 4095) & ~uint64_t{4095};
}

uint64_t EndOf(uint64_t address, uint64_t length) {
  uint64_t end;
  return __builtin_add_overflow(address, RoundUp(length), &end) ? ~uint64_t{0} : end;
}

}  // namespace

void AttachedPieces::SplitAt(uint64_t address, int32_t pid) {
  auto above = pieces_.lower_bound(address);
  if (above == pieces_.begin()) return;
  auto& [start, piece] = *std::prev(above);
  if (start + piece.length <= address) return;
  const uint64_t kept = address - start;
  Piece rest{piece.length - kept, piece.offset + kept, piece.segment, piece.read_only};
  piece.length = kept;
  rest.segment->Opened(pid);
  pieces_.emplace(address, std::move(rest));
}

void AttachedPieces::Remove(uint64_t address, uint64_t length, int32_t pid) {
  if (pieces_.empty()) return;
  const uint64_t end = EndOf(address, length);
  SplitAt(address, pid);
  SplitAt(end, pid);
  for (auto at = pieces_.lower_bound(address); at != pieces_.end() && at->first < end;) {
    base::Ref<AttachedSegment> segment = std::move(at->second.segment);
    at = pieces_.erase(at);
    segment->Closed(pid);
  }
}

void AttachedPieces::Add(uint64_t address, Piece piece, int32_t pid) {
  Remove(address, piece.length, pid);
  pieces_.insert_or_assign(address, std::move(piece));
}

void AttachedPieces::Move(uint64_t from, uint64_t old_length, uint64_t to, uint64_t new_length,
                          int32_t pid) {
  if (pieces_.empty()) return;
  if (from == to) {
    if (new_length < old_length) {
      Remove(from + RoundUp(new_length), RoundUp(old_length) - RoundUp(new_length), pid);
    }
    return;
  }
  const uint64_t end = EndOf(from, old_length == 0 ? 1 : old_length);
  SplitAt(from, pid);
  SplitAt(end, pid);
  Map moved;
  for (auto at = pieces_.lower_bound(from); at != pieces_.end() && at->first < end;) {
    if (old_length == 0) at->second.segment->Opened(pid);  // mremap(2): a second mapping.
    moved.emplace(to + (at->first - from), at->second);
    at = old_length == 0 ? std::next(at) : pieces_.erase(at);
  }
  Remove(to, new_length, pid);
  for (auto& [address, piece] : moved) pieces_.insert_or_assign(address, std::move(piece));
  if (new_length < old_length) {
    Remove(to + RoundUp(new_length), RoundUp(old_length) - RoundUp(new_length), pid);
  }
}

void AttachedPieces::CopyTo(AttachedPieces& child, int32_t pid) const {
  for (const auto& [address, piece] : pieces_) {
    piece.segment->Opened(pid);
    child.pieces_.emplace(address, piece);
  }
}

void AttachedPieces::Clear(int32_t pid) {
  Map gone = std::move(pieces_);
  pieces_.clear();
  for (auto& [address, piece] : gone) piece.segment->Closed(pid);
}

bool AttachedPieces::ReadOnlyIn(uint64_t address, uint64_t length) const {
  if (pieces_.empty()) return false;
  const uint64_t end = EndOf(address, length);
  auto at = pieces_.upper_bound(address);
  if (at != pieces_.begin()) --at;
  for (; at != pieces_.end() && at->first < end; ++at) {
    if (at->second.read_only && at->first + at->second.length > address) return true;
  }
  return false;
}

}  // namespace sentry
