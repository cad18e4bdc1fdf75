// The guest's memory as the kernel reaches it.
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <cstring>
#include <vector>

#include "platform_suite.h"

namespace platform::testing {
namespace {

class MemoryTest : public PlatformTest {};
INSTANTIATE_TEST_SUITE_P(Backends, MemoryTest, ::testing::ValuesIn(Backends()), BackendName);

TEST_P(MemoryTest, MovesUpToTheFirstFault) {
  Thread* guest = NewGuest();
  std::vector<std::byte> buffer(8192, std::byte{7});
  const uint64_t end = kDataAt + kDataSize;
  EXPECT_EQ(guest->WriteMemory(end - 100, buffer).value_or(0), 100U);
  std::vector<std::byte> back(8192);
  EXPECT_EQ(guest->ReadMemory(end - 4096 - 50, back).value_or(0), 4096U + 50);
  EXPECT_EQ(back[4096 + 49], std::byte{7});
  EXPECT_TRUE(guest->ReadMemory(end, back).Is(EFAULT));
  EXPECT_TRUE(guest->WriteMemory(0, back).Is(EFAULT));
  EXPECT_TRUE(guest->ReadMemory(0xffff800000000000, back).Is(EFAULT));
  EXPECT_EQ(guest->ReadMemory(0, {}).value_or(1), 0U);
}

TEST_P(MemoryTest, SeveralRangesAtOnce) {
  Thread* guest = NewGuest();
  const auto at = [](uint64_t address) { return reinterpret_cast<void*>(address); };
  char text[] = "onetwothree";
  const iovec local[] = {{text, 11}};
  const iovec remote[] = {{at(kDataAt), 3}, {at(kDataAt + 100), 3}, {at(kDataAt + 200), 5}};
  EXPECT_EQ(guest->WriteMemoryV(remote, local).value_or(0), 11U);
  char back[12] = {};
  const iovec parts[] = {{back, 6}, {back + 6, 5}};
  EXPECT_EQ(guest->ReadMemoryV(remote, parts).value_or(0), 11U);
  EXPECT_STREQ(back, text);
  const iovec partly[] = {{at(kDataAt), 3}, {at(kNowhere), 3}};
  EXPECT_EQ(guest->ReadMemoryV(partly, parts).value_or(0), 3U);
}

TEST_P(MemoryTest, PokeWritesToReadOnlyPages) {
  Thread* guest = NewGuest();
  std::byte original[11];
  ASSERT_TRUE(guest->ReadMemory(kCodeAt + 1, original).ok());
  std::byte patch[11];
  std::memset(patch, 0xcc, sizeof(patch));
  EXPECT_TRUE(guest->WriteMemory(kCodeAt + 1, patch).Is(EFAULT));
  EXPECT_EQ(guest->PokeMemory(kCodeAt + 1, patch).value_or(0), sizeof(patch));
  std::byte back[sizeof(patch)];
  ASSERT_TRUE(guest->ReadMemory(kCodeAt + 1, back).ok());
  EXPECT_EQ(std::memcmp(back, patch, sizeof(patch)), 0);
  EXPECT_TRUE(guest->PokeMemory(kNowhere, patch).Is(EFAULT));
  EXPECT_EQ(guest->PokeMemory(kCodeAt + 1, original).value_or(0), sizeof(original));
  Start(guest, Entry().load, {.rdi = kDataAt});
  NextTrap(guest);
}

TEST_P(MemoryTest, AddressSpaceIsEmptyButForTheVdso) {
  Thread* guest = NewGuest();
  const uint64_t limit = platform().GuestAddressLimit();
  EXPECT_GT(limit, uint64_t{1} << 46);
  // Everything below the limit can be mapped without hitting anything, but for the guest's own and
  // the vDSO.
  const uint64_t vdso = platform().VdsoAddress();
  const uint64_t end = vdso != 0 && vdso < limit ? vdso - (1 << 20) : limit;
  const uint64_t begin = kDataAt + kDataSize;
  EXPECT_EQ(Inject(guest, {SYS_mmap,
                           {begin, end - begin, PROT_NONE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
                            ~uint64_t{0}, 0}}),
            static_cast<int64_t>(begin));
  if (vdso == 0) return;
  char magic[4] = {};
  ASSERT_TRUE(guest->ReadMemory(vdso, std::as_writable_bytes(std::span(magic))).ok());
  EXPECT_EQ(std::memcmp(magic, "\177ELF", 4), 0);
}

}  // namespace
}  // namespace platform::testing
