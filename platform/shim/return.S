// Part of shim.S.  A handler's way back (rt_sigreturn): registers as for own.S, but all of them may be used,
// and the flags, since what the frame holds takes their place.  rcx: the header of the slot with the table,
// r11: the address behind the site, rsp: the frame's context.
//
// Done here when all that the frame says is the thread's own to set, and the FPU state has the form that the
// Sentry writes; in any other case, and when anything faults, the thread makes the call and hears what is
// wrong.  Up to its last instruction this can be begun again from the call: what changes before is set again.
// Before return_switched rsp and r11 are as they came, from there on they are in the SlotReturn, and from
// return_undo on rsp is in rbp and the mask in r9.

// Offsets in struct ucontext, and in the FPU state.
#define UC_STACK 16
#define UC_STACK_FLAGS 24
#define UC_STACK_SIZE 32
#define UC_REGISTERS 40
#define UC_RSP 160
#define UC_RIP 168
#define UC_EFLAGS 176
#define UC_FPSTATE 224
#define UC_MASK 296
#define FP_MAGIC1 464
#define FP_EXTENDED_SIZE 468
#define FP_XFEATURES 472
#define FP_XSTATE_SIZE 480
#define FP_XSTATE_BV 512
// What a frame may change (Linux: FIX_EFLAGS): with the trap flag it is not done here.
#define USER_FLAGS 0x50dd5
#define TRAP_FLAG 0x100

        .balign 64
return_first:
return_plain:
        movl    $15, %eax
        leaq    -2(%r11), %rcx
        jmpq    *%rcx

        .balign 64
return_begin:
        movq    %fs:0, %rax
        movl    %eax, %edx
        shrl    $(SHIM_TABLE_SHIFT - 4), %edx
        andl    $((SHIM_TABLE_COUNT - 1) << 4), %edx
        leaq    -SHIM_HEADER_OFFSET(%rcx,%rdx), %rcx
        cmpq    %rax, (%rcx)
        jne     return_plain
        movq    8(%rcx), %r12
        cmpl    $SHIM_OWN_VALID, SHIM_H_OWN(%r12)
        jne     return_plain
        cmpl    $0, SHIM_H_OWN + SHIM_OWN_ASKS(%r12)
        jne     return_plain
        movq    UC_STACK(%rsp), %rax
        cmpq    %rax, SHIM_H_OWN + SHIM_OWN_STACK(%r12)
        jne     return_plain
        movl    UC_STACK_FLAGS(%rsp), %eax
        cmpl    %eax, SHIM_H_OWN + SHIM_OWN_STACK_FLAGS(%r12)
        jne     return_plain
        movq    UC_STACK_SIZE(%rsp), %rax
        cmpq    %rax, SHIM_H_OWN + SHIM_OWN_STACK_SIZE(%r12)
        jne     return_plain
        movq    UC_FPSTATE(%rsp), %rbx
        testq   %rbx, %rbx
        jz      return_plain
        cmpl    $0x46505853, FP_MAGIC1(%rbx)
        jne     return_plain
        movl    shim_start + SHIM_C_XSTATE_SIZE(%rip), %ecx
        cmpl    %ecx, FP_XSTATE_SIZE(%rbx)
        jne     return_plain
        cmpl    $0x46505845, (%rbx,%rcx)
        jne     return_plain
        addl    $4, %ecx
        cmpl    %ecx, FP_EXTENDED_SIZE(%rbx)
        jne     return_plain
        movq    shim_start + SHIM_C_FRAME_XFEATURES(%rip), %rax
        cmpq    %rax, FP_XFEATURES(%rbx)
        jne     return_plain
        movq    shim_start + SHIM_C_XFEATURES(%rip), %rsi
        movq    %rsi, %rax
        notq    %rax
        testq   %rax, FP_XSTATE_BV(%rbx)
        jnz     return_plain
        testl   $TRAP_FLAG, UC_EFLAGS(%rsp)
        jnz     return_plain
        movq    UC_RIP(%rsp), %rax
        movq    %rax, %rdx
        shrq    $47, %rdx
        jnz     return_plain

// All that is loaded goes where nobody else writes meanwhile.
        movq    %rsp, %rbp
        leaq    -SHIM_RETURN_SIZE(%r12), %rdi
        movq    %rax, SHIM_R_RIP(%rdi)
        movq    $0x33, SHIM_R_CS(%rdi)
        movq    UC_RSP(%rsp), %rax
        movq    %rax, SHIM_R_RSP(%rdi)
        movq    $0x2b, SHIM_R_SS(%rdi)
        .irp    index, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
        movq    UC_REGISTERS + 8 * \index(%rsp), %rax
        movq    %rax, 8 * \index(%rdi)
        .endr
        movl    UC_EFLAGS(%rsp), %r8d
        andl    $USER_FLAGS, %r8d
        movq    UC_MASK(%rsp), %r9
        andq    $~0x40100, %r9          // Not SIGKILL, not SIGSTOP.
        movq    SHIM_H_OWN + SHIM_OWN_BLOCKED(%r12), %rax
        movq    %rax, SHIM_R_BLOCKED(%rdi)
        movl    %esi, %eax
        movq    %rsi, %rdx
        shrq    $32, %rdx
        xrstor64 (%rbx)
        movq    %rsp, SHIM_R_FRAME(%rdi)
        movq    %r11, SHIM_R_BEHIND(%rdi)
        movq    %rdi, %rsp
return_switched:
        pushfq
        popq    %rax
        andl    $~USER_FLAGS, %eax
        orl     %r8d, %eax
        movq    %rax, SHIM_R_EFLAGS(%rsp)
// Who sends a signal says so in `asks` before it looks at the mask: one of both sees the other.
        xchgq   %r9, SHIM_H_OWN + SHIM_OWN_BLOCKED(%r12)
        cmpl    $0, SHIM_H_OWN + SHIM_OWN_ASKS(%r12)
        jne     return_undo
        .irp    register, r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx
        popq    %\register
        .endr
        iretq
return_undo:
        movq    %r9, SHIM_H_OWN + SHIM_OWN_BLOCKED(%r12)
        movq    %rbp, %rsp
        jmp     return_plain
return_end:
