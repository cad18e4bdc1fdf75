#include "sentry/syscalls/uring_files.h"

#include <algorithm>

namespace sentry {

void UringFiles::Register(std::vector<Slot> slots) {
  slots_ = std::move(slots);
  alloc_first_ = hint_ = 0;
  alloc_end_ = size();
}

std::vector<UringFiles::Slot> UringFiles::TakeAll() {
  return std::exchange(slots_, {});
}

Ref<FileDescription> UringFiles::Get(uint32_t slot) const {
  return slot < slots_.size() ? slots_[slot].file : Ref<FileDescription>();
}

Result<UringFiles::Slot> UringFiles::Replace(uint32_t slot, Slot with) {
  if (slot >= slots_.size()) return Errno(EINVAL);
  hint_ = with.file ? slot + 1 : slot;
  return std::exchange(slots_[slot], std::move(with));
}

Result<uint32_t> UringFiles::FindSlot(uint32_t wanted) {
  if (!registered()) return Errno(wanted == abi::kUringFileIndexAlloc ? ENFILE : ENXIO);
  if (wanted != abi::kUringFileIndexAlloc) {
    if (wanted > slots_.size()) return Errno(EINVAL);
    return wanted - 1;
  }
  const uint32_t first = std::clamp(hint_, alloc_first_, alloc_end_);
  for (auto [from, to] : {std::pair(first, alloc_end_), std::pair(alloc_first_, first)}) {
    for (uint32_t at = from; at < to; ++at) {
      if (!slots_[at].file) return at;
    }
  }
  return Errno(ENFILE);
}

Result<void> UringFiles::SetAllocRange(uint32_t first, uint32_t count) {
  uint32_t end;
  if (__builtin_add_overflow(first, count, &end)) return Errno(EOVERFLOW);
  if (end > slots_.size()) return Errno(EINVAL);
  alloc_first_ = hint_ = first;
  alloc_end_ = end;
  return {};
}

}  // namespace sentry
