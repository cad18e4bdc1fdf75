// Threads that change what is their own without a word (platform/shim/own.S): the table by which
// the code there finds a thread's slot, and the way out of that code when a signal or a fault finds
// the thread in it.
#include <sys/mman.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "platform/notify/packed_flags.h"
#include "platform/notify/rewriter.h"
#include "platform/notify/stub_thread.h"
#include "platform/patch/site.h"

namespace platform::notify {
namespace {

size_t IndexOf(uint64_t fs_base) {
  return fs_base >> SHIM_TABLE_SHIFT & (SHIM_TABLE_COUNT - 1);
}

}  // namespace

abi::stub::SlotTableEntry& Rewriter::EntryAt(const StubMemory& memory, size_t index) const {
  auto* entries =
      reinterpret_cast<abi::stub::SlotTableEntry*>(region_.SlotAddress(memory.table->slot));
  return entries[index];
}

bool Rewriter::MakeTable(StubThread& t) {
  StubMemory& memory = *t.process_->memory;
  if (memory.table) return true;
  constexpr size_t kSize = SHIM_TABLE_COUNT * sizeof(abi::stub::SlotTableEntry);
  void* const at = reinterpret_cast<void*>(region_.SlotAddress(t.slot_));
  // A fault on a page that the host cannot provide would kill the Sentry; this asks instead.
  if (::madvise(at, kSize, MADV_POPULATE_WRITE) != 0) return false;
  std::memset(at, 0, kSize);
  memory.table = std::make_unique<StubMemory::Table>();
  memory.table->slot = t.slot_;
  return true;
}

bool Rewriter::EnterTable(StubThread& t) {
  StubMemory& memory = *t.process_->memory;
  const uint64_t fs_base = t.registers_.fs_base;
  if (!memory.table || memory.ambiguous || fs_base == 0) return false;
  if (t.table_key_ != 0) return true;
  uint64_t& known = memory.table->fs_base[IndexOf(fs_base)];
  if (known != 0) return false;
  known = t.table_key_ = fs_base;
  abi::stub::SlotTableEntry& entry = EntryAt(memory, IndexOf(fs_base));
  __atomic_store_n(&entry.header, Address(t.slot_), __ATOMIC_RELAXED);
  __atomic_store_n(&entry.fs_base, fs_base, __ATOMIC_RELEASE);
  return true;
}

void Rewriter::LetUseSlot(StubThread& t) {
  const StubMemory& memory = *t.process_->memory;
  if (memory.call_sites.empty() || memory.RefCount() != 1 || !EnterTable(t)) return;
  t.header()->call.owned = SHIM_CALL_IS_OWNED;
}

void Rewriter::LeaveTable(StubThread& t) {
  const uint64_t key = std::exchange(t.table_key_, 0);
  StubMemory& memory = *t.process_->memory;
  if (key == 0 || !memory.table) return;
  memory.table->fs_base[IndexOf(key)] = 0;
  __atomic_store_n(&EntryAt(memory, IndexOf(key)).fs_base, uint64_t{0}, __ATOMIC_RELEASE);
}

void Rewriter::GiveUpTable(StubThread& t) {
  StubMemory& memory = *t.process_->memory;
  memory.ambiguous = true;
  for (StubThread& other : t.process_->threads) {
    __atomic_store_n(&other.header()->own.valid, 0u, __ATOMIC_SEQ_CST);
    other.header()->call.owned = 0;
    LeaveTable(other);
  }
}

// The last one that begins at or before `ip`; the first begins with the code.
const abi::stub::ShimState& Rewriter::StateAt(uint64_t ip) const {
  const abi::stub::ShimHeader& code = region_.code();
  const auto* states = reinterpret_cast<const abi::stub::ShimState*>(region_.Site(code.own_states));
  const auto offset = static_cast<uint32_t>(ip - region_.code_start());
  const std::span all(states, code.own_state_count);
  const auto next = std::ranges::upper_bound(all, offset, {}, &abi::stub::ShimState::offset);
  return *std::prev(next);
}

// Back to the call, or to its end when the change was made: nobody sees anything in between.
bool Rewriter::LeaveOwn(StubThread& t, const abi::SigInfo& info) {
  Registers& regs = t.registers_;
  const abi::stub::ShimState& state = StateAt(regs.rip);
  uint64_t r11 = regs.r11;
  unsigned where = state.state & 3u;
  bool done = (state.state & (SHIM_STATE_DONE | SHIM_STATE_STORE)) != 0;
  if ((state.state & SHIM_STATE_HOST) != 0) {
    abi::stub::SlotHeader* const header = t.header();
    r11 = header->call.ip;
    regs.r8 = header->call.args[4];
    where = SHIM_STATE_PACKED;
    done = done && regs.rax == 0;
    if (!done) header->own.rseq_size = 0;
  }
  if (where == SHIM_STATE_PACKED) UnpackFlags(r11 & 0xffff, &regs);
  const uint64_t behind = where == SHIM_STATE_PLAIN ? r11 : UnpackAddress(r11);
  if (!done) {
    regs.rip = behind - patch::kSyscallSize;
    regs.rax = state.number;
    return MendFault(t, info);
  }
  uint64_t result = 0;
  if ((state.state & SHIM_STATE_STORE) != 0 && regs.rdx != 0) {
    const auto old = std::as_bytes(std::span(&regs.rax, 1));
    const Result<size_t> stored = t.WriteMemory(regs.rdx, old);
    if (!stored.ok() || *stored != old.size()) result = static_cast<uint64_t>(-int64_t{EFAULT});
  }
  regs.rax = result;
  regs.rip = regs.rcx = behind;
  return IsFault(info);
}

// Back to the call: everything that was set by then it sets again.
bool Rewriter::LeaveReturn(StubThread& t, const abi::SigInfo& info) {
  Registers& regs = t.registers_;
  const abi::stub::ShimHeader& code = region_.code();
  abi::stub::SlotHeader* const header = t.header();
  uint64_t behind = regs.r11;
  if (regs.rip >= region_.Site(code.return_undo)) {
    regs.rsp = regs.rbp;
    header->own.blocked = regs.r9;
  } else if (regs.rip >= region_.Site(code.return_switched)) {
    abi::stub::SlotReturn kept;
    std::memcpy(&kept, reinterpret_cast<std::byte*>(header) - sizeof(kept), sizeof(kept));
    regs.rsp = kept.frame;
    behind = kept.behind;
    header->own.blocked = kept.blocked;
  }
  regs.rip = behind - patch::kSyscallSize;
  regs.rax = SYS_rt_sigreturn;
  return MendFault(t, info);
}

}  // namespace platform::notify
