// Rewritten call sites, as bytes.
//
// A site is `mov $number, %eax; syscall`, or another instruction of five bytes and a syscall, or
// has a `lea` of seven bytes, which loads an argument, between the two.  Its first five bytes
// become a jump to a trampoline nearby, and the syscall instruction stays where it is: every
// address at which an instruction began before still holds that instruction, but for the first one,
// so that threads, signal frames and branches that stand between the two, or behind them, find what
// they expect.  The trampoline does the mov and the lea, puts the address behind the site into
// %r11, which a call may clobber, and jumps to code that answers or goes back to the syscall.
// Of the seven bytes of `mov $15, %rax`, which handlers return to, two are left over behind the
// jump. Neither flags nor stack are touched.  `xor %eax, %eax; syscall` gets a jump of two bytes to
// padding nearby instead, and from there one to the trampoline.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace platform::patch {

inline constexpr size_t kJumpSize = 5;  // The part of a site that is written.
inline constexpr size_t kShortJumpSize = 2;
inline constexpr size_t kLeaSize = 7;
inline constexpr size_t kWideMovSize = 7;
inline constexpr size_t kSyscallSize = 2;
inline constexpr size_t kMostSite = kJumpSize + kLeaSize + kSyscallSize;
inline constexpr size_t kContext = 11;  // Bytes before the longest site that are looked at too.
inline constexpr size_t kTrampolineSize = 48;  // Aligned to 16.
inline constexpr size_t kPointerOffset = 8;    // Where the pointer is.
inline constexpr size_t kEntryOffset = 16;     // Where the site jumps to.

using SiteBytes = std::array<std::byte, kContext + kMostSite>;  // Up to behind the syscall.
using TrampolineBytes = std::array<std::byte, kTrampolineSize>;

enum class Kind {
  kNone,
  kNumber,  // mov $number, %eax; syscall
  kLea,     // mov $number, %eax; lea ..., %rdi or %rsi or %rdx; syscall
  kAtCwd,   // mov between registers; mov $AT_FDCWD, %edi; syscall: the number was loaded before.
  kZero,    // xor %eax, %eax; syscall: read(2) in glibc, of a process with one thread or with more.
  kReturn,  // mov $number, %rax; syscall: what a signal handler returns to.
  kAny,     // The C library's syscall(3), whose number is an argument: its flags matter to nobody.
};

// What a site begins with, before its syscall.
struct First {
  std::array<std::byte, kJumpSize + kLeaSize> bytes{};
  size_t size = 0;  // kShortJumpSize, kJumpSize, kWideMovSize, or all.
};

// Of the syscall instruction that ends `behind`.
inline uint64_t SiteStart(uint64_t behind, const First& first) {
  return behind - kSyscallSize - first.size;
}

// What the bytes around a syscall instruction are, which was executed with `number` in %eax.  What
// was executed settles most of what reading x86 backwards leaves open: the rest are instructions
// that could end in the bytes of the mov by chance, and they are refused.
Kind KindOf(const SiteBytes& bytes, uint32_t number);
First FirstOf(const SiteBytes& bytes, Kind kind);

// The jump at `site`; nullopt: the trampoline is too far away.
std::optional<std::array<std::byte, kJumpSize>> Jump(uint64_t site, uint64_t trampoline);

// A site of kZero has room for a short jump only.  It leads to the padding behind the function's
// `ret`, where there is room for a long one.
using BehindBytes = std::array<std::byte, 36>;  // From behind the syscall on.
// How far behind the syscall that padding begins; nullopt: there is none, or something else comes
// before it.
std::optional<size_t> PaddingIn(const BehindBytes& behind);
std::array<std::byte, kShortJumpSize> ShortJump(size_t padding);

// What lies at `trampoline` and leads from `site`, of which `first` is the beginning, to `target`;
// nullopt: too far away.
std::optional<TrampolineBytes> Trampoline(uint64_t trampoline, uint64_t site, const First& first,
                                          uint64_t target, uint64_t pointer);

// The site that the trampoline at `address` belongs to; nullopt: it is none.
std::optional<uint64_t> SiteOf(const TrampolineBytes& bytes, uint64_t address);

}  // namespace platform::patch
