// Rewrites call sites of guests whose answers are in the slot (platform/patch/site.h), in the
// memory of one process, once they were seen to be hot.
//
// Trampolines lie behind the end of the text segment, in the rest of its last page, which the host
// maps but nobody may have a use for: no address space is taken, and the page is the process's own
// copy from then on.  Only done while all threads that have the memory stand still, one of them in
// its call: nothing else can be executing what is written.  What is read of the guest's memory is a
// hint; whatever a guest forges there, it changes its own code only.
//
// Guarded by the backend's lock.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "abi/linux/signal.h"
#include "platform/notify/stub_process.h"
#include "platform/notify/stub_region.h"
#include "platform/patch/site.h"

namespace platform::notify {

class StubThread;

class Rewriter {
 public:
  // `proc_fd`: -1: does nothing.
  Rewriter(int proc_fd, const StubRegion& region);

  bool active() const { return proc_fd_ >= 0; }
  // Which answer of the slot the call gives; nullopt: none.
  static std::optional<unsigned> AnswerIndex(int64_t number);
  // Likewise of calls that change what is the thread's own.
  static std::optional<unsigned> OwnIndex(int64_t number);
  // Whether the call may go through the slot: nothing about it concerns the thread's registers, its
  // memory's mappings or its descriptors in the host.
  static bool GoesThroughSlot(int64_t number);
  // A call of a thread that has answers, or may change what is its own, or whose site is to be
  // rewritten for the slot after `hot_in_slot` calls (0: never), reached the Sentry all the same.
  // Whether its site is one of the latter.
  bool Note(StubThread& t, unsigned hot_in_slot);
  // Likewise, of a captured thread that returns from a handler.
  void NoteReturn(StubThread& t) {
    if (active()) Count(t, 0);
  }
  // No other thread has the memory.
  static bool IsAlone(const StubThread& t);
  // Sites that were hot while other threads of the memory ran; `t` stands still.
  void RewriteWaiting(StubThread& t);

  // --- own_table.cc: who may change what is its own ---
  // The thread can be found by its TLS from now on; false: it cannot.
  bool EnterTable(StubThread& t);
  void LeaveTable(StubThread& t);
  // Its calls may come through its slot, if it has rewritten sites and nobody else looks like it.
  void LetUseSlot(StubThread& t);
  // The TLS does not tell the threads apart: none may any more.
  void GiveUpTable(StubThread& t);
  // A signal found the thread in a trampoline or in the code that answers: makes its registers look
  // as before the call.  True: it was a fault of our own, so the thread just has to go on.
  bool LeaveRewritten(StubThread& t, const abi::SigInfo& info);
  // slot_call.cc: likewise in the code of calls through the slot.
  bool LeaveCall(StubThread& t, const abi::SigInfo& info);
  static int64_t StoreAnswer(StubThread& t, const abi::stub::SlotCall& call);

 private:
  void Count(StubThread& t, unsigned hot_in_slot);
  // still.cc
  static bool AwaitsUs(const StubThread& t);
  bool OthersSleep(const StubThread& t) const;
  bool OthersStandStill(StubThread& t);
  bool Rewrite(StubThread& t, uint64_t behind, uint32_t number);
  bool LeadTo(StubThread& t, uint64_t behind, uint64_t site, uint64_t trampoline, patch::Kind kind);
  std::optional<uint64_t> Target(uint32_t number, patch::Kind kind) const;
  static bool IsFault(const abi::SigInfo& info);
  // Whether it was a fault.  One on a slot that is shut does not come again.
  bool MendFault(StubThread& t, const abi::SigInfo& info);
  bool LeaveAnswer(StubThread& t, int signal);
  // own_table.cc
  bool MakeTable(StubThread& t);
  abi::stub::SlotTableEntry& EntryAt(const StubMemory& memory, size_t index) const;
  const abi::stub::ShimState& StateAt(uint64_t ip) const;
  uint64_t LeaveEntry(StubThread& t) const;  // slot_call.cc
  bool LeaveOwn(StubThread& t, const abi::SigInfo& info);
  bool LeaveReturn(StubThread& t, const abi::SigInfo& info);
  RewrittenText* TextAt(StubThread& t, uint64_t site);
  void PointTo(StubThread& t);
  uint64_t Address(uint32_t slot) const;  // Of its header.
  bool Write(const StubThread& t, uint64_t address, std::span<const std::byte> bytes) const;
  std::optional<uint64_t> SiteOfTrampoline(StubThread& t, uint64_t address) const;

  const int proc_fd_;
  const StubRegion& region_;
};

}  // namespace platform::notify
