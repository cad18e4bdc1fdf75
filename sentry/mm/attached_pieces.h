// AttachedPieces: where an address space maps segments whose mappings are counted.  The mappings
// are the host's; this follows what the guest asks for, so that shmdt(2) finds a segment's pieces
// and each of them is counted as long as it is there (Linux: one count a vm_area_struct).
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "platform/base/ref.h"
#include "sentry/memmap/attached_segment.h"

namespace sentry {

class AttachedPieces {
 public:
  struct Piece {
    uint64_t length;
    uint64_t offset;  // In the segment.
    base::Ref<AttachedSegment> segment;
    bool read_only;  // May never become writable.
  };
  using Map = std::map<uint64_t, Piece>;  // By address; they do not overlap.

  AttachedPieces() = default;
  ~AttachedPieces() { Clear(0); }
  AttachedPieces(const AttachedPieces&) = delete;
  AttachedPieces& operator=(const AttachedPieces&) = delete;

  bool empty() const { return pieces_.empty(); }
  const Map& pieces() const { return pieces_; }
  // The segment's mapping was counted by the caller; what was at its place is gone.
  void Add(uint64_t address, Piece piece, int32_t pid);
  // The range is not mapped any more, or by something else.
  void Remove(uint64_t address, uint64_t length, int32_t pid);
  void Move(uint64_t from, uint64_t old_length, uint64_t to, uint64_t new_length, int32_t pid);
  void CopyTo(AttachedPieces& child, int32_t pid) const;  // fork(2)
  void Clear(int32_t pid);
  // A piece in the range may not be made writable.
  bool ReadOnlyIn(uint64_t address, uint64_t length) const;

 private:
  // Makes `address` the border of two pieces where it lies inside of one.
  void SplitAt(uint64_t address, int32_t pid);

  Map pieces_;
};

}  // namespace sentry
