#include "guest_code.h"

asm(R"(
.pushsection .rodata.guest_code, "a", @progbits
.balign 16
guest_begin:
guest_syscall:
  syscall
guest_after_call:
  ud2
guest_call_forever:
  mov $110, %eax
  syscall
  jmp guest_call_forever
guest_spin:
  inc %rbx
  jmp guest_spin
guest_load:
  mov (%rdi), %rax
  ud2
guest_store:
  mov %rax, (%rdi)
  ud2
guest_divide:
  xor %edx, %edx
  div %rcx
  ud2
guest_breakpoint:
  int3
  ud2
guest_int80:
  int $0x80
  ud2
guest_vsyscall:
  call *%r11
  ud2
guest_xmm_save:
  movups %xmm7, (%rdi)
  ud2
guest_xmm_load:
  movups (%rdi), %xmm7
  ud2
guest_spin_until:
  inc %rbx
  cmpl $0, (%rdi)
  je guest_spin_until
  ud2
guest_end:
.popsection
)");

extern "C" {
[[gnu::visibility("hidden")]] extern const char guest_begin[], guest_end[], guest_syscall[],
    guest_after_call[], guest_call_forever[], guest_spin[], guest_load[], guest_store[],
    guest_divide[], guest_breakpoint[], guest_int80[], guest_vsyscall[], guest_xmm_save[],
    guest_xmm_load[], guest_spin_until[];
}

namespace platform::testing {

std::span<const std::byte> GuestCode() {
  return std::as_bytes(std::span(guest_begin, guest_end));
}

const GuestEntry& Entry() {
  const auto at = [](const char* label) { return static_cast<uint64_t>(label - guest_begin); };
  static const GuestEntry entry = {
      .syscall = at(guest_syscall),
      .after_call = at(guest_after_call),
      .call_forever = at(guest_call_forever),
      .spin = at(guest_spin),
      .load = at(guest_load),
      .store = at(guest_store),
      .divide = at(guest_divide),
      .breakpoint = at(guest_breakpoint),
      .int80 = at(guest_int80),
      .vsyscall = at(guest_vsyscall),
      .xmm_save = at(guest_xmm_save),
      .xmm_load = at(guest_xmm_load),
      .spin_until = at(guest_spin_until),
  };
  return entry;
}

}  // namespace platform::testing
