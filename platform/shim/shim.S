// The code that every stub thread runs between the guest and the Sentry: the signal handler, its
// command loop, and a clone child's first steps.  It touches no memory but its slot, uses no stack, and
// needs no relocation; boot.cc, linked behind it, runs once in the first stub.
//
// Everything here can be entered by the guest at any instruction with any registers.  That is harmless:
// each call below either reaches the Sentry, which checks it, or is one the filter allows to anybody.
#include "abi/stub/shim_numbers.h"

        .section .shim.head, "ax"
        .globl  shim_start
shim_start:
        .quad   0                       // features; this and the next five are filled in by the Sentry
        .quad   0                       // slots_base
        .quad   0                       // slots_size
        .quad   0                       // xfeatures
        .quad   0                       // frame_xfeatures
        .quad   0                       // xstate_size
        .long   shim_boot_entry - shim_start
        .long   shim_handler - shim_start
        .long   shim_restorer - shim_start
        .long   doorbell_site - shim_start
        .long   op_site - shim_start
        .long   clone_site - shim_start
        .long   quick_site - shim_start
        .long   hello_site - shim_start
        .long   exit_site - shim_start
        .long   shut_site - shim_start
        .long   death_site - shim_start
        .long   sigreturn_site - shim_start
        .long   shim_end - shim_start
        .long   answers_begin - shim_start
        .long   answers_end - shim_start
        .irp    index, 0, 1, 2, 3, 4, 5, 6, 7
        .long   answer_\index - shim_start
        .endr
        .long   answer_any - shim_start
        .long   call_numbers - shim_start
        .long   call_site - shim_start
        .long   own_begin - shim_start
        .long   own_end - shim_start
        .long   own_rt_sigprocmask - shim_start
        .long   own_set_robust_list - shim_start
        .long   return_begin - shim_start
        .long   own_rseq - shim_start
        .long   own_states - shim_start
        .long   (own_states_end - own_states) / 8
        .irp    part, first, switched, undo, end
        .long   return_\part - shim_start
        .endr
        .irp    part, first, begin, stored, kept, made, offered, took, another, end
        .long   call_\part - shim_start
        .endr

        .balign 64
// A signal: the frame is at rsp, on the alternate stack that the slot is.  All signals are blocked.
shim_handler:
        cld
        movq    %rsp, %r12
        orq     $(SHIM_SLOT_SIZE - 1), %r12
        subq    $(SHIM_HEADER_SIZE - 1), %r12
        movq    %rsp, %rsi
        cmpl    $31, %edi               // SIGSYS
        je      trapped
ring_signal:
        testl   $SHIM_FEATURE_FSGSBASE, shim_start + SHIM_C_FEATURES(%rip)
        jz      ring
        rdfsbase %rdx
        rdgsbase %r10

// rdi: kind, rsi: argument, r12: the slot's header, kept throughout.  With FSGSBASE also rdx: fs base, r10: gs
// base.
ring:
        movl    $SHIM_DOORBELL, %eax
        syscall
doorbell_site:
        cmpq    $SHIM_DO_RESUME, %rax
        je      resume
        cmpq    $SHIM_DO_OPS, %rax
        je      run_ops
        cmpq    $SHIM_DO_CLONE, %rax
        je      run_clone
        cmpq    $SHIM_DO_AGAIN, %rax
        je      ring_again
        cmpq    $SHIM_DO_EXIT, %rax
        je      run_exit
        cmpq    $SHIM_DO_REST, %rax
        je      rest
// No Sentry any more (ENOSYS), or nonsense: an illegal instruction with SIGILL blocked ends the process.
die:
        ud2

resume:
        testl   $SHIM_FEATURE_FSGSBASE, shim_start + SHIM_C_FEATURES(%rip)
        jz      write_bases_by_call
        movq    SHIM_H_FS_BASE(%r12), %rax
        wrfsbase %rax
        movq    SHIM_H_GS_BASE(%r12), %rax
        wrgsbase %rax
go:
        movq    SHIM_H_FRAME(%r12), %rsp
shim_restorer:
        movl    $15, %eax               // rt_sigreturn
        syscall
sigreturn_site:
        ud2

// The Sentry sends a thread here, in the guest's own context, to make a call that may wait.
call_site:
        syscall
        int3

ring_again:
        movl    $SHIM_RING_AGAIN, %edi
        jmp     ring

// Waits for longer, without a notification that the Sentry would have to keep.
rest:
        leaq    SHIM_H_REST(%r12), %rdi
        xorl    %esi, %esi              // FUTEX_WAIT
        xorl    %edx, %edx
        xorl    %r10d, %r10d
        movl    $202, %eax              // futex
        syscall
        cmpl    $SHIM_REST_RESUME, SHIM_H_REST(%r12)
        je      resume
        jmp     ring_again              // As told, or woken by somebody else.

run_exit:
        xorl    %edi, %edi
        movl    $60, %eax               // exit
        syscall
exit_site:
        ud2

// Runs header.ops[0..op_count) and stops behind the first that fails.  r13: index, r14: the operation.
run_ops:
        xorl    %r13d, %r13d
        leaq    SHIM_H_OPS(%r12), %r14
next_op:
        cmpl    SHIM_H_OP_COUNT(%r12), %r13d
        jae     ops_done
        movq    0(%r14), %rax
        movq    8(%r14), %rdi
        movq    16(%r14), %rsi
        movq    24(%r14), %rdx
        movq    32(%r14), %r10
        movq    40(%r14), %r8
        movq    48(%r14), %r9
        syscall
op_site:
        movq    %rax, 56(%r14)
        incl    %r13d
        addq    $SHIM_OP_SIZE, %r14
        cmpq    $-4095, %rax
        jb      next_op
ops_done:
        movl    $SHIM_RING_OPS, %edi
        movl    %r13d, %esi
        jmp     ring

// A call that brings its registers.  When it is a clone, and one of a thread is expected, the host's call is
// made at once, by which the Sentry learns of both.  It lets the host execute it, or answers as at the doorbell.
trapped:
        movq    SHIM_H_QUICK(%r12), %r9
        testq   %r9, %r9
        jz      ring_signal
        movq    8 + 144(%rsp), %rax     // The frame's.
        cmpq    $435, %rax              // clone3
        je      1f
        cmpq    $56, %rax               // clone
        jne     ring_signal
1:      testl   $SHIM_FEATURE_FSGSBASE, shim_start + SHIM_C_FEATURES(%rip)
        jz      2f
        rdfsbase %rax
        movq    %rax, SHIM_H_FS_BASE(%r12)
        rdgsbase %rax
        movq    %rax, SHIM_H_GS_BASE(%r12)
2:      movl    $SHIM_QUICK_FLAGS, %edi
        movq    SHIM_H_QUICK + SHIM_QUICK_CLEAR_TID(%r12), %r10
        xorl    %esi, %esi
        leaq    SHIM_H_CLONE_TID(%r12), %rdx
        movq    %rsp, %r8               // Not a TLS: the flags do not say so.
        movl    $56, %eax
        syscall
quick_site:
        testq   %rax, %rax
        js      cloned
        btrq    $SHIM_QUICK_ANSWER, %rax
        jc      doorbell_site
        jmp     clone_site

run_clone:
        movq    SHIM_H_CLONE_FLAGS(%r12), %rdi
        movq    SHIM_H_CLONE_CTID(%r12), %r10
        movq    SHIM_H_CLONE_CHILD(%r12), %r9
        xorl    %esi, %esi
        leaq    SHIM_H_CLONE_TID(%r12), %rdx
        xorl    %r8d, %r8d
        movl    $56, %eax               // clone
        syscall
clone_site:
        testq   %rax, %rax
        jz      child
        js      cloned
        cmpl    $0, SHIM_H_CLONE_RESUME(%r12)
        jne     resume
cloned:
        movl    $SHIM_RING_CLONED, %edi
        movq    %rax, %rsi
        jmp     ring

// The child: registers only until its own slot is open.  r9 was checked by the Sentry with the clone.
child:
        movq    %r9, %r12
        testl   $SHIM_CHILD_QUIET, %r12d
        jnz     quiet_child
        testl   $SHIM_CHILD_NEW_MEMORY, %r12d
        jz      1f
        movq    shim_start + SHIM_C_SLOTS_BASE(%rip), %rdi
        movq    shim_start + SHIM_C_SLOTS_SIZE(%rip), %rsi
        xorl    %edx, %edx
        movl    $10, %eax               // mprotect(all slots, PROT_NONE)
        syscall
shut_site:
        testq   %rax, %rax
        jnz     die
1:      testl   $SHIM_CHILD_NEW_PROCESS, %r12d
        jz      2f
        movl    $1, %edi
        movl    $9, %esi
        movl    $157, %eax              // prctl(PR_SET_PDEATHSIG, SIGKILL)
        syscall
death_site:
        testq   %rax, %rax
        jnz     die
2:      movq    %r12, %r13
        andq    $~SHIM_CHILD_BITS, %r12
        movq    %r12, %rdi
        movl    $SHIM_SLOT_SIZE, %esi
        movl    $3, %edx
        movl    $10, %eax               // mprotect(own slot, PROT_READ | PROT_WRITE): the Sentry meets the child
        syscall
hello_site:
        testq   %rax, %rax
        jnz     die
        addq    $SHIM_HEADER_OFFSET, %r12
        testl   $SHIM_CHILD_PARK, %r13d
        jnz     shim_park
        jmp     resume
quiet_child:
        andq    $~SHIM_CHILD_BITS, %r12
        addq    $SHIM_HEADER_OFFSET, %r12
        jmp     resume
shim_park:
        movl    $SHIM_RING_PARKED, %edi
        xorl    %edx, %edx
        xorl    %r10d, %r10d
        jmp     ring

// Without FSGSBASE the host sets the bases, where they changed.  The Sentry knows what they are: the guest
// changes them by calls that it hears of.
write_bases_by_call:
        testl   $SHIM_SET_FS, SHIM_H_SET_BASES(%r12)
        jz      1f
        movq    SHIM_H_FS_BASE(%r12), %rsi
        movl    $0x1002, %edi           // ARCH_SET_FS
        movl    $158, %eax              // arch_prctl
        syscall
1:      testl   $SHIM_SET_GS, SHIM_H_SET_BASES(%r12)
        jz      go
        movq    SHIM_H_GS_BASE(%r12), %rsi
        movl    $0x1001, %edi           // ARCH_SET_GS
        movl    $158, %eax
        syscall
        jmp     go

// Rewritten call sites come to these (platform/patch/site.h): eax is the number, r11 the address behind the
// site, rcx the header of a slot.  Stack and registers but rax, rcx and r11 stay as they are, and so do flags
// where others may look at them; a call may clobber rcx and r11.  The Sentry takes a thread that it finds in
// here back to the start of its site.
        .balign 64
answers_begin:
answer_any:
        .irp    number, 39, 186, 110, 111, 102, 107, 104, 108
        cmpq    $\number, %rax
        je      answer_to_\number
        .endr
        cmpq    $SHIM_CALL_NUMBERS, %rax
        jae     1f
        btl     %eax, call_numbers(%rip)
        jc      call_begin
1:      leaq    -2(%r11), %rcx
        jmpq    *%rcx
answers_end:
// One bit each: whether it may go through the slot.  Filled in by the Sentry.
        .balign 4
call_numbers:
        .zero   (SHIM_CALL_NUMBERS + 31) / 32 * 4

#include "platform/shim/own.S"
#include "platform/shim/return.S"
#include "platform/shim/call.S"
        .pushsection .shim.states, "a"
own_states_end:
        .popsection

// Entered once by the first stub: rdi: BootParameters, rsi: the first slot's header, rdx: code.
shim_boot_entry:
        movq    %rsi, %r12
        callq   shim_boot
        jmp     shim_park

        .section .note.GNU-stack, "", @progbits
