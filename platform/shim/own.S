// Part of shim.S.  Rewritten sites of calls that ask for or change only what is the thread's own come here, with
// registers as for the answers: eax is the number, r11 the address behind the site, rcx the header of the
// slot with the table.  The thread's own slot is found by the address that the TLS begins with (x86-64 psABI:
// %fs:0 holds itself).  A thread that is not in the table, or may not, makes its call.
//
// Only rax, rcx and r11 are there to work with, and flags are kept: in two bytes of r11,
// which the address leaves free.  The macro `state` records what holds from there on, so that the
// Sentry can take a thread that a signal or a fault finds here back to its call, or to its end.

        .macro  state   what, number
        .pushsection .shim.states, "a"
        .long   1f - shim_start
        .word   \what
        .word   \number
        .popsection
1:
        .endm

// To `plain` unless the table tells the thread's slot: then rcx is its header.
        .macro  find    number, plain
        state   SHIM_STATE_PLAIN, \number
        lahf
        seto    %al
        bswapq  %r11
        state   SHIM_STATE_SWAPPED, \number
        movw    %ax, %r11w
        state   SHIM_STATE_PACKED, \number
        movq    %fs:0, %rax
        shrl    $(SHIM_TABLE_SHIFT - 4), %eax
        andl    $((SHIM_TABLE_COUNT - 1) << 4), %eax
        leaq    -SHIM_HEADER_OFFSET(%rcx,%rax), %rcx
        movq    %fs:0, %rax
        cmpq    %rax, (%rcx)
        jne     \plain
        movq    8(%rcx), %rcx
        .endm

// Likewise, and unless it may.
        .macro  enter   number, plain
        find    \number, \plain
        cmpl    $SHIM_OWN_VALID, SHIM_H_OWN(%rcx)
        jne     \plain
        .endm

// To r11, or two bytes before it with rax as the number.
        .macro  leave   done, number
        movl    %r11d, %eax
        addb    $0x7f, %al              // The overflow flag.
        sahf
        movw    $0, %r11w
        state   SHIM_STATE_SWAPPED | \done, \number
        bswapq  %r11
        state   SHIM_STATE_PLAIN | \done, \number
        .if     \done
        movl    $0, %eax
        movq    %r11, %rcx
        .else
        movl    $\number, %eax
        leaq    -2(%r11), %rcx
        .endif
        jmpq    *%rcx
        .endm

        .pushsection .shim.states, "a"
own_states:
        .popsection

        .balign 64
own_begin:
// What the kernel told it before.
        .macro  answer  index, number
        .balign 64
answer_\index:
answer_to_\number:
        find    \number, answer_plain_\index
        cmpl    $SHIM_ANSWERS_VALID, SHIM_H_ANSWERS(%rcx)
        jne     answer_plain_\index
        movl    %r11d, %eax
        addb    $0x7f, %al              // The overflow flag.
        sahf
        movw    $0, %r11w
        state   SHIM_STATE_SWAPPED, \number
        bswapq  %r11
        state   SHIM_STATE_PLAIN, \number
        movl    SHIM_H_ANSWERS + 4 + 4 * \index(%rcx), %eax
        movq    %r11, %rcx
        jmpq    *%r11
answer_plain_\index:
        state   SHIM_STATE_PACKED, \number
        leave   0, \number
        .endm

        answer  0, 39                   // getpid
        answer  1, 186                  // gettid
        answer  2, 110                  // getppid
        answer  3, 111                  // getpgrp
        answer  4, 102                  // getuid
        answer  5, 107                  // geteuid
        answer  6, 104                  // getgid
        answer  7, 108                  // getegid

        .balign 64
own_rt_sigprocmask:                     // edi: how, rsi: set, rdx: old set, r10: size
        enter   14, mask_plain
        cmpl    $0, SHIM_H_OWN + SHIM_OWN_ASKS(%rcx)
        jne     mask_plain
        cmpq    $8, %r10
        jne     mask_plain
        testq   %rsi, %rsi
        jz      mask_query
        movq    (%rsi), %rax
        cmpl    $1, %edi
        jb      mask_block
        ja      mask_set
        notq    %rax
        andq    SHIM_H_OWN + SHIM_OWN_BLOCKED(%rcx), %rax
        jmp     mask_change
mask_block:
        orq     SHIM_H_OWN + SHIM_OWN_BLOCKED(%rcx), %rax
        jmp     mask_change
mask_set:
        cmpl    $2, %edi
        jne     mask_plain
mask_change:
        andq    $~0x40100, %rax         // Not SIGKILL, not SIGSTOP.
// Who sends a signal says so in `asks` before it looks at the mask: one of both sees the other.
        xchgq   %rax, SHIM_H_OWN + SHIM_OWN_BLOCKED(%rcx)
        state   SHIM_STATE_PACKED | SHIM_STATE_STORE, 14
        cmpl    $0, SHIM_H_OWN + SHIM_OWN_ASKS(%rcx)
        jne     mask_undo
        testq   %rdx, %rdx
        jz      mask_done
        movq    %rax, (%rdx)
mask_done:
        state   SHIM_STATE_PACKED | SHIM_STATE_DONE, 14
        leave   SHIM_STATE_DONE, 14
mask_undo:
        state   SHIM_STATE_PACKED | SHIM_STATE_STORE, 14
        movq    %rax, SHIM_H_OWN + SHIM_OWN_BLOCKED(%rcx)
mask_plain:
        state   SHIM_STATE_PACKED, 14
        leave   0, 14
mask_query:
        state   SHIM_STATE_PACKED, 14
        testq   %rdx, %rdx
        jz      mask_done
        movq    SHIM_H_OWN + SHIM_OWN_BLOCKED(%rcx), %rax
        movq    %rax, (%rdx)
        jmp     mask_done

        .balign 64
own_set_robust_list:                    // rdi: head, rsi: size
        enter   273, robust_plain
        cmpq    $24, %rsi
        jne     robust_plain
        movq    %rdi, SHIM_H_OWN + SHIM_OWN_ROBUST_LIST(%rcx)
        state   SHIM_STATE_PACKED | SHIM_STATE_DONE, 273
        leave   SHIM_STATE_DONE, 273
robust_plain:
        state   SHIM_STATE_PACKED, 273
        leave   0, 273

// The host's business, but the Sentry has to know.  Nothing is changed when it fails, so that it can fail again.
        .balign 64
own_rseq:                               // rdi: area, esi: size, edx: flags, r10d: signature
        enter   334, rseq_plain
        testl   %edx, %edx
        jnz     rseq_plain
        testl   %esi, %esi
        jz      rseq_plain
        cmpl    $0, SHIM_H_OWN + SHIM_OWN_RSEQ_SIZE(%rcx)
        jne     rseq_plain
        movq    %r8, SHIM_H_CALL + SHIM_CALL_ARGS + 32(%rcx)
        movq    %r11, SHIM_H_CALL + SHIM_CALL_IP(%rcx)
        state   SHIM_STATE_HOST, 334
        movq    %rcx, %r8
        movq    %rdi, SHIM_H_OWN + SHIM_OWN_RSEQ(%r8)
        movl    %r10d, SHIM_H_OWN + SHIM_OWN_RSEQ_SIGNATURE(%r8)
        movl    %esi, SHIM_H_OWN + SHIM_OWN_RSEQ_SIZE(%r8)
        movl    $334, %eax
        syscall
        state   SHIM_STATE_HOST | SHIM_STATE_DONE, 334
        movq    SHIM_H_CALL + SHIM_CALL_IP(%r8), %r11
        movq    %r8, %rcx
        testq   %rax, %rax
        jnz     rseq_failed
        movq    SHIM_H_CALL + SHIM_CALL_ARGS + 32(%rcx), %r8
        state   SHIM_STATE_PACKED | SHIM_STATE_DONE, 334
        leave   SHIM_STATE_DONE, 334
rseq_failed:
        state   SHIM_STATE_HOST, 334
        movl    $0, SHIM_H_OWN + SHIM_OWN_RSEQ_SIZE(%rcx)
        movq    SHIM_H_CALL + SHIM_CALL_ARGS + 32(%rcx), %r8
rseq_plain:
        state   SHIM_STATE_PACKED, 334
        leave   0, 334
own_end:
