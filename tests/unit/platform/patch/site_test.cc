#include "platform/patch/site.h"

#include <gtest/gtest.h>

#include <cstring>
#include <initializer_list>

namespace platform::patch {
namespace {

// The last bytes before, and then the site.
SiteBytes Bytes(std::initializer_list<int> before, std::initializer_list<int> site) {
  SiteBytes bytes{};
  size_t at = kContext - before.size();
  for (const int byte : before) bytes.at(at++) = static_cast<std::byte>(byte);
  for (const int byte : site) bytes.at(at++) = static_cast<std::byte>(byte);
  return bytes;
}

constexpr std::initializer_list<int> kGetpid = {0xb8, 39, 0, 0, 0, 0x0f, 0x05};

constexpr FirstBytes kMov = {std::byte{0xb8}, std::byte{39}};

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
  EXPECT_FALSE(Trampoline(0x7f0000000000, 0x401000, kMov, 0x7fff00000000, 0));
}

TEST(Site, TrampolineKnowsItsSite) {
  for (const uint64_t site : {uint64_t{0x401000}, uint64_t{0x7f0012345678}}) {
    for (const uint64_t at : {site + 0x1000, site - 0x12340}) {
      const auto bytes = Trampoline(at, site, kMov, 0x7fffffffc000, 0x7fffbfffb000);
      ASSERT_TRUE(bytes);
      EXPECT_EQ(SiteOf(*bytes, at), site);
      EXPECT_NE(SiteOf(*bytes, at + 8), site);
    }
  }
}

TEST(Site, AnythingElseIsNoTrampoline) {
  auto bytes = Trampoline(0x402000, 0x401000, kMov, 0x7fffffffc000, 0x7fffbfffb000);
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
