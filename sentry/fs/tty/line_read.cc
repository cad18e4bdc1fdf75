// What read(2) gets of what was typed (Linux: n_tty_read(), canon_copy_from_read_buf()).
#include <algorithm>

#include "sentry/fs/tty/line_discipline.h"

namespace sentry {

bool LineDiscipline::InputAvailable(bool for_poll) const {
  if (canonical_ && !flags().Local(abi::kExtproc)) return canon_head_ != tail_;
  size_t wanted = 1;
  if (for_poll && flags().Char(abi::kVtime) == 0) {
    wanted = std::max<size_t>(1, flags().Char(abi::kVmin));
  }
  return head_ - tail_ >= wanted;
}

size_t LineDiscipline::Read(std::span<uint8_t> to) {
  const bool lines = canonical_ && !flags().Local(abi::kExtproc);
  const size_t end = lines ? canon_head_ : head_;
  size_t n = 0;
  while (tail_ != end && n < to.size()) {
    const bool last = lines && line_ends_.test(tail_ % kSize);
    const uint8_t c = At(tail_++);
    if (last) line_ends_.reset((tail_ - 1) % kSize);
    // ^D stands as a mark that is not read.
    if (!last || c != kDisabledChar) to[n++] = c;
    if (last) return n;
  }
  // A read that took all of a line takes its ^D too: it is no end of file for the next.
  if (lines && n == to.size() && n != 0 && tail_ != end && line_ends_.test(tail_ % kSize) &&
      At(tail_) == kDisabledChar) {
    line_ends_.reset(tail_++ % kSize);
  }
  return n;
}

size_t LineDiscipline::Pending() const {
  if (!canonical_ || flags().Local(abi::kExtproc)) return head_ - tail_;
  size_t n = canon_head_ - tail_;
  for (size_t at = tail_; at != canon_head_; ++at) {
    if (line_ends_.test(at % kSize) && At(at) == kDisabledChar) --n;
  }
  return n;
}

}  // namespace sentry
