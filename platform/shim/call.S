// Part of shim.S.  Rewritten sites of calls that may go through the slot come here, with registers as for
// the answers: eax is the number, r11 the address behind the site, rcx the header of the slot.
//
// A thread whose slot the table does not tell, or who looks as another does, makes its call.  Strings that the
// call names are copied there, so that the Sentry need not fetch them.  While the Sentry watches the slot (platform/notify/watcher.h) the call is written there too and the answer awaited; in all
// other cases, and when that takes long, the thread makes its call.  `state` says whose turn it is, and each
// side changes it by an exchange, so that every call is answered once.  What the answer stores for the caller
// is copied here, too, and so are the bytes of small reads and writes while the slot is watched.
//
// Only rax, rcx and r11 are there to work with, and rdi and rsi while they are in the slot.  The macro `state` and,
// from call_stored on, the labels that shim.S publishes tell the Sentry what holds where, so that a thread that a
// signal or a fault finds here can be taken to its call, or to its end.

        .macro  load_flags
        movq    SHIM_H_CALL + SHIM_CALL_IP(%rcx), %r11
        movl    %r11d, %eax
        addb    $0x7f, %al              // The overflow flag.
        sahf
        movw    $0, %r11w
        bswapq  %r11
        .endm

// To `to` if the state was `from`, which becomes `next`.
        .macro  change  from, next, to
        movl    $\from, %eax
        movl    $\next, %r11d
        lock cmpxchgl %r11d, SHIM_H_CALL + SHIM_CALL_STATE(%rcx)
        je      \to
        .endm

// The string at `from` + r11, behind what is there; to `full` when there is no room.
        .macro  copy_string from, done, full
1:      movzbl  (\from,%r11), %eax
        movb    %al, SHIM_H_OPS(%rcx,%r11)
        incl    %r11d
        testl   %eax, %eax
        jz      \done
        cmpl    $SHIM_CALL_STRINGS, %r11d
        jb      1b
        jmp     \full
        .endm

// r11d bytes: the topmost eight first, as long as there are eight.
        .macro  copy_bytes from, to
1:      cmpl    $8, %r11d
        jb      2f
        subl    $8, %r11d
        movq    (\from,%r11), %rax
        movq    %rax, (\to,%r11)
        jmp     1b
2:      testl   %r11d, %r11d
        jz      3f
        decl    %r11d
        movb    (\from,%r11), %al
        movb    %al, (\to,%r11)
        jmp     2b
3:
        .endm

        .balign 64
call_first:
call_away:
        state   SHIM_STATE_PLAIN, SHIM_NUMBER_IN_EAX
        leaq    -2(%r11), %rcx
        jmpq    *%rcx
// Not in the table, or it may not: to its call.
call_stranger:
        state   SHIM_STATE_PACKED, SHIM_NUMBER_IN_HIGH_RAX
        shrq    $32, %rax
        state   SHIM_STATE_PACKED, SHIM_NUMBER_IN_EAX
        movl    %eax, %ecx
        state   SHIM_STATE_PACKED, SHIM_NUMBER_IN_ECX
        movl    %r11d, %eax
        addb    $0x7f, %al              // The overflow flag.
        sahf
        movw    $0, %r11w
        state   SHIM_STATE_SWAPPED, SHIM_NUMBER_IN_ECX
        movl    %ecx, %eax
        bswapq  %r11
        state   SHIM_STATE_PLAIN, SHIM_NUMBER_IN_EAX
        jmp     call_away
// The thread's own slot is found as in own.S, but what eax says stays.
call_begin:
        bswapq  %r11
        state   SHIM_STATE_SWAPPED, SHIM_NUMBER_IN_EAX
        movw    %ax, %r11w
        state   SHIM_STATE_SWAPPED, SHIM_NUMBER_IN_R11
        lahf
        seto    %al
        xchgw   %ax, %r11w
        state   SHIM_STATE_PACKED, SHIM_NUMBER_IN_EAX
        shlq    $32, %rax
        state   SHIM_STATE_PACKED, SHIM_NUMBER_IN_HIGH_RAX
        movw    %fs:SHIM_TABLE_BYTE, %ax
        andw    $((SHIM_TABLE_COUNT - 1) << 4), %ax
        andw    $~(SHIM_SLOT_SIZE - 1), %cx
        orw     %ax, %cx
        .irp    part, 0, 2, 4, 6
        movw    \part(%rcx), %ax
        cmpw    %ax, %fs:\part
        jne     call_stranger
        .endr
        movq    8(%rcx), %rcx
        cmpl    $SHIM_CALL_IS_OWNED, SHIM_H_CALL + SHIM_CALL_OWNED(%rcx)
        jne     call_stranger
        shrq    $32, %rax
        state   SHIM_STATE_PACKED, SHIM_NUMBER_IN_EAX
        movl    %eax, SHIM_H_CALL + SHIM_CALL_NUMBER(%rcx)
        movq    %r11, SHIM_H_CALL + SHIM_CALL_IP(%rcx)
call_stored:
        movq    %rdi, SHIM_H_CALL + SHIM_CALL_ARGS(%rcx)
        movq    %rsi, SHIM_H_CALL + SHIM_CALL_ARGS + 8(%rcx)
call_kept:
        movl    SHIM_H_CALL + SHIM_CALL_NUMBER(%rcx), %eax
        xorl    %r11d, %r11d
        cmpl    $SHIM_CALL_NUMBERS, %eax
        jae     call_told
        leaq    call_strings(%rip), %r11
        movzbl  (%r11,%rax), %eax
        movl    %eax, SHIM_H_CALL + SHIM_CALL_KIND(%rcx)
        xorl    %r11d, %r11d
        testl   $SHIM_CALL_FIRST, %eax
        jz      2f
        testq   %rdi, %rdi
        jz      call_full
        copy_string %rdi, 2f, call_full
2:      testl   $SHIM_CALL_SECOND, SHIM_H_CALL + SHIM_CALL_KIND(%rcx)
        jz      call_told
        testq   %rsi, %rsi
        jz      call_full
        cmpl    $SHIM_CALL_STRINGS, %r11d
        jae     call_full
        subq    %r11, %rsi
        copy_string %rsi, call_told, call_full
call_full:
        xorl    %r11d, %r11d
call_told:
        cmpl    $0, SHIM_H_CALL + SHIM_CALL_PREPARED(%rcx)
        jne     call_prepared
call_unprepared:
        movl    %r11d, SHIM_H_CALL + SHIM_CALL_IN(%rcx)
        movq    SHIM_H_CALL + SHIM_CALL_ARGS + 8(%rcx), %rsi
        cmpl    $SHIM_CALL_WATCHED, SHIM_H_CALL(%rcx)
        je      call_make
call_plain:
        load_flags
        movl    SHIM_H_CALL + SHIM_CALL_NUMBER(%rcx), %eax
        leaq    -2(%r11), %rcx
        jmpq    *%rcx

// An answer waits here.  Is it this call's?  r11: the size of the strings.  rsi: the answer, then its bytes,
// rdi: where to.  The thread takes it by moving on to the next, which fails when they were taken back.
        .macro  record
        leaq    -SHIM_HEADER_OFFSET(%rcx,%rsi), %rsi
        .endm

// rax: the argument.
        .macro  check   number
        xorq    SHIM_AHEAD_VALUES + 8 * \number(%rsi), %rax
        testq   %rax, SHIM_AHEAD_MASKS + 8 * \number(%rsi)
        jne     call_unprepared
        .endm

call_prepared:
        movl    %r11d, SHIM_H_CALL + SHIM_CALL_IN(%rcx)
        movl    SHIM_H_CALL + SHIM_CALL_PREPARED(%rcx), %esi
        testl   %esi, %esi
        jz      call_unprepared
        record
        movl    SHIM_H_CALL + SHIM_CALL_NUMBER(%rcx), %eax
        cmpl    %eax, (%rsi)
        jne     call_unprepared
        cmpl    %r11d, SHIM_AHEAD_IN(%rsi)
        jne     call_unprepared
        movq    %rdi, %rax
        check   0
        movq    SHIM_H_CALL + SHIM_CALL_ARGS + 8(%rcx), %rax
        check   1
        movq    %rdx, %rax
        check   2
        movq    %r10, %rax
        check   3
        cmpq    SHIM_AHEAD_LEAST(%rsi), %rdx
        jb      call_unprepared
        testl   %r11d, %r11d
        jz      2f
1:      decl    %r11d
        movzbl  SHIM_H_OPS(%rcx,%r11), %eax
        cmpb    %al, SHIM_AHEAD_STRING(%rsi,%r11)
        jne     call_another
        testl   %r11d, %r11d
        jnz     1b
2:      movq    SHIM_AHEAD_RESULT(%rsi), %rax
        movq    %rax, SHIM_H_CALL + SHIM_CALL_RESULT(%rcx)
        movq    %r8, %rdi
        cmpl    $4, SHIM_AHEAD_STORES(%rsi)
        je      3f
        movq    %rdx, %rdi
        cmpl    $2, SHIM_AHEAD_STORES(%rsi)
        je      3f
        movq    SHIM_H_CALL + SHIM_CALL_ARGS + 8(%rcx), %rdi
3:      movl    SHIM_AHEAD_OUT(%rsi), %r11d
        movl    SHIM_AHEAD_OUT_AT(%rsi), %eax
        addq    %rax, %rsi
        copy_bytes %rsi, %rdi
        movl    SHIM_H_CALL + SHIM_CALL_PREPARED(%rcx), %eax
        movl    %eax, %esi
        testl   %eax, %eax
        jz      call_another
        record
        movl    SHIM_AHEAD_NEXT(%rsi), %r11d
        lock cmpxchgl %r11d, SHIM_H_CALL + SHIM_CALL_PREPARED(%rcx)
call_offered:
        jne     call_another
call_took:
        movl    $0, SHIM_H_CALL + SHIM_CALL_IN(%rcx)
        movq    SHIM_H_CALL + SHIM_CALL_ARGS(%rcx), %rdi
        movq    SHIM_H_CALL + SHIM_CALL_ARGS + 8(%rcx), %rsi
        load_flags
        movq    SHIM_H_CALL + SHIM_CALL_RESULT(%rcx), %rax
        movq    %r11, %rcx
        jmpq    *%r11
call_another:
        movl    SHIM_H_CALL + SHIM_CALL_IN(%rcx), %r11d
        movq    SHIM_H_CALL + SHIM_CALL_ARGS(%rcx), %rdi
        jmp     call_unprepared

call_make:
        movq    %rdx, SHIM_H_CALL + SHIM_CALL_ARGS + 16(%rcx)
        movq    %r10, SHIM_H_CALL + SHIM_CALL_ARGS + 24(%rcx)
        movq    %r8, SHIM_H_CALL + SHIM_CALL_ARGS + 32(%rcx)
        movq    %r9, SHIM_H_CALL + SHIM_CALL_ARGS + 40(%rcx)
        movl    $0, SHIM_H_CALL + SHIM_CALL_DATA(%rcx)
        movl    $0, SHIM_H_CALL + SHIM_CALL_ROOM(%rcx)
        cmpl    $SHIM_CALL_NUMBERS, SHIM_H_CALL + SHIM_CALL_NUMBER(%rcx)
        jae     call_ready
        testl   $(SHIM_CALL_TAKES | SHIM_CALL_GIVES), SHIM_H_CALL + SHIM_CALL_KIND(%rcx)
        jz      call_ready
        movl    SHIM_H_CALL + SHIM_CALL_SPACE(%rcx), %eax
        leaq    -1(%rdx), %r11
        cmpq    %rax, %r11
        jae     call_ready
// Not where answers wait: how many were taken has to stay known.
        cmpl    $0, SHIM_H_CALL + SHIM_CALL_PREPARED(%rcx)
        jne     call_ready
        testl   $SHIM_CALL_TAKES, SHIM_H_CALL + SHIM_CALL_KIND(%rcx)
        jnz     call_takes
// It can be written to: what is there stays.  Two pages at the most.
        lock orb $0, (%rsi)
        lock orb $0, (%rsi,%r11)
        movl    %edx, SHIM_H_CALL + SHIM_CALL_ROOM(%rcx)
        jmp     call_ready
call_takes:
        movl    %edx, %r11d
        leaq    SHIM_AHEAD_OFFSET - SHIM_HEADER_OFFSET(%rcx), %rdi
        copy_bytes %rsi, %rdi
        movl    %edx, SHIM_H_CALL + SHIM_CALL_DATA(%rcx)
call_ready:
        movq    SHIM_H_CALL + SHIM_CALL_ARGS(%rcx), %rdi
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
        movl    SHIM_H_CALL + SHIM_CALL_OUT(%rcx), %r11d
        testl   %r11d, %r11d
        jz      call_leave
        movq    SHIM_H_CALL + SHIM_CALL_OUT_ADDRESS(%rcx), %rdi
        movslq  SHIM_H_CALL + SHIM_CALL_OUT_FROM(%rcx), %rsi
        addq    %rcx, %rsi
        copy_bytes %rsi, %rdi
        movq    SHIM_H_CALL + SHIM_CALL_ARGS(%rcx), %rdi
        movq    SHIM_H_CALL + SHIM_CALL_ARGS + 8(%rcx), %rsi
call_leave:
        load_flags
        movq    SHIM_H_CALL + SHIM_CALL_RESULT(%rcx), %rax
        movq    %r11, %rcx
        jmpq    *%r11
call_end:

// By the call's number: which of its first two arguments are strings, or whether it has bytes.
        .macro  strings number, kind
        .org    call_strings + \number
        .byte   \kind
        .endm

call_strings:
        strings 0, SHIM_CALL_GIVES      // read
        strings 1, SHIM_CALL_TAKES      // write
        strings 2, SHIM_CALL_FIRST      // open
        strings 4, SHIM_CALL_FIRST      // stat
        strings 6, SHIM_CALL_FIRST      // lstat
        strings 17, SHIM_CALL_GIVES     // pread64
        strings 18, SHIM_CALL_TAKES     // pwrite64
        strings 21, SHIM_CALL_FIRST     // access
        strings 44, SHIM_CALL_TAKES     // sendto
        strings 45, SHIM_CALL_GIVES     // recvfrom
        strings 80, SHIM_CALL_FIRST     // chdir
        strings 82, SHIM_CALL_BOTH      // rename
        strings 83, SHIM_CALL_FIRST     // mkdir
        strings 84, SHIM_CALL_FIRST     // rmdir
        strings 86, SHIM_CALL_BOTH      // link
        strings 87, SHIM_CALL_FIRST     // unlink
        strings 88, SHIM_CALL_BOTH      // symlink
        strings 89, SHIM_CALL_FIRST     // readlink
        strings 90, SHIM_CALL_FIRST     // chmod
        strings 92, SHIM_CALL_FIRST     // chown
        strings 137, SHIM_CALL_FIRST    // statfs
        strings 191, SHIM_CALL_BOTH     // getxattr
        strings 192, SHIM_CALL_BOTH     // lgetxattr
        strings 193, SHIM_CALL_SECOND   // fgetxattr
        strings 194, SHIM_CALL_FIRST    // listxattr
        strings 195, SHIM_CALL_FIRST    // llistxattr
        strings 217, SHIM_CALL_GIVES    // getdents64
        strings 257, SHIM_CALL_SECOND   // openat
        strings 258, SHIM_CALL_SECOND   // mkdirat
        strings 262, SHIM_CALL_SECOND   // newfstatat
        strings 263, SHIM_CALL_SECOND   // unlinkat
        strings 264, SHIM_CALL_SECOND   // renameat
        strings 265, SHIM_CALL_SECOND   // linkat
        strings 266, SHIM_CALL_FIRST    // symlinkat
        strings 267, SHIM_CALL_SECOND   // readlinkat
        strings 268, SHIM_CALL_SECOND   // fchmodat
        strings 269, SHIM_CALL_SECOND   // faccessat
        strings 280, SHIM_CALL_SECOND   // utimensat
        strings 316, SHIM_CALL_SECOND   // renameat2
        strings 332, SHIM_CALL_SECOND   // statx
        strings 437, SHIM_CALL_SECOND   // openat2
        strings 439, SHIM_CALL_SECOND   // faccessat2
        .org    call_strings + SHIM_CALL_NUMBERS
