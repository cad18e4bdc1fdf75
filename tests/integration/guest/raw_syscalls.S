# No libc at all: writes, a fork by clone with a null stack, a thread on a tiny stack, an exit of one thread only.
        .intel_syntax noprefix
        .globl _start
        .bss
        .balign 16
        .space 4096
stack_top:
done:   .long 0

        .section .rodata
hello:  .ascii "raw write\n"
        .equ hello_len, . - hello
child:  .ascii "child of clone\n"
        .equ child_len, . - child
thread: .ascii "thread\n"
        .equ thread_len, . - thread

        .text
_start: mov     eax, 1                  # write(1, hello)
        mov     edi, 1
        lea     rsi, [rip + hello]
        mov     edx, offset hello_len
        syscall
        cmp     rax, offset hello_len
        jne     fail

        mov     eax, 56                 # clone(SIGCHLD, null stack): a fork
        mov     edi, 17
        xor     esi, esi
        xor     edx, edx
        xor     r10d, r10d
        xor     r8d, r8d
        syscall
        test    rax, rax
        jz      in_child
        mov     rdi, rax                # wait4(child)
        sub     rsp, 16
        mov     rsi, rsp
        xor     edx, edx
        xor     r10d, r10d
        mov     eax, 61
        syscall
        cmp     dword ptr [rsp], 0x500  # it exited with 5
        jne     fail

        mov     eax, 56                 # a thread, told through CLONE_CHILD_CLEARTID
        mov     edi, 0x250f00           # VM FS FILES SIGHAND THREAD SYSVSEM CHILD_CLEARTID
        lea     rsi, [rip + stack_top]
        xor     edx, edx
        lea     r10, [rip + done]
        xor     r8d, r8d
        mov     dword ptr [r10], 1
        syscall
        test    rax, rax
        jz      in_thread
        js      fail
wait:   mov     eax, 202                # futex(&done, FUTEX_WAIT, 1)
        lea     rdi, [rip + done]
        xor     esi, esi
        mov     edx, 1
        xor     r10d, r10d
        syscall
        cmp     dword ptr [rip + done], 0
        jne     wait
        mov     edi, 7
        jmp     exit_group

in_child:
        mov     eax, 1
        mov     edi, 1
        lea     rsi, [rip + child]
        mov     edx, offset child_len
        syscall
        mov     edi, 5
        jmp     exit_group

in_thread:
        mov     eax, 1
        mov     edi, 1
        lea     rsi, [rip + thread]
        mov     edx, offset thread_len
        syscall
        mov     eax, 60                 # exit: this thread alone
        xor     edi, edi
        syscall

fail:   mov     edi, 1
exit_group:
        mov     eax, 231
        syscall
        hlt
