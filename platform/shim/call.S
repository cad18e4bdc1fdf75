// Part of shim.S.  Rewritten sites of calls that may go through the slot come here, with registers as for
// the answers: eax is the number, r11 the address behind the site, rcx the header of the slot.
//
// While the Sentry watches the slot (platform/notify/watcher.h) the call is written there and the answer
// awaited; in all other cases, and when that takes long, the thread makes its call.  `state` says whose turn
// it is, and each side changes it by an exchange, so that every call is answered once.
//
// Only rax, rcx and r11 are there to work with.  The labels that shim.S publishes tell the Sentry what holds
// where, so that a thread that a signal or a fault finds here can be taken to its call, or to its end.

        .macro  load_flags
        movw    SHIM_H_CALL + SHIM_CALL_FLAGS(%rcx), %ax
        addb    $0x7f, %al              // The overflow flag.
        sahf
        movq    SHIM_H_CALL + SHIM_CALL_IP(%rcx), %r11
        .endm

// To `to` if the state was `from`, which becomes `next`.
        .macro  change  from, next, to
        movl    $\from, %eax
        movl    $\next, %r11d
        lock cmpxchgl %r11d, SHIM_H_CALL + SHIM_CALL_STATE(%rcx)
        je      \to
        .endm

        .balign 64
call_begin:
        movl    %eax, SHIM_H_CALL + SHIM_CALL_NUMBER(%rcx)
call_numbered:
        lahf
        seto    %al
        movw    %ax, SHIM_H_CALL + SHIM_CALL_FLAGS(%rcx)
call_flagged:
        movq    %r11, SHIM_H_CALL + SHIM_CALL_IP(%rcx)
call_stored:
        cmpl    $SHIM_CALL_WATCHED, SHIM_H_CALL(%rcx)
        je      call_make
call_plain:
        load_flags
        movl    SHIM_H_CALL + SHIM_CALL_NUMBER(%rcx), %eax
        leaq    -2(%r11), %rcx
        jmpq    *%rcx
call_make:
        movq    %rdi, SHIM_H_CALL + SHIM_CALL_ARGS(%rcx)
        movq    %rsi, SHIM_H_CALL + SHIM_CALL_ARGS + 8(%rcx)
        movq    %rdx, SHIM_H_CALL + SHIM_CALL_ARGS + 16(%rcx)
        movq    %r10, SHIM_H_CALL + SHIM_CALL_ARGS + 24(%rcx)
        movq    %r8, SHIM_H_CALL + SHIM_CALL_ARGS + 32(%rcx)
        movq    %r9, SHIM_H_CALL + SHIM_CALL_ARGS + 40(%rcx)
        movl    $SHIM_CALL_MADE, %eax
        xchgl   %eax, SHIM_H_CALL + SHIM_CALL_STATE(%rcx)
call_made:
// Who stops watching says so before it looks for a call once more: one of both sees the other.
        cmpl    $SHIM_CALL_WATCHED, SHIM_H_CALL(%rcx)
        jne     call_withdraw
call_await:
        movl    $SHIM_CALL_PATIENCE, %eax
call_look:
        cmpl    $SHIM_CALL_ANSWERED, SHIM_H_CALL + SHIM_CALL_STATE(%rcx)
        je      call_done
        cmpl    $SHIM_CALL_COME, SHIM_H_CALL + SHIM_CALL_STATE(%rcx)
        je      call_plain
        pause
        decl    %eax
        jnz     call_look
        change  SHIM_CALL_TAKEN, SHIM_CALL_WAITING, call_plain
call_withdraw:
        change  SHIM_CALL_MADE, SHIM_CALL_NONE, call_plain
        jmp     call_await
call_done:
        load_flags
        movq    SHIM_H_CALL + SHIM_CALL_RESULT(%rcx), %rax
        movq    %r11, %rcx
        jmpq    *%r11
call_end:
