// The linked shim as bytes, for the Sentry to copy to where stubs run it.
        .section .rodata.shim, "a"
        .balign 16
        .globl  platform_shim_begin
        .globl  platform_shim_end
platform_shim_begin:
        .incbin "shim.bin"
platform_shim_end:
        .section .note.GNU-stack, "", @progbits
