// Guest programs for the backends' tests: a page of assembly, and the places in it where a thread
// can be started.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace platform::testing {

// The whole page, to be copied to where the guest runs it; it is position-independent.
std::span<const std::byte> GuestCode();

// Offsets into it.  Those marked * end in ud2, so that a kFault event shows all registers.
struct GuestEntry {
  uint64_t syscall;       // * One call, as the registers say.
  uint64_t after_call;    // Where that call returns to.
  uint64_t call_forever;  // getppid() again and again.
  uint64_t spin;          // Endless loop that counts in rbx.
  uint64_t load;          // * rax = *rdi
  uint64_t store;         // * *rdi = rax
  uint64_t divide;        // * rax / rcx
  uint64_t breakpoint;    // int3
  uint64_t int80;         // * int $0x80
  uint64_t vsyscall;      // * Calls the address in r11.
  uint64_t xmm_save;      // * xmm7 to *rdi
  uint64_t xmm_load;      // * xmm7 from *rdi
  uint64_t spin_until;    // * Spins until *rdi is not 0, counting in rbx.
};
const GuestEntry& Entry();

}  // namespace platform::testing
