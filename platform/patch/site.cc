#include "platform/patch/site.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace platform::patch {
namespace {

constexpr uint8_t kMovEax = 0xb8;
constexpr uint8_t kJumpRelative = 0xe9;
constexpr uint8_t kBreakpoint = 0xcc;
constexpr size_t kMovAt = kEntryOffset;
constexpr size_t kLeaAt = kMovAt + 5;    // lea return(%rip), %r11
constexpr size_t kLoadAt = kLeaAt + 7;   // mov pointer(%rip), %rcx
constexpr size_t kJumpAt = kLoadAt + 7;  // jmp *target(%rip)
constexpr size_t kSuspicious = 4;        // Bytes before a mov that are looked at.
// The C library's syscall(3) up to its syscall instruction: moves of the arguments, the last one
// `mov 8(%rsp), %r9`.
constexpr uint8_t kSyscall3[] = {0x48, 0x89, 0xf8, 0x48, 0x89, 0xf7, 0x48, 0x89,
                                 0xd6, 0x48, 0x89, 0xca, 0x4d, 0x89, 0xc2, 0x4d,
                                 0x89, 0xc8, 0x4c, 0x8b, 0x4c, 0x24, 0x08};
static_assert(sizeof(kSyscall3) == kContext + kJumpSize);
constexpr uint8_t kLea[] = {0x4c, 0x8d, 0x1d};
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

bool IsMovOf(const SiteBytes& bytes, uint32_t number) {
  const std::span<const std::byte> all(bytes);
  if (At(all, kContext) != kMovEax || Load<uint32_t>(all, kContext + 1) != number) return false;
  const uint8_t before = At(all, kContext - 1);
  const bool prefixed = (before & 0xf0) == 0x40 || before == 0x0f || before == 0x66 ||
                        before == 0x67 || before == 0xf2 || before == 0xf3;
  if (prefixed) return false;
  for (size_t i = kContext - kSuspicious; i < kContext; ++i) {
    if (MayBeginLonger(At(all, i)) || IsRexB(At(all, i))) return false;
  }
  return true;
}

}  // namespace

Kind KindOf(const SiteBytes& bytes, uint32_t number) {
  const std::span<const std::byte> all(bytes);
  if (At(all, kContext + 5) != 0x0f || At(all, kContext + 6) != 0x05) return Kind::kNone;
  if (std::memcmp(bytes.data(), kSyscall3, sizeof(kSyscall3)) == 0) return Kind::kAny;
  return IsMovOf(bytes, number) ? Kind::kNumber : Kind::kNone;
}

std::optional<std::array<std::byte, kJumpSize>> Jump(uint64_t site, uint64_t trampoline) {
  const std::optional<int32_t> distance = Distance(site + kJumpSize, trampoline + kEntryOffset);
  if (!distance) return std::nullopt;
  std::array<std::byte, kJumpSize> jump{};
  jump[0] = std::byte{kJumpRelative};
  Store(jump, 1, *distance);
  return jump;
}

std::optional<TrampolineBytes> Trampoline(uint64_t trampoline, uint64_t site,
                                          const FirstBytes& first, uint64_t target,
                                          uint64_t pointer) {
  const std::optional<int32_t> to_return = Distance(trampoline + kLoadAt, site + kSiteSize);
  if (!to_return) return std::nullopt;
  TrampolineBytes bytes;
  bytes.fill(std::byte{kBreakpoint});
  Store(bytes, 0, target);
  Store(bytes, kPointerOffset, pointer);
  Store(bytes, kMovAt, first);
  Store(bytes, kLeaAt, kLea);
  Store(bytes, kLeaAt + sizeof(kLea), *to_return);
  Store(bytes, kLoadAt, kLoad);
  Store(bytes, kLoadAt + sizeof(kLoad),
        static_cast<int32_t>(kPointerOffset) - static_cast<int32_t>(kJumpAt));
  Store(bytes, kJumpAt, kJumpIndirect);
  Store(bytes, kJumpAt + sizeof(kJumpIndirect), -static_cast<int32_t>(kJumpAt + 6));
  return bytes;
}

std::optional<uint64_t> SiteOf(const TrampolineBytes& bytes, uint64_t address) {
  const std::span<const std::byte> all(bytes);
  const uint64_t site = address + kLoadAt +
                        static_cast<uint64_t>(int64_t{Load<int32_t>(all, kLeaAt + sizeof(kLea))}) -
                        kSiteSize;
  const std::optional<TrampolineBytes> made =
      Trampoline(address, site, Load<FirstBytes>(all, kMovAt), Load<uint64_t>(all, 0),
                 Load<uint64_t>(all, kPointerOffset));
  if (!made || *made != bytes) return std::nullopt;
  return site;
}

}  // namespace platform::patch
