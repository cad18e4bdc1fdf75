// Host processes that play guest processes, and the address spaces that they have.  Guarded by the
// backend's lock.
#pragma once

#include <sys/types.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "platform/base/intrusive_list.h"
#include "platform/base/ref.h"
#include "platform/notify/stub_region.h"

namespace platform::notify {

class StubThread;

// Text of one mapping in which call sites were rewritten, and the rest of its last page, behind the
// end of the segment, where the trampolines are.
struct RewrittenText {
  uint64_t start = 0, end = 0;  // The mapping.
  uint64_t inode = 0;
  uint64_t trampolines = 0;  // The first one; nothing fits when it equals `end`.
  uint64_t next = 0;         // Free from here on.
};

// Owns the slots that are, or were, open in one host address space.  They go back to the region
// when the last process that has it was reaped: until then a dying thread may still write to them.
class StubMemory : public base::RefCounted {
 public:
  explicit StubMemory(StubRegion& region) : region_(region) {}
  ~StubMemory() override {
    for (const uint32_t slot : slots_) region_.Release(slot);
  }

  struct Slot {
    uint32_t number = 0;
    bool open = false;  // In this address space, by an earlier thread.
  };

  // `wanted` if that is free and open.
  Result<Slot> TakeSlot(uint32_t wanted) {
    const auto found = std::ranges::find_if(
        free_, [wanted](const Slot& slot) { return slot.open && slot.number == wanted; });
    if (found != free_.end()) std::swap(*found, free_.back());
    if (!free_.empty()) {
      const Slot slot = free_.back();
      free_.pop_back();
      return slot;
    }
    const uint32_t slot = TRY(region_.Acquire());
    slots_.push_back(slot);
    return Slot{.number = slot, .open = false};
  }
  // For threads of the same address space; what is in it was theirs already.
  void ReturnSlot(const Slot& slot) { free_.push_back(slot); }

  std::vector<RewrittenText> rewritten;  // Copied with the memory.
  // Behind the rewritten sites whose calls may go through the slot.  Copied with the memory.
  std::vector<uint64_t> call_sites;

  // Threads that may change what is their own (SlotOwn), by the base of their TLS.  The guest's
  // copy is at the bottom of `slot`, which the trampolines point to.
  struct Table {
    uint32_t slot = 0;
    std::array<uint64_t, SHIM_TABLE_COUNT> fs_base{};
  };
  std::unique_ptr<Table> table;
  bool ambiguous = false;  // The TLS does not tell threads apart, or did not always.

 private:
  StubRegion& region_;
  std::vector<uint32_t> slots_;
  std::vector<Slot> free_;
};

// How often calls came from a site that could be rewritten.
struct SiteCount {
  uint64_t ip = 0;
  uint32_t count = 0;
  uint32_t hot = 0;     // From so many on it is.
  uint32_t number = 0;  // Of the call.
};

struct StubProcess : base::RefCounted {
  static constexpr size_t kSites = 32;  // In turn; others are forgotten.

  // 0: the host made no process yet, or it has not reported.  Asked for without the lock, too.
  std::atomic<pid_t> pid = 0;
  bool held = false;  // Stopped by Backend::Hold().
  base::Ref<StubMemory> memory;
  base::IntrusiveList<StubThread> threads;
  StubThread* cloner = nullptr;  // Who made the last of them.
  int highest_fd = -1;           // Ever installed; descriptors for injected calls go above.
  int temporary_fd = -1;         // In use by Inject().
  bool killed = false;  // SIGKILL was sent, or will be on arrival: nothing is reported any more.
  SiteCount sites[kSites];
  unsigned next_site = 0;      // To be forgotten.
  bool sites_waiting = false;  // Some are hot, but other threads of the memory did not stand still.
  int64_t look_again = 0;      // CLOCK_MONOTONIC, nanoseconds: whether they do, not before this,
  int64_t wait = 0;            // and so long not, the next time.
  bool lends = false;          // Threads would change what is their own, if they could.
  bool looked_for_tls = false;
  bool code_is_seen = false;  // By a debugger: no more sites are rewritten for calls in the slot.
  bool internal = false;      // Zygote or pool: the kernel does not know it.
};

}  // namespace platform::notify
