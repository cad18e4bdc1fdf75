#include "platform/patch/site.h"

#include <gtest/gtest.h>

#include <cstring>
#include <initializer_list>
#include <span>

namespace platform::patch {
namespace {

// The last bytes before, and then the site.
SiteBytes Bytes(std::initializer_list<int> before, std::initializer_list<int> site) {
  SiteBytes bytes{};
  size_t at = bytes.size() - site.size() - before.size();
  for (const int byte : before) bytes.at(at++) = static_cast<std::byte>(byte);
  for (const int byte : site) bytes.at(at++) = static_cast<std::byte>(byte);
  return bytes;
}

constexpr std::initializer_list<int> kGetpid = {0xb8, 39, 0, 0, 0, 0x0f, 0x05};

// rt_sigprocmask as in pthread_create(3): mov $14, %eax; lea disp(%rip or %rsp), %rdx or %rsi.
constexpr std::initializer_list<int> kLeaOfRip = {0xb8, 14,   0,    0,    0,    0x48, 0x8d,
                                                  0x35, 0x10, 0x20, 0x30, 0x00, 0x0f, 0x05};
constexpr std::initializer_list<int> kLeaOfRbp = {0xb8, 14,   0,    0,    0,    0x48, 0x8d,
                                                  0xb5, 0x10, 0xff, 0xff, 0xff, 0x0f, 0x05};

First MovFirst() {
  return FirstOf(Bytes({0x90, 0x90, 0x90, 0xc3}, kGetpid), Kind::kNumber);
}

uint64_t TargetOfLea(std::span<const std::byte> lea, uint64_t at) {
  int32_t distance;
  std::memcpy(&distance, lea.data() + 3, sizeof(distance));
  return at + kLeaSize + static_cast<uint64_t>(int64_t{distance});
}

TEST(Site, TheLibrarysOwnCallWithAnyNumber) {
  SiteBytes bytes = Bytes({0x48, 0x89, 0xf8, 0x48, 0x89, 0xf7, 0x48, 0x89, 0xd6, 0x48, 0x89, 0xca,
                           0x4d, 0x89, 0xc2, 0x4d, 0x89, 0xc8},
                          {0x4c, 0x8b, 0x4c, 0x24, 0x08, 0x0f, 0x05});
  EXPECT_EQ(KindOf(bytes, 39), Kind::kAny);
  EXPECT_EQ(KindOf(bytes, 100), Kind::kAny);
  bytes[0] = std::byte{0x49};
  EXPECT_EQ(KindOf(bytes, 39), Kind::kNone);
}

TEST(Site, MovAndSyscallWithTheNumberThatWasExecuted) {
  EXPECT_EQ(KindOf(Bytes({0xf3, 0x0f, 0x1e, 0xfa}, kGetpid), 39), Kind::kNumber);  // endbr64
  EXPECT_EQ(KindOf(Bytes({0x90, 0x90, 0x90, 0xc3}, kGetpid), 39), Kind::kNumber);
  EXPECT_EQ(KindOf(Bytes({0x90, 0x90, 0x90, 0xc3}, kGetpid), 40), Kind::kNone);
  EXPECT_EQ(KindOf(Bytes({0x90, 0x90, 0x90, 0xc3}, {0xb8, 39, 0, 0, 0, 0xcd, 0x80}), 39),
            Kind::kNone);
  EXPECT_EQ(KindOf(Bytes({0x90, 0x90, 0x90, 0xc3}, {0xbf, 39, 0, 0, 0, 0x0f, 0x05}), 39),
            Kind::kNone);
}

TEST(Site, MoveBetweenRegistersBeforeIt) {
  EXPECT_EQ(KindOf(Bytes({0x00, 0x4c, 0x89, 0xf2}, kGetpid), 39), Kind::kNumber);  // %r14, %rdx
  EXPECT_EQ(KindOf(Bytes({0x00, 0x49, 0x89, 0xca}, kGetpid), 39), Kind::kNumber);  // %rcx, %r10
  EXPECT_EQ(KindOf(Bytes({0x0f, 0x4c, 0x89, 0xf2}, kGetpid), 39), Kind::kNone);    // cmovl
  EXPECT_EQ(KindOf(Bytes({0xc7, 0x49, 0x89, 0xca}, kGetpid), 39), Kind::kNone);
  EXPECT_EQ(KindOf(Bytes({0x00, 0x4c, 0x8b, 0xf2}, kGetpid), 39), Kind::kNone);
  EXPECT_EQ(KindOf(Bytes({0x00, 0x0f, 0xf2}, kGetpid), 39), Kind::kNone);
}

TEST(Site, BoundedArgumentBeforeIt) {
  // cmp %rax, %rdx; cmova %rax, %rdx
  EXPECT_EQ(KindOf(Bytes({0x48, 0x39, 0xc2, 0x48, 0x0f, 0x47, 0xd0}, kGetpid), 39), Kind::kNumber);
  // In memory; without the comparison; the end of something longer.
  EXPECT_EQ(KindOf(Bytes({0x48, 0x39, 0xc2, 0x48, 0x0f, 0x47, 0x10}, kGetpid), 39), Kind::kNone);
  EXPECT_EQ(KindOf(Bytes({0x90, 0x90, 0x90, 0x48, 0x0f, 0x47, 0xd0}, kGetpid), 39), Kind::kNone);
  EXPECT_EQ(KindOf(Bytes({0x48, 0x39, 0xc2, 0x90, 0x90, 0x47, 0xd0}, kGetpid), 39), Kind::kNone);
}

TEST(Site, CurrentDirectoryLoadedLast) {
  const std::initializer_list<int> cwd = {0xbf, 0x9c, 0xff, 0xff, 0xff, 0x0f, 0x05};
  EXPECT_EQ(KindOf(Bytes({0x48, 0x89, 0xfe}, cwd), 257), Kind::kAtCwd);  // mov %rdi, %rsi
  EXPECT_EQ(KindOf(Bytes({0x48, 0x89, 0x3e}, cwd), 257), Kind::kNone);   // Into memory.
  EXPECT_EQ(KindOf(Bytes({0x48, 0x89, 0xfe}, {0xbf, 1, 0, 0, 0, 0x0f, 0x05}), 257), Kind::kNone);
  EXPECT_EQ(FirstOf(Bytes({0x48, 0x89, 0xfe}, cwd), Kind::kAtCwd).size, kJumpSize);
}

// cmpb $0, disp(%rip); je; xor %eax, %eax; syscall
constexpr std::initializer_list<int> kBeforeZero = {0x80, 0x3d, 1, 2, 3, 0, 0, 0x74, 0x17};
constexpr std::initializer_list<int> kZeroAndSyscall = {0x31, 0xc0, 0x0f, 0x05};

TEST(Site, NumberIsZero) {
  EXPECT_EQ(KindOf(Bytes(kBeforeZero, kZeroAndSyscall), 0), Kind::kZero);
  EXPECT_EQ(KindOf(Bytes(kBeforeZero, kZeroAndSyscall), 1), Kind::kNone);
  EXPECT_EQ(KindOf(Bytes({0x90, 0x90, 0x90, 0xc3}, kZeroAndSyscall), 0), Kind::kNone);
  const First first = FirstOf(Bytes(kBeforeZero, kZeroAndSyscall), Kind::kZero);
  EXPECT_EQ(first.size, kShortJumpSize);
  const uint64_t site = 0x10000, trampoline = 0x20000;
  const auto bytes = Trampoline(trampoline, site, first, 0x7fff00000000, 0x7fff00004000);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(SiteOf(*bytes, trampoline), site);
}

TEST(Site, PaddingBehindTheFunction) {
  const std::initializer_list<int> end = {0x48, 0x3d, 0,    0xf0, 0xff, 0xff, 0x77,
                                          0x5b, 0xc3, 0x66, 0x2e, 0x0f, 0x1f, 0x84,
                                          0,    0,    0,    0,    0};
  BehindBytes bytes{};
  size_t at = 0;
  for (const int byte : end) bytes.at(at++) = static_cast<std::byte>(byte);
  EXPECT_EQ(PaddingIn(bytes), size_t{9});
  EXPECT_EQ(ShortJump(9)[0], std::byte{0xeb});
  EXPECT_EQ(ShortJump(9)[1], std::byte{11});  // From the end of the jump, over the syscall.
  bytes[8] = std::byte{0x90};
  EXPECT_FALSE(PaddingIn(bytes));
  bytes[8] = std::byte{0xc3};
  bytes[12] = std::byte{0x90};
  EXPECT_FALSE(PaddingIn(bytes));
}

TEST(Site, AnArgumentLoadedBetweenMovAndSyscall) {
  EXPECT_EQ(KindOf(Bytes({0x90, 0x90, 0x90, 0xc3}, kLeaOfRip), 14), Kind::kLea);
  EXPECT_EQ(KindOf(Bytes({0x90, 0x90, 0x90, 0xc3}, kLeaOfRbp), 14), Kind::kLea);
  EXPECT_EQ(KindOf(Bytes({0x90, 0x90, 0x90, 0xc3}, kLeaOfRip), 15), Kind::kNone);
  EXPECT_EQ(KindOf(Bytes({0x90, 0x90, 0xc7, 0x45}, kLeaOfRip), 14), Kind::kNone);
  const auto with_modrm = [](int modrm) {
    return Bytes({0x90, 0x90, 0x90, 0xc3},
                 {0xb8, 14, 0, 0, 0, 0x48, 0x8d, modrm, 1, 0, 0, 0, 0x0f, 5});
  };
  EXPECT_EQ(KindOf(with_modrm(0xb7), 14), Kind::kLea);   // 1(%rdi), %rsi
  EXPECT_EQ(KindOf(with_modrm(0xb6), 14), Kind::kNone);  // 1(%rsi), %rsi: not twice
  EXPECT_EQ(KindOf(with_modrm(0xb0), 14), Kind::kNone);  // 1(%rax), %rsi: the number
  EXPECT_EQ(KindOf(with_modrm(0xb4), 14), Kind::kNone);  // with an index
  EXPECT_EQ(KindOf(with_modrm(0x85), 14), Kind::kNone);  // 1(%rbp), %rax
  EXPECT_EQ(KindOf(with_modrm(0x77), 14), Kind::kNone);  // a displacement of one byte
}

TEST(Site, LeaOfTheTrampolineLoadsTheSameAddress) {
  const First first = FirstOf(Bytes({0x90, 0x90, 0x90, 0xc3}, kLeaOfRip), Kind::kLea);
  ASSERT_EQ(first.size, kJumpSize + kLeaSize);
  const uint64_t site = 0x7f0000401000, at = site + 0x5000;
  EXPECT_EQ(SiteStart(site + first.size + kSyscallSize, first), site);
  const auto bytes = Trampoline(at, site, first, 0x7fffffffc000, 0x7fffbfffb000);
  ASSERT_TRUE(bytes);
  const std::span<const std::byte> all(*bytes);
  EXPECT_EQ(TargetOfLea(all.subspan(kEntryOffset + kJumpSize), at + kEntryOffset + kJumpSize),
            TargetOfLea(std::span(first.bytes).subspan(kJumpSize), site + kJumpSize));
  EXPECT_EQ(SiteOf(*bytes, at), site);
  const First base = FirstOf(Bytes({0x90, 0x90, 0x90, 0xc3}, kLeaOfRbp), Kind::kLea);
  const auto other = Trampoline(at, site, base, 0x7fffffffc000, 0x7fffbfffb000);
  ASSERT_TRUE(other);
  EXPECT_EQ(std::memcmp(other->data() + kEntryOffset, base.bytes.data(), base.size), 0);
  EXPECT_EQ(SiteOf(*other, at), site);
}

TEST(Site, ReadOfAProcessWithThreads) {
  const SiteBytes bytes =
      Bytes({0x41, 0x89, 0xc0, 0x8b, 0x7c, 0x24, 0x08}, {0x31, 0xc0, 0x0f, 0x05});
  EXPECT_EQ(KindOf(bytes, 0), Kind::kZero);
  EXPECT_EQ(KindOf(bytes, 1), Kind::kNone);
  EXPECT_EQ(FirstOf(bytes, Kind::kZero).size, kShortJumpSize);
  const int end[] = {0x48, 0x3d, 0,    0xf0, 0xff, 0xff, 0x77, 0x34, 0x44, 0x89, 0xc7, 0x48,
                     0x89, 0x44, 0x24, 0x08, 0xe8, 0x9f, 0xd5, 0xf8, 0xff, 0x48, 0x8b, 0x44,
                     0x24, 0x08, 0x48, 0x83, 0xc4, 0x28, 0xc3, 0x0f, 0x1f, 0x44, 0,    0};
  BehindBytes behind{};
  for (size_t i = 0; i < std::size(end); ++i) behind.at(i) = static_cast<std::byte>(end[i]);
  EXPECT_EQ(PaddingIn(behind), size_t{31});
  behind[30] = std::byte{0x90};
  EXPECT_FALSE(PaddingIn(behind));
}

TEST(Site, WhatHandlersReturnTo) {
  const SiteBytes bytes = Bytes({0x1f, 0x40, 0x00, 0x90}, {0x48, 0xc7, 0xc0, 15, 0, 0, 0, 0x0f, 5});
  EXPECT_EQ(KindOf(bytes, 15), Kind::kReturn);
  EXPECT_EQ(KindOf(bytes, 14), Kind::kNone);
  const SiteBytes other = Bytes({0x1f, 0x40, 0x00, 0x90}, {0x48, 0xc7, 0xc0, 14, 0, 0, 0, 0x0f, 5});
  EXPECT_EQ(KindOf(other, 14), Kind::kNone);
  const First first = FirstOf(bytes, Kind::kReturn);
  ASSERT_EQ(first.size, kWideMovSize);
  const uint64_t site = 0x7f0000401000, at = site + 0x5000;
  EXPECT_EQ(SiteStart(site + first.size + kSyscallSize, first), site);
  const auto trampoline = Trampoline(at, site, first, 0x7fffffffc000, 0x7fffbfffb000);
  ASSERT_TRUE(trampoline);
  EXPECT_EQ(SiteOf(*trampoline, at), site);
}

TEST(Site, BytesThatMayBelongToALongerInstructionAreRefused) {
  EXPECT_EQ(KindOf(Bytes({0x90, 0x90, 0x90, 0x41}, kGetpid), 39), Kind::kNone);  // mov $39, %r8d
  EXPECT_EQ(KindOf(Bytes({0x90, 0x90, 0x90, 0x48}, kGetpid), 39), Kind::kNone);  // movabs
  EXPECT_EQ(KindOf(Bytes({0x90, 0x90, 0xc7, 0x45}, kGetpid), 39),
            Kind::kNone);  // movl $39, -0x48(%rbp)
  EXPECT_EQ(KindOf(Bytes({0x90, 0xc7, 0x44, 0x24}, kGetpid), 39),
            Kind::kNone);  // movl $39, -0x48(%rsp)
  EXPECT_EQ(KindOf(Bytes({0x90, 0x90, 0x41, 0x8b}, kGetpid), 39),
            Kind::kNone);  // mov 39(%r8), %edi
}

TEST(Site, JumpLeadsToTheEntry) {
  const auto jump = Jump(0x401000, 0x402020);
  ASSERT_TRUE(jump);
  EXPECT_EQ((*jump)[0], std::byte{0xe9});
  int32_t distance;
  std::memcpy(&distance, jump->data() + 1, sizeof(distance));
  EXPECT_EQ(0x401000 + kJumpSize + static_cast<size_t>(distance), 0x402020 + kEntryOffset);
}

TEST(Site, FarAwayIsRefused) {
  EXPECT_FALSE(Jump(0x401000, 0x7f0000000000));
  EXPECT_FALSE(Trampoline(0x7f0000000000, 0x401000, MovFirst(), 0x7fff00000000, 0));
}

TEST(Site, TrampolineKnowsItsSite) {
  for (const uint64_t site : {uint64_t{0x401000}, uint64_t{0x7f0012345678}}) {
    for (const uint64_t at : {site + 0x1000, site - 0x12340}) {
      const auto bytes = Trampoline(at, site, MovFirst(), 0x7fffffffc000, 0x7fffbfffb000);
      ASSERT_TRUE(bytes);
      EXPECT_EQ(SiteOf(*bytes, at), site);
      EXPECT_NE(SiteOf(*bytes, at + 8), site);
    }
  }
}

TEST(Site, AnythingElseIsNoTrampoline) {
  auto bytes = Trampoline(0x402000, 0x401000, MovFirst(), 0x7fffffffc000, 0x7fffbfffb000);
  ASSERT_TRUE(bytes);
  for (size_t i = kEntryOffset; i < bytes->size(); ++i) {
    // The first instruction and the distance to the site may be anything.
    if ((i >= kEntryOffset && i < kEntryOffset + 5) ||
        (i >= kEntryOffset + 8 && i < kEntryOffset + 12)) {
      continue;
    }
    auto changed = *bytes;
    changed[i] ^= std::byte{1};
    EXPECT_FALSE(SiteOf(changed, 0x402000)) << i;
  }
  EXPECT_FALSE(SiteOf(TrampolineBytes{}, 0x402000));
}

}  // namespace
}  // namespace platform::patch
