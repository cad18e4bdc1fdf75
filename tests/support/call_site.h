// Call sites of the shape that compilers make: the number is loaded just before the call.
#pragma once

#include <cstdint>

namespace test {

// A function with a site of its own.
#define DEFINE_CALL(name, number)                                                     \
  __attribute__((noinline)) long name(long a = 0, long b = 0, long c = 0, long d = 0, \
                                      long e = 0) {                                   \
    long result;                                                                      \
    register long r10 asm("r10") = d, r8 asm("r8") = e, r9 asm("r9") = 0;             \
    asm volatile("movl %1, %%eax\n\tsyscall"                                          \
                 : "=a"(result)                                                       \
                 : "i"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)    \
                 : "rcx", "r11", "memory");                                           \
    return result;                                                                    \
  }

inline long Address(const void* p) {
  return static_cast<long>(reinterpret_cast<uintptr_t>(p));
}

}  // namespace test
