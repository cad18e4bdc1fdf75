// Files registered with an io_uring: slots that its entries name instead of descriptors.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "abi/linux/io_uring.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

class UringFiles {
 public:
  // What left a slot; who takes it out posts its tag, unless that is 0.
  struct Slot {
    Ref<FileDescription> file;
    uint64_t tag = 0;
  };

  bool registered() const { return !slots_.empty(); }
  uint32_t size() const { return static_cast<uint32_t>(slots_.size()); }
  void Register(std::vector<Slot> slots);
  std::vector<Slot> TakeAll();
  // Null: an empty slot, or none.
  Ref<FileDescription> Get(uint32_t slot) const;
  Result<Slot> Replace(uint32_t slot, Slot with);

  // Where an operation puts the file that it has made: `wanted` is the slot's number and one, or
  // kUringFileIndexAlloc.  ENXIO: no files are registered; EINVAL: no such slot; ENFILE: all are
  // taken.
  Result<uint32_t> FindSlot(uint32_t wanted);
  // Which slots are given to who wants any; EINVAL, EOVERFLOW: not inside.
  Result<void> SetAllocRange(uint32_t first, uint32_t count);

 private:
  std::vector<Slot> slots_;
  uint32_t alloc_first_ = 0, alloc_end_ = 0;
  uint32_t hint_ = 0;  // Where to look first: at the last change.
};

}  // namespace sentry
