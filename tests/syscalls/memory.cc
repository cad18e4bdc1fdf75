// mremap(2), mprotect(2), madvise(2), mincore(2), msync(2), mlock(2) and its like, brk(2),
// remap_file_pages(2), pkey_*(2): what they refuse, and what memory looks like behind them.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

constexpr size_t kPage = 4096;
constexpr size_t kHuge = static_cast<size_t>(-1) & ~(kPage - 1);
char* const kKernel = reinterpret_cast<char*>(uintptr_t{0xffff'8000'0000'0000});

// Pages of memory with nothing mapped around them; those mapped in between are its own too.
class Area {
 public:
  explicit Area(size_t pages, int protection = PROT_READ | PROT_WRITE)
      : size_((pages + 2) * kPage) {
    void* at = mmap(nullptr, size_, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT_THAT(at, SyscallSucceeds());
    start_ = static_cast<char*>(at);
    EXPECT_THAT(munmap(start_, kPage), SyscallSucceeds());
    EXPECT_THAT(munmap(start_ + size_ - kPage, kPage), SyscallSucceeds());
  }
  Area(const Area&) = delete;
  Area& operator=(const Area&) = delete;
  ~Area() { munmap(start_, size_); }
  char* page(size_t index) const { return start_ + (index + 1) * kPage; }

 private:
  size_t size_;
  char* start_;
};

bool IsMapped(const void* at) {
  unsigned char state;
  return mincore(const_cast<void*>(at), kPage, &state) == 0;
}

bool Readable(const char* at) {
  Pipe pipe = Pipe::Create();
  return write(pipe.write_end.get(), at, 1) == 1;
}

// --- munmap ---

TEST(Munmap, Errors) {
  Area area(2);
  EXPECT_THAT(munmap(area.page(0) + 1, kPage), SyscallFails(EINVAL));
  EXPECT_THAT(munmap(area.page(0), 0), SyscallFails(EINVAL));
  EXPECT_THAT(munmap(area.page(0), kHuge), SyscallFails(EINVAL));
  EXPECT_THAT(munmap(kKernel, kPage), SyscallFails(EINVAL));
  EXPECT_TRUE(IsMapped(area.page(1)));
  // Nothing there is no error.
  EXPECT_THAT(munmap(area.page(0) - kPage, 4 * kPage), SyscallReturns(0));
  EXPECT_FALSE(IsMapped(area.page(0)));
  EXPECT_THAT(munmap(area.page(0), kPage), SyscallReturns(0));
}

TEST(Munmap, LengthsAreWholePages) {
  Area area(2);
  EXPECT_THAT(munmap(area.page(0), 1), SyscallReturns(0));
  EXPECT_FALSE(IsMapped(area.page(0)));
  EXPECT_TRUE(IsMapped(area.page(1)));
}

// --- mmap ---

TEST(MmapHint, OutOfReachIsNone) {
  for (uintptr_t hint : {uintptr_t{0x7fff'ffff'e000}, uintptr_t{0xffff'8000'0000'0000}}) {
    void* const at = mmap(reinterpret_cast<void*>(hint), kPage, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_THAT(at, SyscallSucceeds());
    EXPECT_LT(reinterpret_cast<uintptr_t>(at), uintptr_t{0x7fff'ffff'f000});
    *static_cast<char*>(at) = 1;
    EXPECT_THAT(munmap(at, kPage), SyscallReturns(0));
  }
  EXPECT_THAT(mmap(kKernel, kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
              SyscallFails(ENOMEM));
}

// --- mprotect ---

TEST(Mprotect, Errors) {
  Area area(1);
  EXPECT_THAT(mprotect(area.page(0) + 1, kPage, PROT_READ), SyscallFails(EINVAL));
  EXPECT_THAT(mprotect(area.page(0), kPage, 0x10), SyscallFails(EINVAL));
  EXPECT_THAT(mprotect(area.page(0), kPage, PROT_GROWSDOWN | PROT_GROWSUP | PROT_READ),
              SyscallFails(EINVAL));
  EXPECT_THAT(mprotect(area.page(0), kPage, PROT_READ | PROT_GROWSDOWN), SyscallFails(EINVAL));
  EXPECT_THAT(mprotect(area.page(0), 0, PROT_READ), SyscallReturns(0));
  EXPECT_THAT(mprotect(area.page(0) - kPage, kPage, PROT_READ), SyscallFails(ENOMEM));
  EXPECT_THAT(mprotect(area.page(0), kHuge, PROT_READ), SyscallFails(ENOMEM));
  EXPECT_THAT(mprotect(kKernel, kPage, PROT_READ), SyscallFails(ENOMEM));
}

TEST(Mprotect, GoesAsFarAsThereIsMemory) {
  Area area(1);
  EXPECT_THAT(mprotect(area.page(0), 2 * kPage, PROT_NONE), SyscallFails(ENOMEM));
  EXPECT_FALSE(Readable(area.page(0)));
}

TEST(Mprotect, SharedFilesNeedWriteAccess) {
  TempFile file = TempFile::Create(std::string(kPage, 'x'));
  Fd fd(open(file.c_str(), O_RDONLY));
  void* shared = mmap(nullptr, kPage, PROT_READ, MAP_SHARED, fd.get(), 0);
  void* mine = mmap(nullptr, kPage, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  ASSERT_THAT(shared, SyscallSucceeds());
  ASSERT_THAT(mine, SyscallSucceeds());
  EXPECT_THAT(mprotect(shared, kPage, PROT_READ | PROT_WRITE), SyscallFails(EACCES));
  EXPECT_THAT(mprotect(mine, kPage, PROT_READ | PROT_WRITE), SyscallReturns(0));
  munmap(shared, kPage);
  munmap(mine, kPage);
}

TEST(Mprotect, ProtectsAtOnce) {
  EXPECT_THAT(ForkAndWait([] {
                Area area(1);
                *area.page(0) = 1;
                CHILD_CHECK(mprotect(area.page(0), kPage, PROT_READ) == 0);
                CHILD_CHECK(*area.page(0) == 1);
                *area.page(0) = 2;
              }),
              KilledBy(SIGSEGV));
}

// --- mremap ---

TEST(Mremap, Errors) {
  Area area(2), other(2);
  char* const at = area.page(0);
  EXPECT_THAT(mremap(at + 1, kPage, kPage, 0), SyscallFails(EINVAL));
  EXPECT_THAT(mremap(at, kPage, 0, 0), SyscallFails(EINVAL));
  EXPECT_THAT(mremap(at, kPage, kPage, 8), SyscallFails(EINVAL));
  EXPECT_THAT(mremap(at, kPage, kPage, MREMAP_FIXED, other.page(0)), SyscallFails(EINVAL));
  EXPECT_THAT(mremap(at - kPage, kPage, 2 * kPage, MREMAP_MAYMOVE), SyscallFails(EFAULT));
  EXPECT_THAT(mremap(at, 3 * kPage, 4 * kPage, MREMAP_MAYMOVE), SyscallFails(EFAULT));
  const int fixed = MREMAP_FIXED | MREMAP_MAYMOVE;
  EXPECT_THAT(mremap(at, kPage, kPage, fixed, other.page(0) + 1), SyscallFails(EINVAL));
  EXPECT_THAT(mremap(at, 2 * kPage, 2 * kPage, fixed, area.page(1)), SyscallFails(EINVAL));
  EXPECT_THAT(mremap(at, kPage, kPage, fixed, kKernel), SyscallFails(EINVAL));
  // There is no room in place, as the next page is in use.
  EXPECT_THAT(mremap(at, kPage, 2 * kPage, 0), SyscallFails(ENOMEM));
  // An old length of none copies what is shared alone.
  EXPECT_THAT(mremap(at, 0, kPage, MREMAP_MAYMOVE), SyscallFails(EINVAL));
}

TEST(Mremap, ShrinksAndGrows) {
  Area area(3);
  memcpy(area.page(0), "first", 6);
  memcpy(area.page(1), "second", 7);
  EXPECT_EQ(mremap(area.page(0), 3 * kPage, 2 * kPage, 0), area.page(0));
  EXPECT_FALSE(IsMapped(area.page(2)));
  EXPECT_EQ(mremap(area.page(0), 2 * kPage, 3 * kPage, 0), area.page(0));
  EXPECT_TRUE(IsMapped(area.page(2)));
  EXPECT_STREQ(area.page(1), "second");
  EXPECT_EQ(*area.page(2), '\0');
}

TEST(Mremap, MovesWhereItIsTold) {
  Area area(2), other(3);
  memcpy(area.page(1), "moved", 6);
  memcpy(other.page(2), "stays", 6);
  void* const moved =
      mremap(area.page(0), 2 * kPage, 2 * kPage, MREMAP_MAYMOVE | MREMAP_FIXED, other.page(0));
  EXPECT_EQ(moved, other.page(0));
  EXPECT_STREQ(other.page(1), "moved");
  EXPECT_STREQ(other.page(2), "stays");
  EXPECT_FALSE(IsMapped(area.page(0)));
  EXPECT_FALSE(IsMapped(area.page(1)));
}

TEST(Mremap, LeavesEmptyMemoryBehind) {
  constexpr int kDontUnmap = 4;
  Area area(1);
  memcpy(area.page(0), "moved", 6);
  EXPECT_THAT(mremap(area.page(0), kPage, 2 * kPage, MREMAP_MAYMOVE | kDontUnmap),
              SyscallFails(EINVAL));
  EXPECT_THAT(mremap(area.page(0), kPage, kPage, kDontUnmap), SyscallFails(EINVAL));
  void* const moved = mremap(area.page(0), kPage, kPage, MREMAP_MAYMOVE | kDontUnmap, nullptr);
  ASSERT_THAT(moved, SyscallSucceeds());
  EXPECT_STREQ(static_cast<char*>(moved), "moved");
  EXPECT_EQ(*area.page(0), '\0');
  EXPECT_THAT(munmap(moved, kPage), SyscallReturns(0));
}

TEST(Mremap, SharedMemoryGetsASecondPlace) {
  void* const first =
      mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_THAT(first, SyscallSucceeds());
  void* const second = mremap(first, 0, kPage, MREMAP_MAYMOVE);
  ASSERT_THAT(second, SyscallSucceeds());
  EXPECT_NE(first, second);
  memcpy(first, "both", 5);
  EXPECT_STREQ(static_cast<char*>(second), "both");
  munmap(first, kPage);
  EXPECT_STREQ(static_cast<char*>(second), "both");
  munmap(second, kPage);
}

// --- madvise ---

TEST(Madvise, Errors) {
  Area area(1);
  EXPECT_THAT(madvise(area.page(0) + 1, kPage, MADV_NORMAL), SyscallFails(EINVAL));
  EXPECT_THAT(madvise(area.page(0), kPage, 77), SyscallFails(EINVAL));
  EXPECT_THAT(madvise(area.page(0), kPage, -1), SyscallFails(EINVAL));
  EXPECT_THAT(madvise(area.page(0), static_cast<size_t>(-1), MADV_NORMAL), SyscallFails(EINVAL));
  EXPECT_THAT(madvise(area.page(0), 0, MADV_NORMAL), SyscallReturns(0));
  EXPECT_THAT(madvise(area.page(0) - kPage, 2 * kPage, MADV_NORMAL), SyscallFails(ENOMEM));
  EXPECT_THAT(madvise(area.page(0) - kPage, kPage, MADV_DONTNEED), SyscallFails(ENOMEM));
}

TEST(Madvise, HintsAreTaken) {
  Area area(2);
  for (int advice : {MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_DONTFORK,
                     MADV_DOFORK, MADV_DONTDUMP, MADV_DODUMP, MADV_COLD, MADV_PAGEOUT,
                     MADV_POPULATE_READ, MADV_POPULATE_WRITE}) {
    EXPECT_THAT(madvise(area.page(0), 2 * kPage, advice), SyscallReturns(0)) << advice;
  }
}

TEST(Madvise, DontNeedForgets) {
  Area area(3);
  for (size_t i = 0; i < 3; ++i) memcpy(area.page(i), "full", 5);
  EXPECT_THAT(madvise(area.page(1), kPage, MADV_DONTNEED), SyscallReturns(0));
  EXPECT_STREQ(area.page(0), "full");
  EXPECT_STREQ(area.page(1), "");
  EXPECT_STREQ(area.page(2), "full");
  // What is behind the hole is done all the same.
  EXPECT_THAT(munmap(area.page(1), kPage), SyscallReturns(0));
  EXPECT_THAT(madvise(area.page(0), 3 * kPage, MADV_DONTNEED), SyscallFails(ENOMEM));
  EXPECT_STREQ(area.page(0), "");
  EXPECT_STREQ(area.page(2), "");
}

TEST(Madvise, DontNeedOfFilesComesBack) {
  TempFile file = TempFile::Create(std::string(kPage, 'x'));
  Fd fd(open(file.c_str(), O_RDWR));
  auto* mine =
      static_cast<char*>(mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd.get(), 0));
  ASSERT_THAT(mine, SyscallSucceeds());
  mine[0] = 'y';
  EXPECT_THAT(madvise(mine, kPage, MADV_DONTNEED), SyscallReturns(0));
  EXPECT_EQ(mine[0], 'x');
  EXPECT_THAT(madvise(mine, kPage, MADV_FREE), SyscallFails(EINVAL));
  munmap(mine, kPage);
}

TEST(Madvise, ForkingLeavesOutOrWipes) {
  Area area(2);
  memcpy(area.page(0), "out", 4);
  memcpy(area.page(1), "wiped", 6);
  ASSERT_THAT(madvise(area.page(0), kPage, MADV_DONTFORK), SyscallReturns(0));
  ASSERT_THAT(madvise(area.page(1), kPage, MADV_WIPEONFORK), SyscallReturns(0));
  EXPECT_THAT(ForkAndWait([&area] {
                CHILD_CHECK(!IsMapped(area.page(0)));
                CHILD_CHECK(*area.page(1) == '\0');
              }),
              Exited(0));
  EXPECT_STREQ(area.page(1), "wiped");
  ASSERT_THAT(madvise(area.page(0), kPage, MADV_DOFORK), SyscallReturns(0));
  ASSERT_THAT(madvise(area.page(1), kPage, MADV_KEEPONFORK), SyscallReturns(0));
  EXPECT_THAT(ForkAndWait([&area] {
                CHILD_CHECK(strcmp(area.page(0), "out") == 0);
                CHILD_CHECK(strcmp(area.page(1), "wiped") == 0);
              }),
              Exited(0));
}

TEST(Madvise, RemovePunchesAHole) {
  auto* shared = static_cast<char*>(
      mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  ASSERT_THAT(shared, SyscallSucceeds());
  memcpy(shared, "gone", 5);
  memcpy(shared + kPage, "kept", 5);
  EXPECT_THAT(madvise(shared, kPage, MADV_REMOVE), SyscallReturns(0));
  EXPECT_STREQ(shared, "");
  EXPECT_STREQ(shared + kPage, "kept");
  munmap(shared, 2 * kPage);
  Area area(1);
  EXPECT_THAT(madvise(area.page(0), kPage, MADV_REMOVE), SyscallFails(EINVAL));
}

TEST(Madvise, PopulateNeedsAccess) {
  Area area(1, PROT_NONE);
  EXPECT_THAT(madvise(area.page(0), kPage, MADV_POPULATE_READ), SyscallFails(EINVAL));
  ASSERT_THAT(mprotect(area.page(0), kPage, PROT_READ), SyscallReturns(0));
  EXPECT_THAT(madvise(area.page(0), kPage, MADV_POPULATE_READ), SyscallReturns(0));
  EXPECT_THAT(madvise(area.page(0), kPage, MADV_POPULATE_WRITE), SyscallFails(EINVAL));
  EXPECT_THAT(madvise(area.page(0), 2 * kPage, MADV_POPULATE_READ), SyscallFails(ENOMEM));
}

// --- ranges ---

// What is mapped is dealt with before the end of the range turns out to be out of reach.
TEST(Ranges, BeyondTheAddressSpace) {
  Area area(1);
  char* const at = area.page(0);
  const size_t far = size_t{1} << 62;
  EXPECT_THAT(msync(at, far, MS_SYNC), SyscallFails(ENOMEM));
  EXPECT_THAT(mlock(at, far), SyscallFails(ENOMEM));
  EXPECT_THAT(munlock(at, far), SyscallFails(ENOMEM));
  EXPECT_THAT(madvise(at, far, MADV_WILLNEED), SyscallFails(ENOMEM));
  for (char* where : {kKernel, kKernel + kPage}) {
    EXPECT_THAT(msync(where, kPage, MS_SYNC), SyscallFails(ENOMEM));
    EXPECT_THAT(msync(where, kPage, 8), SyscallFails(EINVAL));
    EXPECT_THAT(msync(where, 0, MS_SYNC), SyscallReturns(0));
    EXPECT_THAT(mlock(where, kPage), SyscallFails(ENOMEM));
    EXPECT_THAT(mlock(where, 0), SyscallReturns(0));
    EXPECT_THAT(syscall(SYS_mlock2, where, kPage, 2), SyscallFails(EINVAL));
    EXPECT_THAT(madvise(where, kPage, MADV_NORMAL), SyscallFails(ENOMEM));
    EXPECT_THAT(madvise(where, kPage, 77), SyscallFails(EINVAL));
    EXPECT_THAT(madvise(where + 1, kPage, MADV_NORMAL), SyscallFails(EINVAL));
    EXPECT_THAT(madvise(where, 0, MADV_NORMAL), SyscallReturns(0));
    EXPECT_THAT(mprotect(where, kPage, PROT_READ), SyscallFails(ENOMEM));
    EXPECT_THAT(mprotect(where, 0, PROT_READ), SyscallReturns(0));
    EXPECT_THAT(syscall(SYS_mbind, where, kPage, 0, nullptr, 0, 0), SyscallFails(EFAULT));
    EXPECT_THAT(syscall(SYS_mbind, where, kPage, 0, nullptr, 0, 8), SyscallFails(EINVAL));
  }
}

TEST(Ranges, MprotectReachesWhatIsThere) {
  EXPECT_THAT(ForkAndWait([] {
                Area area(1);
                *area.page(0) = 1;
                CHILD_CHECK(mprotect(area.page(0), 1ul << 62, PROT_NONE) == -1 && errno == ENOMEM);
                CHILD_CHECK(!Readable(area.page(0)));
              }),
              Exited(0));
}

TEST(Ranges, MremapOutOfReach) {
  Area area(2);
  char* const at = area.page(0);
  const int fixed = MREMAP_FIXED | MREMAP_MAYMOVE;
  EXPECT_THAT(mremap(kKernel, kPage, kPage, 0), SyscallFails(EFAULT));
  EXPECT_THAT(mremap(kKernel, kPage, 0, 0), SyscallFails(EINVAL));
  EXPECT_THAT(mremap(kKernel + 1, kPage, kPage, 0), SyscallFails(EINVAL));
  EXPECT_THAT(mremap(kKernel, kPage, kPage, 8), SyscallFails(EINVAL));
  EXPECT_THAT(mremap(kKernel, kPage, kPage, MREMAP_FIXED, at), SyscallFails(EINVAL));
  EXPECT_THAT(mremap(kKernel, kPage, kPage, fixed, at), SyscallFails(EFAULT));
  EXPECT_THAT(mremap(kKernel, kPage, kPage, fixed, at + 1), SyscallFails(EINVAL));
  EXPECT_THAT(mremap(kKernel, kPage, kPage, fixed, kKernel), SyscallFails(EINVAL));
  EXPECT_THAT(mremap(at, kPage, size_t{1} << 62, MREMAP_MAYMOVE), SyscallFails(EINVAL));
  EXPECT_THAT(mremap(at, size_t{1} << 62, kPage, 0), SyscallFails(EINVAL));
}

// --- mincore ---

TEST(Mincore, Errors) {
  Area area(1);
  unsigned char state[4] = {};
  EXPECT_THAT(mincore(area.page(0) + 1, kPage, state), SyscallFails(EINVAL));
  EXPECT_THAT(mincore(area.page(0), 2 * kPage, state), SyscallFails(ENOMEM));
  EXPECT_THAT(mincore(area.page(0), kHuge, state), SyscallFails(ENOMEM));
  EXPECT_THAT(mincore(area.page(0), kPage, reinterpret_cast<unsigned char*>(8)),
              SyscallFails(EFAULT));
  EXPECT_THAT(mincore(area.page(0), 0, state), SyscallReturns(0));
  EXPECT_THAT(mincore(kKernel, kPage, state), SyscallFails(ENOMEM));
}

TEST(Mincore, TellsWhatWasTouched) {
  Area area(2);
  unsigned char state[2] = {9, 9};
  *area.page(1) = 1;
  EXPECT_THAT(mincore(area.page(0), 2 * kPage, state), SyscallReturns(0));
  EXPECT_EQ(state[0] & 1, 0);
  EXPECT_EQ(state[1] & 1, 1);
}

// --- msync ---

TEST(Msync, Errors) {
  Area area(1);
  EXPECT_THAT(msync(area.page(0), kPage, MS_SYNC), SyscallReturns(0));
  EXPECT_THAT(msync(area.page(0) + 1, kPage, MS_SYNC), SyscallFails(EINVAL));
  EXPECT_THAT(msync(area.page(0), kPage, MS_SYNC | MS_ASYNC), SyscallFails(EINVAL));
  EXPECT_THAT(msync(area.page(0), kPage, 8), SyscallFails(EINVAL));
  EXPECT_THAT(msync(area.page(0), 0, MS_SYNC), SyscallReturns(0));
  EXPECT_THAT(msync(area.page(0) - kPage, kPage, MS_SYNC), SyscallFails(ENOMEM));
  EXPECT_THAT(msync(area.page(0), 2 * kPage, MS_ASYNC), SyscallFails(ENOMEM));
  EXPECT_THAT(msync(area.page(0), kHuge, MS_SYNC), SyscallFails(ENOMEM));
}

TEST(Msync, LockedMemoryIsNotInvalidated) {
  TempFile file = TempFile::Create(std::string(kPage, 'x'));
  Fd fd(open(file.c_str(), O_RDWR));
  void* at = mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  ASSERT_THAT(at, SyscallSucceeds());
  EXPECT_THAT(msync(at, kPage, MS_SYNC | MS_INVALIDATE), SyscallReturns(0));
  ASSERT_THAT(mlock(at, kPage), SyscallReturns(0));
  EXPECT_THAT(msync(at, kPage, MS_ASYNC | MS_INVALIDATE), SyscallFails(EBUSY));
  EXPECT_THAT(munlock(at, kPage), SyscallReturns(0));
  EXPECT_THAT(msync(at, kPage, MS_ASYNC | MS_INVALIDATE), SyscallReturns(0));
  munmap(at, kPage);
}

// --- mlock ---

TEST(Mlock, Errors) {
  Area area(1);
  EXPECT_THAT(mlock(area.page(0), kPage), SyscallReturns(0));
  EXPECT_THAT(mlock(area.page(0) + 1, 1), SyscallReturns(0));
  EXPECT_THAT(munlock(area.page(0), kPage), SyscallReturns(0));
  EXPECT_THAT(munlock(area.page(0), kPage), SyscallReturns(0));
  EXPECT_THAT(mlock(area.page(0) - kPage, kPage), SyscallFails(ENOMEM));
  EXPECT_THAT(mlock(area.page(0), 2 * kPage), SyscallFails(ENOMEM));
  EXPECT_THAT(munlock(area.page(0), 2 * kPage), SyscallFails(ENOMEM));
  EXPECT_THAT(mlock(area.page(0), 0), SyscallReturns(0));
  EXPECT_THAT(syscall(SYS_mlock2, area.page(0), kPage, 2), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_mlock2, area.page(0), kPage, 1), SyscallReturns(0));
  EXPECT_THAT(munlock(area.page(0), kPage), SyscallReturns(0));
  EXPECT_THAT(mlockall(0), SyscallFails(EINVAL));
  EXPECT_THAT(mlockall(8), SyscallFails(EINVAL));
  EXPECT_THAT(mlockall(MCL_ONFAULT), SyscallFails(EINVAL));
  EXPECT_THAT(munlockall(), SyscallReturns(0));
}

TEST(Mlock, LimitsOfOrdinaryUsers) {
  EXPECT_THAT(ForkAndWait([] {
                Area area(4);
                if (geteuid() == 0) CHILD_CHECK(setresuid(65534, 65534, 65534) == 0);
                rlimit limit = {2 * kPage, 2 * kPage};
                CHILD_CHECK(setrlimit(RLIMIT_MEMLOCK, &limit) == 0);
                CHILD_CHECK(mlock(area.page(0), 2 * kPage) == 0);
                CHILD_CHECK(mlock(area.page(0), 2 * kPage) == 0);  // They count once.
                CHILD_CHECK(mlock(area.page(2), kPage) == -1 && errno == ENOMEM);
                CHILD_CHECK(mlockall(MCL_CURRENT) == -1 && errno == ENOMEM);
                void* more = mmap(nullptr, kPage, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
                CHILD_CHECK(more == MAP_FAILED && errno == EAGAIN);
                CHILD_CHECK(munlock(area.page(0), kPage) == 0);
                CHILD_CHECK(mlock(area.page(2), kPage) == 0);
                limit = {0, 0};
                CHILD_CHECK(setrlimit(RLIMIT_MEMLOCK, &limit) == 0);
                CHILD_CHECK(mlock(area.page(3), kPage) == -1 && errno == EPERM);
                CHILD_CHECK(mlockall(MCL_FUTURE) == -1 && errno == EPERM);
                CHILD_CHECK(munlockall() == 0);
              }),
              Exited(0));
}

// --- others ---

TEST(Brk, GrowsAndShrinks) {
  EXPECT_THAT(ForkAndWait([] {
                auto* const end = reinterpret_cast<char*>(syscall(SYS_brk, 0));
                CHILD_CHECK(reinterpret_cast<char*>(syscall(SYS_brk, 1)) == end);
                char* const more = end + 3 * kPage;
                CHILD_CHECK(reinterpret_cast<char*>(syscall(SYS_brk, more)) == more);
                more[-1] = 1;
                CHILD_CHECK(reinterpret_cast<char*>(syscall(SYS_brk, end)) == end);
                const auto next = (reinterpret_cast<uintptr_t>(end) + kPage - 1) & ~(kPage - 1);
                CHILD_CHECK(!IsMapped(reinterpret_cast<char*>(next)));
                const rlimit limit = {0, RLIM_INFINITY};
                CHILD_CHECK(setrlimit(RLIMIT_DATA, &limit) == 0);
                CHILD_CHECK(reinterpret_cast<char*>(syscall(SYS_brk, more)) == end);
              }),
              Exited(0));
}

TEST(RemapFilePages, Errors) {
  Area area(1);
  EXPECT_THAT(syscall(SYS_remap_file_pages, area.page(0), kPage, 1, 0, 0), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_remap_file_pages, area.page(0), kPage, 0, 0, 0), SyscallFails(EINVAL));
}

TEST(RemapFilePages, ShowsAnotherPage) {
  auto* at = static_cast<char*>(
      mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  ASSERT_THAT(at, SyscallSucceeds());
  memcpy(at, "first", 6);
  memcpy(at + kPage, "second", 7);
  EXPECT_THAT(syscall(SYS_remap_file_pages, at, kPage, 0, 1, 0), SyscallReturns(0));
  EXPECT_STREQ(at, "second");
  munmap(at, 2 * kPage);
}

TEST(ProtectionKeys, Errors) {
  Area area(1);
  EXPECT_THAT(syscall(SYS_pkey_alloc, 1, 0), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_pkey_alloc, 0, 4), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_pkey_free, -1), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_pkey_free, 16), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_pkey_mprotect, area.page(0), kPage, PROT_READ, 15), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_pkey_mprotect, area.page(0), kPage, PROT_READ, -1), SyscallReturns(0));
}

}  // namespace
}  // namespace test
