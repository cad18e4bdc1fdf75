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
  uint64_t reserved[5];
};

// A call that the thread writes here instead of making it in the host, while the Sentry looks.
struct SlotCall {
  uint32_t watch;  // SHIM_CALL_WATCHED, or not: by the Sentry.
  uint32_t state;  // SHIM_CALL_
  uint32_t number;
  uint32_t flags;  // As own.S packs them.
  uint64_t args[6];
  uint64_t ip;  // Behind the site.
  int64_t result;
  uint32_t owned;  // SHIM_CALL_IS_OWNED, or not: by the Sentry.  Only the slot's thread comes here.
  uint32_t kind;   // SHIM_CALL_FIRST and SHIM_CALL_SECOND.
  uint32_t in;     // Bytes of strings, with their ends, in CallWindow; 0: none, or too many.
  uint32_t out;    // Bytes of the answer there, to be stored at out_address.
  uint64_t out_address;
  uint32_t prepared;  // Where in the slot the next SlotAnswerAhead is; 0: there is none.
  uint32_t reserved[5];
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
  uint16_t number;  // Of the call.
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
  uint32_t boot;
  uint32_t handler;
  uint32_t restorer;
  uint32_t doorbell_site;
  uint32_t op_site;
  uint32_t clone_site;
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
  uint32_t call_site;                    // An entry: `syscall; int3`.
  uint32_t own_begin;  // Code that changes what is the thread's own; no syscall instruction either.
  uint32_t own_end;
  uint32_t own[2];      // Entries: rt_sigprocmask, set_robust_list.
  uint32_t own_states;  // ShimState of that code, by offset.
  uint32_t own_state_count;
  uint32_t call_first;     // Code of calls through the slot.
  uint32_t call_begin;     // Entered here.
  uint32_t call_swapped;   // From these on: the bytes of r11 are reversed,
  uint32_t call_packed;    // and the number is in its low two,
  uint32_t call_loaded;    // and in eax,
  uint32_t call_unpacked;  // and there only;
  uint32_t call_numbered;  // number,
  uint32_t call_flagged;   // flags,
  uint32_t call_stored;    // ip
  uint32_t call_kept;      // and rdi and rsi are in the slot;
  uint32_t call_made;      // it may be made already.
  uint32_t call_offered;   // An answer ahead is taken, if the flags say so;
  uint32_t call_took;      // it is,
  uint32_t call_another;   // up to here.
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
static_assert(offsetof(SlotHeader, call) == SHIM_H_CALL);
static_assert(offsetof(SlotCall, state) == SHIM_CALL_STATE);
static_assert(offsetof(SlotCall, number) == SHIM_CALL_NUMBER);
static_assert(offsetof(SlotCall, flags) == SHIM_CALL_FLAGS);
static_assert(offsetof(SlotCall, args) == SHIM_CALL_ARGS);
static_assert(offsetof(SlotCall, ip) == SHIM_CALL_IP);
static_assert(offsetof(SlotCall, result) == SHIM_CALL_RESULT);
static_assert(offsetof(SlotCall, owned) == SHIM_CALL_OWNED);
static_assert(offsetof(SlotCall, kind) == SHIM_CALL_KIND);
static_assert(offsetof(SlotCall, in) == SHIM_CALL_IN);
static_assert(offsetof(SlotCall, out) == SHIM_CALL_OUT);
static_assert(offsetof(SlotCall, out_address) == SHIM_CALL_OUT_ADDRESS);
static_assert(offsetof(SlotCall, prepared) == SHIM_CALL_PREPARED);
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
static_assert(sizeof(SlotOp) == SHIM_OP_SIZE);
static_assert(sizeof(SlotHeader) == SHIM_HEADER_SIZE);
static_assert(offsetof(ShimHeader, slots_base) == SHIM_C_SLOTS_BASE);
static_assert(offsetof(ShimHeader, slots_size) == SHIM_C_SLOTS_SIZE);
static_assert(sizeof(BootParameters) <= 4096);

}  // namespace abi::stub
