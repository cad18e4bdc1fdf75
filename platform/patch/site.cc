#include "platform/patch/site.h"

#include <fcntl.h>

#include <algorithm>
#include <cstring>
#include <limits>

namespace platform::patch {
namespace {

constexpr uint8_t kMovEax = 0xb8;
constexpr uint8_t kJumpRelative = 0xe9;
constexpr uint8_t kBreakpoint = 0xcc;
// A trampoline: target, pointer, what the site began with, and then, from its end on:
constexpr size_t kReturnSize = 7;  // lea return(%rip), %r11
constexpr size_t kLoadSize = 7;    // mov pointer(%rip), %rcx
constexpr size_t kLeaveSize = 6;   // jmp *target(%rip)
static_assert(kEntryOffset + kJumpSize + kLeaSize + kReturnSize + kLoadSize + kLeaveSize <=
              kTrampolineSize);
constexpr size_t kSuspicious = 4;  // Bytes before a mov that are looked at.
// The C library's syscall(3) up to its syscall instruction: moves of the arguments, the last one
// `mov 8(%rsp), %r9`.
constexpr uint8_t kSyscall3[] = {0x48, 0x89, 0xf8, 0x48, 0x89, 0xf7, 0x48, 0x89,
                                 0xd6, 0x48, 0x89, 0xca, 0x4d, 0x89, 0xc2, 0x4d,
                                 0x89, 0xc8, 0x4c, 0x8b, 0x4c, 0x24, 0x08};
static_assert(sizeof(kSyscall3) + kSyscallSize == sizeof(SiteBytes));
constexpr uint8_t kReturn[] = {0x4c, 0x8d, 0x1d};
constexpr uint8_t kLoad[] = {0x48, 0x8b, 0x0d};
constexpr uint8_t kJumpIndirect[] = {0xff, 0x25};

uint8_t At(std::span<const std::byte> bytes, size_t at) {
  return static_cast<uint8_t>(bytes[at]);
}

template <typename T>
T Load(std::span<const std::byte> bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(value));
  return value;
}

template <typename T>
void Store(std::span<std::byte> bytes, size_t at, const T& value) {
  std::memcpy(bytes.data() + at, &value, sizeof(value));
}

// From the end of an instruction.
std::optional<int32_t> Distance(uint64_t from, uint64_t to) {
  const auto distance = static_cast<int64_t>(to - from);
  if (distance < std::numeric_limits<int32_t>::min() ||
      distance > std::numeric_limits<int32_t>::max()) {
    return std::nullopt;
  }
  return static_cast<int32_t>(distance);
}

// A byte that could begin an instruction in which the mov's bytes are ModRM, SIB, displacement or
// immediate (SDM 2, 2.1): stores of immediates, comparisons with them, vector prefixes.
bool MayBeginLonger(uint8_t byte) {
  return byte == 0xc7 || byte == 0x81 || byte == 0x69 || byte == 0xc4 || byte == 0xc5 ||
         byte == 0x62;
}

// REX.B: with %r8 as the base instead of %rax, 0xb8 can be the ModRM of an access that worked.
bool IsRexB(uint8_t byte) {
  return (byte & 0xf1) == 0x41;
}

// `mov` between two registers, which ends at `end`, as where arguments are set up: its last byte
// may look like a prefix.  With 0x0f before it, it would be something else.
bool IsRegisterMove(std::span<const std::byte> bytes, size_t end) {
  return (At(bytes, end - 3) & 0xf0) == 0x40 && At(bytes, end - 2) == 0x89 &&
         At(bytes, end - 1) >= 0xc0 && At(bytes, end - 4) != 0x0f;
}

// `cmp` and `cmov` between 64-bit registers, as where an argument is bounded (getdents64 of glibc).
bool IsBoundedArgument(std::span<const std::byte> bytes, size_t end) {
  return At(bytes, end - 7) == 0x48 && At(bytes, end - 6) == 0x39 && At(bytes, end - 5) >= 0xc0 &&
         At(bytes, end - 4) == 0x48 && At(bytes, end - 3) == 0x0f &&
         (At(bytes, end - 2) & 0xf0) == 0x40 && At(bytes, end - 1) >= 0xc0;
}

// At `at`, with enough before it.
bool IsMovOf(std::span<const std::byte> bytes, size_t at, uint32_t number) {
  if (At(bytes, at) != kMovEax || Load<uint32_t>(bytes, at + 1) != number) return false;
  if (IsRegisterMove(bytes, at)) {
    return !MayBeginLonger(At(bytes, at - 4)) && !IsRexB(At(bytes, at - 4));
  }
  if (IsBoundedArgument(bytes, at)) return true;
  const uint8_t before = At(bytes, at - 1);
  const bool prefixed = (before & 0xf0) == 0x40 || before == 0x0f || before == 0x66 ||
                        before == 0x67 || before == 0xf2 || before == 0xf3;
  if (prefixed) return false;
  for (size_t i = at - kSuspicious; i < at; ++i) {
    if (MayBeginLonger(At(bytes, i)) || IsRexB(At(bytes, i))) return false;
  }
  return true;
}

bool IsRipRelative(std::span<const std::byte> lea) {
  return (At(lea, 2) & 0xc7) == 0x05;
}

// `lea disp32(base), %rdi` or %rsi or %rdx, without an index: doing it twice does no harm.
bool IsArgumentLea(std::span<const std::byte> lea) {
  if (At(lea, 0) != 0x48 || At(lea, 1) != 0x8d) return false;
  const unsigned to = At(lea, 2) >> 3 & 7, base = At(lea, 2) & 7u;
  constexpr unsigned kRax = 0, kRdx = 2, kSib = 4, kRsi = 6, kRdi = 7;
  if (to != kRdi && to != kRsi && to != kRdx) return false;
  const bool with_base = At(lea, 2) >> 6 == 2 && base != kSib && base != kRax && base != to;
  return with_base || IsRipRelative(lea);
}

// `mov` between 64-bit registers and `mov $AT_FDCWD, %edi`, which ends at `end`: openat(2) as glibc
// has it for opendir(3).
bool IsAtCwd(std::span<const std::byte> bytes, size_t end) {
  constexpr uint8_t kMovEdi = 0xbf;
  const size_t mov = end - kJumpSize;
  return At(bytes, mov) == kMovEdi && Load<int32_t>(bytes, mov + 1) == AT_FDCWD &&
         At(bytes, mov - 3) == 0x48 && At(bytes, mov - 2) == 0x89 && At(bytes, mov - 1) >= 0xc0;
}

// `cmpb $0, single_threaded(%rip); je ...; xor %eax, %eax`, which ends at `end`.
bool IsZeroOfOneThread(std::span<const std::byte> bytes, size_t end) {
  return At(bytes, end - 2) == 0x31 && At(bytes, end - 1) == 0xc0 && At(bytes, end - 4) == 0x74 &&
         At(bytes, end - 5) == 0 && At(bytes, end - 10) == 0x3d && At(bytes, end - 11) == 0x80;
}

// `mov 8(%rsp), %edi; xor %eax, %eax`, which ends at `end`: behind a call that lets others cancel
// it.
bool IsZeroOfManyThreads(std::span<const std::byte> bytes, size_t end) {
  constexpr uint8_t kSite[] = {0x41, 0x89, 0xc0, 0x8b, 0x7c, 0x24, 0x08, 0x31, 0xc0};
  return std::memcmp(bytes.data() + end - sizeof(kSite), kSite, sizeof(kSite)) == 0;
}

// As debuggers know it; nothing else ends in all of these bytes.
bool IsReturn(std::span<const std::byte> bytes, size_t end, uint32_t number) {
  constexpr uint8_t kWideMov[] = {0x48, 0xc7, 0xc0};
  constexpr uint32_t kRtSigreturn = 15;
  const auto mov = bytes.subspan(end - kWideMovSize);
  return number == kRtSigreturn && std::memcmp(mov.data(), kWideMov, sizeof(kWideMov)) == 0 &&
         Load<uint32_t>(mov, sizeof(kWideMov)) == number;
}

constexpr size_t kSyscallAt = sizeof(SiteBytes) - kSyscallSize;

// Its displacement counts from its end.
bool MoveLea(First& first, uint64_t from, uint64_t to) {
  const std::span<std::byte> lea = std::span(first.bytes).subspan(kJumpSize);
  if (first.size != first.bytes.size() || !IsRipRelative(lea)) return true;
  const auto target = from + static_cast<uint64_t>(int64_t{Load<int32_t>(lea, 3)});
  const std::optional<int32_t> distance = Distance(to, target);
  if (distance) Store(lea, 3, *distance);
  return distance.has_value();
}

}  // namespace

Kind KindOf(const SiteBytes& bytes, uint32_t number) {
  const std::span<const std::byte> all(bytes);
  if (At(all, kSyscallAt) != 0x0f || At(all, kSyscallAt + 1) != 0x05) return Kind::kNone;
  if (std::memcmp(bytes.data(), kSyscall3, sizeof(kSyscall3)) == 0) return Kind::kAny;
  if (IsMovOf(all, kSyscallAt - kJumpSize, number)) return Kind::kNumber;
  if (IsReturn(all, kSyscallAt, number)) return Kind::kReturn;
  if (IsAtCwd(all, kSyscallAt)) return Kind::kAtCwd;
  if (number == 0 && (IsZeroOfOneThread(all, kSyscallAt) || IsZeroOfManyThreads(all, kSyscallAt))) {
    return Kind::kZero;
  }
  const size_t lea = kSyscallAt - kLeaSize;
  const bool with_lea = IsArgumentLea(all.subspan(lea)) && IsMovOf(all, lea - kJumpSize, number);
  return with_lea ? Kind::kLea : Kind::kNone;
}

First FirstOf(const SiteBytes& bytes, Kind kind) {
  First first;
  first.size = kind == Kind::kLea      ? first.bytes.size()
               : kind == Kind::kReturn ? kWideMovSize
               : kind == Kind::kZero   ? kShortJumpSize
                                       : kJumpSize;
  std::memcpy(first.bytes.data(), bytes.data() + kSyscallAt - first.size, first.size);
  return first;
}

std::optional<std::array<std::byte, kJumpSize>> Jump(uint64_t site, uint64_t trampoline) {
  const std::optional<int32_t> distance = Distance(site + kJumpSize, trampoline + kEntryOffset);
  if (!distance) return std::nullopt;
  std::array<std::byte, kJumpSize> jump{};
  jump[0] = std::byte{kJumpRelative};
  Store(jump, 1, *distance);
  return jump;
}

namespace {

// cmp $-4096, %rax; ja ...; mov %r8d, %edi; mov %rax, 8(%rsp); call ...; mov 8(%rsp), %rax;
// add $0x28, %rsp; ret; and the five bytes that assemblers fill with.
std::optional<size_t> PaddingOfMany(const BehindBytes& behind) {
  constexpr int kAnything = -1;
  constexpr int kCode[] = {
      0x48, 0x3d, 0x00, 0xf0, 0xff, 0xff,      0x77,      kAnything, 0x44,      0x89, 0xc7, 0x48,
      0x89, 0x44, 0x24, 0x08, 0xe8, kAnything, kAnything, kAnything, kAnything, 0x48, 0x8b, 0x44,
      0x24, 0x08, 0x48, 0x83, 0xc4, 0x28,      0xc3,      0x0f,      0x1f,      0x44, 0x00, 0x00};
  static_assert(std::size(kCode) == sizeof(BehindBytes));
  for (size_t i = 0; i < std::size(kCode); ++i) {
    if (kCode[i] != kAnything && At(behind, i) != kCode[i]) return std::nullopt;
  }
  return std::size(kCode) - kJumpSize;
}

}  // namespace

std::optional<size_t> PaddingIn(const BehindBytes& behind) {
  if (const std::optional<size_t> padding = PaddingOfMany(behind)) return padding;
  // cmp $-4096, %rax; ja ...; ret; and the ten bytes that assemblers fill with, or the longest of
  // those (SDM 2, NOP).
  constexpr uint8_t kEnd[] = {0x48, 0x3d, 0x00, 0xf0, 0xff, 0xff, 0x77};
  constexpr uint8_t kRet = 0xc3;
  constexpr uint8_t kNop10[] = {0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0};
  constexpr size_t kRetAt = sizeof(kEnd) + 1, kPadding = kRetAt + 1;
  static_assert(kPadding + sizeof(kNop10) <= sizeof(BehindBytes));
  if (std::memcmp(behind.data(), kEnd, sizeof(kEnd)) != 0 || At(behind, kRetAt) != kRet ||
      std::memcmp(behind.data() + kPadding, kNop10, sizeof(kNop10)) != 0) {
    return std::nullopt;
  }
  return kPadding;
}

std::array<std::byte, kShortJumpSize> ShortJump(size_t padding) {
  constexpr uint8_t kJumpShort = 0xeb;
  return {std::byte{kJumpShort}, static_cast<std::byte>(kSyscallSize + padding)};
}

std::optional<TrampolineBytes> Trampoline(uint64_t trampoline, uint64_t site, const First& first,
                                          uint64_t target, uint64_t pointer) {
  First moved = first;
  const size_t return_at = kEntryOffset + first.size;
  const size_t load_at = return_at + kReturnSize;
  const size_t leave_at = load_at + kLoadSize;
  const std::optional<int32_t> to_return =
      Distance(trampoline + load_at, site + first.size + kSyscallSize);
  if (!to_return || !MoveLea(moved, site + first.size, trampoline + return_at)) {
    return std::nullopt;
  }
  TrampolineBytes bytes;
  bytes.fill(std::byte{kBreakpoint});
  Store(bytes, 0, target);
  Store(bytes, kPointerOffset, pointer);
  std::memcpy(bytes.data() + kEntryOffset, moved.bytes.data(), first.size);
  Store(bytes, return_at, kReturn);
  Store(bytes, return_at + sizeof(kReturn), *to_return);
  Store(bytes, load_at, kLoad);
  Store(bytes, load_at + sizeof(kLoad),
        static_cast<int32_t>(kPointerOffset) - static_cast<int32_t>(leave_at));
  Store(bytes, leave_at, kJumpIndirect);
  Store(bytes, leave_at + sizeof(kJumpIndirect), -static_cast<int32_t>(leave_at + kLeaveSize));
  return bytes;
}

std::optional<uint64_t> SiteOf(const TrampolineBytes& bytes, uint64_t address) {
  const std::span<const std::byte> all(bytes);
  First first;
  for (const size_t size : {kShortJumpSize, kJumpSize, kWideMovSize, first.bytes.size()}) {
    first.size = size;
    if (std::memcmp(all.data() + kEntryOffset + size, kReturn, sizeof(kReturn)) == 0) break;
  }
  std::memcpy(first.bytes.data(), all.data() + kEntryOffset, first.size);
  const size_t return_at = kEntryOffset + first.size;
  const uint64_t behind =
      address + return_at + kReturnSize +
      static_cast<uint64_t>(int64_t{Load<int32_t>(all, return_at + sizeof(kReturn))});
  const uint64_t site = SiteStart(behind, first);
  if (!MoveLea(first, address + return_at, site + first.size)) return std::nullopt;
  const std::optional<TrampolineBytes> made =
      Trampoline(address, site, first, Load<uint64_t>(all, 0), Load<uint64_t>(all, kPointerOffset));
  if (!made || *made != bytes) return std::nullopt;
  return site;
}

}  // namespace platform::patch
