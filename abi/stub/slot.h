// What the Sentry and the shim share: the slot of each stub thread, the header of the shim's code,
// and the parameters of the first stub's boot.  A slot is written by a hostile guest at any time:
// the Sentry copies what it reads once and checks the copy.
#pragma once

#include <cstddef>
#include <cstdint>

#include "abi/stub/shim_numbers.h"

namespace abi::stub {

// A host call for the shim to make, and what it returned.
struct SlotOp {
  int64_t number;
  uint64_t args[6];
  int64_t result;
};

// What the thread may tell itself, in the order of ShimHeader::answer.
struct SlotAnswers {
  static constexpr int kCount = 8;
  uint32_t valid;  // SHIM_ANSWERS_VALID, or not.
  uint32_t value[kCount];
  uint32_t reserved[3];
};

// What the thread may change without a word, while nobody wants to see its calls.
struct SlotOwn {
  uint32_t valid;  // SHIM_OWN_VALID, or not.
  uint32_t asks;   // Nonzero: a signal is pending, so a new mask may have consequences.
  uint64_t blocked;
  uint64_t robust_list;
  // The alternate signal stack, which the thread does not change.
  uint64_t stack;
  uint32_t stack_flags;
  uint32_t reserved;
  uint64_t stack_size;
  // What it registered (rseq(2)); a size of 0: nothing.
  uint64_t rseq;
  uint32_t rseq_size;
  uint32_t rseq_signature;
};

// How a thread returns from a handler by itself: from `registers` on, this is the stack from which
// it loads them, the last five by `iretq`.
struct SlotReturn {
  uint64_t registers[15];  // r8 to r15, rdi, rsi, rbp, rbx, rdx, rax, rcx: as in a signal frame.
  uint64_t rip, cs, eflags, rsp, ss;
  uint64_t frame;    // Its stack pointer before.
  uint64_t behind;   // Behind the call's site.
  uint64_t blocked;  // Its mask before.
  uint64_t reserved;
};

// A call that the thread writes here instead of making it in the host, while the Sentry looks.
struct SlotCall {
  uint32_t watch;  // SHIM_CALL_WATCHED, or not: by the Sentry.
  uint32_t state;  // SHIM_CALL_
  uint32_t number;
  uint32_t unused;
  uint64_t args[6];
  uint64_t ip;  // Behind the site, with the flags, as own.S packs both.
  int64_t result;
  uint32_t
      owned;  // SHIM_CALL_IS_OWNED, or not: by the Sentry.  Only the slot's thread looks like it.
  uint32_t kind;  // SHIM_CALL_FIRST and so on.
  uint32_t in;    // Bytes of strings, with their ends, in CallWindow; 0: none, or too many.
  uint32_t out;   // Bytes of the answer there, to be stored at out_address.
  uint64_t out_address;
  uint32_t prepared;  // Where in the slot the next SlotAnswerAhead is; 0: there is none.
  uint32_t space;     // For bytes, in the place of those answers: by the Sentry.
  uint32_t data;      // As many there are the call's.
  uint32_t room;      // So many there the thread will store where the call names room for them.
  int32_t out_from;   // Where the answer's are, from the header on.
  uint32_t reserved;
};

// The thread is expected to make another, by which it makes the host's call at once and shows its
// registers with it.
struct SlotQuickClone {
  uint64_t child;      // As SlotHeader::clone_child, of a slot that is free and open; 0: none.
  uint64_t clear_tid;  // What the other is expected to have cleared at its end.
  uint64_t reserved[6];
};

// An answer to a call that the thread is expected to make.  Its string follows.
struct SlotAnswerAhead {
  uint32_t number;
  uint32_t next;       // As SlotCall::prepared.
  uint32_t in;         // Bytes of the string, with its end.
  uint32_t out;        // Bytes to be stored;
  uint32_t out_at;     // they are so far behind the start of this,
  uint32_t stores;     // and go where this argument says: 1, 2 or 4, from 0 on.
  uint64_t values[4];  // Of the first arguments,
  uint64_t masks[4];   // in these bits.
  uint64_t least;      // The third argument is not smaller.
  int64_t result;
};

// What a call that goes through the slot brings along and takes away: in the place of the
// operations, since none are made meanwhile.
struct CallWindow {
  char strings[SHIM_CALL_STRINGS];
  std::byte out[SHIM_MAX_OPS * SHIM_OP_SIZE - SHIM_CALL_STRINGS];
};

// Which thread has which slot.
struct SlotTableEntry {
  uint64_t fs_base;  // 0: nobody.
  uint64_t header;
};

// From this offset in the shim on.
struct ShimState {
  uint32_t offset;
  uint16_t state;   // SHIM_STATE_
  uint16_t number;  // Of the call, or where it is: SHIM_NUMBER_.
};

// Sits at the top of the slot.
struct SlotHeader {
  uint64_t frame;  // Where rt_sigreturn finds the signal frame: its address + 8.
  uint64_t fs_base;
  uint64_t gs_base;
  uint32_t op_count;
  uint32_t clone_resume;  // Nonzero: a parent whose clone worked goes on without ringing.
  uint64_t clone_flags;
  uint64_t clone_ctid;
  uint64_t clone_child;  // The child's slot and SHIM_CHILD_ bits.
  uint32_t boot_stage;   // First stub only: futex word, 1 when the filter is about to be installed.
  int32_t listener;      // First stub only: the descriptor, -1 before, -errno - 1 after a failure.
  uint64_t set_bases;    // SHIM_SET_ bits.
  uint32_t clone_tid;    // Where the host writes the child's id (CLONE_PARENT_SETTID).
  uint32_t rest;         // Futex word of SHIM_DO_REST; 0: sleep on.
  SlotAnswers answers;
  SlotOwn own;
  SlotCall call;
  SlotQuickClone quick;
  union {
    SlotOp ops[SHIM_MAX_OPS];
    CallWindow window;
  };
};

// Sits at the start of the shim's code.  The offsets count from there, each to behind a syscall
// instruction (where the host says that a call came from) or to an entry.
struct ShimHeader {
  uint64_t features;
  uint64_t slots_base;
  uint64_t slots_size;
  uint64_t xfeatures;        // What a signal frame holds of the FPU's extended state,
  uint64_t frame_xfeatures;  // and what it says that it does;
  uint32_t xstate_size;      // 0: there is no such state.
  uint32_t reserved;
  uint32_t boot;
  uint32_t handler;
  uint32_t restorer;
  uint32_t doorbell_site;
  uint32_t op_site;
  uint32_t clone_site;
  uint32_t quick_site;  // Likewise, without a doorbell before it.
  uint32_t hello_site;
  uint32_t exit_site;
  uint32_t shut_site;       // mprotect of all slots: allowed by the filter.
  uint32_t death_site;      // prctl(PR_SET_PDEATHSIG): allowed by the filter.
  uint32_t sigreturn_site;  // rt_sigreturn: allowed by the filter.
  uint32_t code_end;
  uint32_t
      answers_begin;  // Code that answers calls of rewritten sites: no syscall instruction in it.
  uint32_t answers_end;
  uint32_t answer[SlotAnswers::kCount];  // Entries, one per value.
  uint32_t answer_any;                   // For sites with any number; changes flags.
  uint32_t call_numbers;                 // A bit for each number that it sends through the slot.
  uint32_t call_site;                    // An entry: `syscall; int3`.
  uint32_t
      own_begin;  // Code that changes what is the thread's own; no call of the host's but rseq.
  uint32_t own_end;
  uint32_t own[4];      // Entries: rt_sigprocmask, set_robust_list, rt_sigreturn, rseq.
  uint32_t own_states;  // ShimState of that code and of the next but one, by offset.
  uint32_t own_state_count;
  uint32_t return_first;     // The code of the last of them.  From these on
  uint32_t return_switched;  // the stack is the SlotReturn, where the rest is kept,
  uint32_t return_undo;      // and rbp is the stack, r9 the mask.
  uint32_t return_end;
  uint32_t call_first;    // Code of calls through the slot.
  uint32_t call_begin;    // Entered here.
  uint32_t call_stored;   // From these on: number and ip
  uint32_t call_kept;     // and rdi and rsi are in the slot;
  uint32_t call_made;     // it may be made already.
  uint32_t call_offered;  // An answer ahead is taken, if the flags say so;
  uint32_t call_took;     // it is,
  uint32_t call_another;  // up to here.
  uint32_t call_end;
};

struct AddressRange {
  uint64_t start;
  uint64_t size;
};

// At the bottom of the first slot until the boot is over.
struct BootParameters {
  static constexpr int kMaxUnmap = 4;
  static constexpr int kMaxSignals = 8;
  static constexpr int kMaxFilter = 224;

  int32_t parent_pid;
  int32_t signal_count;
  int32_t signals[kMaxSignals];
  uint64_t rseq_area;
  uint32_t rseq_size;
  uint32_t rseq_signature;
  AddressRange unmap[kMaxUnmap];
  uint32_t filter_flags;
  uint16_t filter_length;
  uint16_t reserved;
  uint64_t filter[kMaxFilter];  // sock_filter
};

static_assert(offsetof(SlotHeader, fs_base) == SHIM_H_FS_BASE);
static_assert(offsetof(SlotHeader, gs_base) == SHIM_H_GS_BASE);
static_assert(offsetof(SlotHeader, op_count) == SHIM_H_OP_COUNT);
static_assert(offsetof(SlotHeader, clone_resume) == SHIM_H_CLONE_RESUME);
static_assert(offsetof(SlotHeader, clone_flags) == SHIM_H_CLONE_FLAGS);
static_assert(offsetof(SlotHeader, clone_ctid) == SHIM_H_CLONE_CTID);
static_assert(offsetof(SlotHeader, clone_child) == SHIM_H_CLONE_CHILD);
static_assert(offsetof(SlotHeader, boot_stage) == SHIM_H_BOOT_STAGE);
static_assert(offsetof(SlotHeader, listener) == SHIM_H_LISTENER);
static_assert(offsetof(SlotHeader, set_bases) == SHIM_H_SET_BASES);
static_assert(offsetof(SlotHeader, clone_tid) == SHIM_H_CLONE_TID);
static_assert(offsetof(SlotHeader, rest) == SHIM_H_REST);
static_assert(offsetof(SlotHeader, answers) == SHIM_H_ANSWERS);
static_assert(offsetof(SlotHeader, own) == SHIM_H_OWN);
static_assert(offsetof(SlotOwn, asks) == SHIM_OWN_ASKS);
static_assert(offsetof(SlotOwn, blocked) == SHIM_OWN_BLOCKED);
static_assert(offsetof(SlotOwn, robust_list) == SHIM_OWN_ROBUST_LIST);
static_assert(offsetof(SlotOwn, stack) == SHIM_OWN_STACK);
static_assert(offsetof(SlotOwn, stack_flags) == SHIM_OWN_STACK_FLAGS);
static_assert(offsetof(SlotOwn, stack_size) == SHIM_OWN_STACK_SIZE);
static_assert(offsetof(SlotOwn, rseq) == SHIM_OWN_RSEQ);
static_assert(offsetof(SlotOwn, rseq_size) == SHIM_OWN_RSEQ_SIZE);
static_assert(offsetof(SlotOwn, rseq_signature) == SHIM_OWN_RSEQ_SIGNATURE);
static_assert(sizeof(SlotReturn) == SHIM_RETURN_SIZE);
static_assert(offsetof(SlotReturn, rip) == SHIM_R_RIP);
static_assert(offsetof(SlotReturn, ss) == SHIM_R_SS);
static_assert(offsetof(SlotReturn, frame) == SHIM_R_FRAME);
static_assert(offsetof(SlotReturn, behind) == SHIM_R_BEHIND);
static_assert(offsetof(SlotReturn, blocked) == SHIM_R_BLOCKED);
static_assert(offsetof(SlotHeader, call) == SHIM_H_CALL);
static_assert(offsetof(SlotCall, state) == SHIM_CALL_STATE);
static_assert(offsetof(SlotCall, number) == SHIM_CALL_NUMBER);
static_assert(offsetof(SlotCall, args) == SHIM_CALL_ARGS);
static_assert(offsetof(SlotCall, ip) == SHIM_CALL_IP);
static_assert(offsetof(SlotCall, result) == SHIM_CALL_RESULT);
static_assert(offsetof(SlotCall, owned) == SHIM_CALL_OWNED);
static_assert(offsetof(SlotCall, kind) == SHIM_CALL_KIND);
static_assert(offsetof(SlotCall, in) == SHIM_CALL_IN);
static_assert(offsetof(SlotCall, out) == SHIM_CALL_OUT);
static_assert(offsetof(SlotCall, out_address) == SHIM_CALL_OUT_ADDRESS);
static_assert(offsetof(SlotCall, prepared) == SHIM_CALL_PREPARED);
static_assert(offsetof(SlotCall, space) == SHIM_CALL_SPACE);
static_assert(offsetof(SlotCall, data) == SHIM_CALL_DATA);
static_assert(offsetof(SlotCall, room) == SHIM_CALL_ROOM);
static_assert(offsetof(SlotCall, out_from) == SHIM_CALL_OUT_FROM);
static_assert(offsetof(SlotAnswerAhead, next) == SHIM_AHEAD_NEXT);
static_assert(offsetof(SlotAnswerAhead, stores) == SHIM_AHEAD_STORES);
static_assert(offsetof(SlotAnswerAhead, values) == SHIM_AHEAD_VALUES);
static_assert(offsetof(SlotAnswerAhead, masks) == SHIM_AHEAD_MASKS);
static_assert(offsetof(SlotAnswerAhead, least) == SHIM_AHEAD_LEAST);
static_assert(offsetof(SlotAnswerAhead, result) == SHIM_AHEAD_RESULT);
static_assert(offsetof(SlotAnswerAhead, in) == SHIM_AHEAD_IN);
static_assert(offsetof(SlotAnswerAhead, out) == SHIM_AHEAD_OUT);
static_assert(offsetof(SlotAnswerAhead, out_at) == SHIM_AHEAD_OUT_AT);
static_assert(sizeof(SlotAnswerAhead) == SHIM_AHEAD_STRING);
static_assert(sizeof(CallWindow) == sizeof(SlotHeader::ops));
static_assert(offsetof(SlotHeader, window) == SHIM_H_OPS);
static_assert(sizeof(SlotTableEntry) == 16);
static_assert(offsetof(SlotHeader, ops) == SHIM_H_OPS);
static_assert(offsetof(SlotHeader, quick) == SHIM_H_QUICK);
static_assert(offsetof(SlotQuickClone, clear_tid) == SHIM_QUICK_CLEAR_TID);
static_assert(sizeof(SlotOp) == SHIM_OP_SIZE);
static_assert(sizeof(SlotHeader) == SHIM_HEADER_SIZE);
static_assert(offsetof(ShimHeader, slots_base) == SHIM_C_SLOTS_BASE);
static_assert(offsetof(ShimHeader, slots_size) == SHIM_C_SLOTS_SIZE);
static_assert(offsetof(ShimHeader, xfeatures) == SHIM_C_XFEATURES);
static_assert(offsetof(ShimHeader, frame_xfeatures) == SHIM_C_FRAME_XFEATURES);
static_assert(offsetof(ShimHeader, xstate_size) == SHIM_C_XSTATE_SIZE);
static_assert(sizeof(BootParameters) <= 4096);

}  // namespace abi::stub
