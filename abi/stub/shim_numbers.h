// Numbers shared by the shim's assembly and the C++ around it; preprocessor only.  The structures
// that the offsets belong to are in slot.h, which asserts that both agree.
#pragma once

// A slot is shared by the Sentry and one stub thread: the thread's alternate signal stack with the
// header above it, so that header and signal frame touch the same page.
#define SHIM_SLOT_SIZE 32768
#define SHIM_HEADER_SIZE 1920
#define SHIM_HEADER_OFFSET (SHIM_SLOT_SIZE - SHIM_HEADER_SIZE)

#define SHIM_H_FRAME 0
#define SHIM_H_FS_BASE 8
#define SHIM_H_GS_BASE 16
#define SHIM_H_OP_COUNT 24
#define SHIM_H_CLONE_RESUME 28
#define SHIM_H_CLONE_FLAGS 32
#define SHIM_H_CLONE_CTID 40
#define SHIM_H_CLONE_CHILD 48
#define SHIM_H_BOOT_STAGE 56
#define SHIM_H_LISTENER 60
#define SHIM_H_SET_BASES 64
#define SHIM_H_CLONE_TID 72
#define SHIM_H_REST 76
#define SHIM_H_ANSWERS 80
#define SHIM_H_OWN 128
#define SHIM_H_CALL 192
#define SHIM_H_QUICK 320
#define SHIM_H_OPS 384
#define SHIM_OP_SIZE 64
#define SHIM_MAX_OPS 24

// Without FSGSBASE: which bases the host has to set before the thread resumes.
#define SHIM_SET_FS 1
#define SHIM_SET_GS 2

// The answers in the slot are valid while their first word is this.
#define SHIM_ANSWERS_VALID 0x5e4d0a11

// What a thread may change itself (SlotOwn), while its first word is this.
#define SHIM_OWN_VALID 0x5e4d0a12
#define SHIM_OWN_ASKS 4
#define SHIM_OWN_BLOCKED 8
#define SHIM_OWN_ROBUST_LIST 16
#define SHIM_OWN_STACK 24
#define SHIM_OWN_STACK_FLAGS 32
#define SHIM_OWN_STACK_SIZE 40
#define SHIM_OWN_RSEQ 48
#define SHIM_OWN_RSEQ_SIZE 56
#define SHIM_OWN_RSEQ_SIGNATURE 60
// Right below the header: what a thread goes on with that returns from a handler (SlotReturn).
#define SHIM_RETURN_SIZE 192
#define SHIM_R_RIP 120
#define SHIM_R_CS 128
#define SHIM_R_EFLAGS 136
#define SHIM_R_RSP 144
#define SHIM_R_SS 152
#define SHIM_R_FRAME 160
#define SHIM_R_BEHIND 168
#define SHIM_R_BLOCKED 176
// At the bottom of one slot of a memory: the threads that may, by the address in their TLS.
#define SHIM_TABLE_COUNT 128
#define SHIM_TABLE_SHIFT 12
#define SHIM_TABLE_BYTE \
  1  // Of the address: behind it, by a shift less, is what that leaves, times 16.
// Where the code that does so keeps the address behind the call site, and what was done already.
#define SHIM_STATE_PLAIN 0    // r11: the address; the flags are the guest's.
#define SHIM_STATE_SWAPPED 1  // r11: the address with its bytes reversed; likewise.
#define SHIM_STATE_PACKED 2   // As SWAPPED, and the flags in the two bytes that are 0 then.
#define SHIM_STATE_DONE 4     // The call is over; its result is 0.
#define SHIM_STATE_STORE 8    // As DONE, but rax is to be stored at rdx, if that is not 0.
#define SHIM_STATE_HOST 16    // r8 is in SlotCall::args, and what PACKED has in r11 in its `ip`.

// Where the number is (ShimState::number).
#define SHIM_NUMBER_IN_EAX 0xfff0
#define SHIM_NUMBER_IN_ECX 0xfff1
#define SHIM_NUMBER_IN_R11 0xfff2       // In its low two bytes.
#define SHIM_NUMBER_IN_HIGH_RAX 0xfff3  // In the upper half.

// A call through the slot (SlotCall).
#define SHIM_CALL_STATE 4
#define SHIM_CALL_NUMBER 8
#define SHIM_CALL_ARGS 16
#define SHIM_CALL_IP 64
#define SHIM_CALL_RESULT 72
#define SHIM_CALL_OWNED 80
#define SHIM_CALL_KIND 84
#define SHIM_CALL_IN 88
#define SHIM_CALL_OUT 92
#define SHIM_CALL_OUT_ADDRESS 96
#define SHIM_CALL_PREPARED 104
#define SHIM_CALL_SPACE 108
#define SHIM_CALL_DATA 112
#define SHIM_CALL_ROOM 116
#define SHIM_CALL_OUT_FROM 120
#define SHIM_CALL_IS_OWNED 0x5e4d0a14  // SlotCall::owned, or not.
#define SHIM_CALL_WATCHED 0x5e4d0a13   // SlotCall::watch, or not.
// SlotCall::state.
#define SHIM_CALL_NONE 0
#define SHIM_CALL_MADE 1      // By the thread.
#define SHIM_CALL_TAKEN 2     // By the Sentry.
#define SHIM_CALL_ANSWERED 3  // By the Sentry: the result is there.
#define SHIM_CALL_COME 4      // By the Sentry: make it in the host.
#define SHIM_CALL_WAITING 5   // By the thread: it makes it in the host, to sleep there.
// Which arguments are strings (SlotCall::kind), up to which call, and how long they may be
// together; and whether the second and third are bytes that the call takes, or room for what it
// gives.
#define SHIM_CALL_FIRST 1
#define SHIM_CALL_SECOND 2
#define SHIM_CALL_BOTH 3
#define SHIM_CALL_TAKES 4
#define SHIM_CALL_GIVES 8
#define SHIM_CALL_NUMBERS 440
#define SHIM_CALL_STRINGS 512
// Answers that wait in the slot for their calls (SlotAnswerAhead), or the bytes of one call.
#define SHIM_AHEAD_OFFSET 4096
#define SHIM_AHEAD_NEXT 4
#define SHIM_AHEAD_IN 8
#define SHIM_AHEAD_OUT 12
#define SHIM_AHEAD_OUT_AT 16
#define SHIM_AHEAD_STORES 20
#define SHIM_AHEAD_VALUES 24
#define SHIM_AHEAD_MASKS 56
#define SHIM_AHEAD_LEAST 88
#define SHIM_AHEAD_RESULT 96
#define SHIM_AHEAD_STRING 104
#define SHIM_CALL_PATIENCE 3000  // Looks at the state, each behind a `pause`.

// The clone child's register r9: its slot's address with these bits.
#define SHIM_CHILD_NEW_MEMORY 1   // A copy of the parent's memory: shut the parent's slots first.
#define SHIM_CHILD_NEW_PROCESS 2  // A thread group of its own: ask to die with the Sentry.
#define SHIM_CHILD_PARK 4         // Ring instead of resuming.
#define SHIM_CHILD_QUIET 8        // Its slot is open already: go on without a word.
#define SHIM_CHILD_BITS 15

// A clone without a doorbell before it (SlotQuickClone): its flags, and the bit by which its answer
// is the doorbell's.
#define SHIM_QUICK_CLEAR_TID 8
#define SHIM_QUICK_FLAGS 0x350f00
#define SHIM_QUICK_ANSWER 40

// The doorbell: a call number that no kernel has.  First argument: a signal number, or one of
// these.
#define SHIM_DOORBELL 0x35e00
#define SHIM_RING_PARKED 256  // Captured with a clean frame: fresh from boot, or a parked clone.
#define SHIM_RING_OPS 257     // The operations list is done; second argument: how many ran.
#define SHIM_RING_CLONED 258  // Second argument: what clone returned.
#define SHIM_RING_AGAIN 259   // Asked to by SHIM_DO_AGAIN.

// The doorbell's answers.
#define SHIM_DO_RESUME 1
#define SHIM_DO_OPS 2
#define SHIM_DO_CLONE 3
#define SHIM_DO_EXIT 4
#define SHIM_DO_AGAIN 5
#define SHIM_DO_REST 6  // Sleep on the header's `rest` until it is one of these.
#define SHIM_REST_RESUME 1
#define SHIM_REST_RING 2  // As SHIM_DO_AGAIN.

// ShimHeader, at the start of the code.
#define SHIM_C_FEATURES 0
#define SHIM_C_SLOTS_BASE 8
#define SHIM_C_SLOTS_SIZE 16
#define SHIM_C_XFEATURES 24
#define SHIM_C_FRAME_XFEATURES 32
#define SHIM_C_XSTATE_SIZE 40
#define SHIM_FEATURE_FSGSBASE 1
