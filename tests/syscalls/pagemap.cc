// /proc/[pid]/pagemap and clear_refs (proc_pid_pagemap(5), proc_pid_clear_refs(5)).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

constexpr size_t kPage = 4096;
constexpr uint64_t kPresent = uint64_t{1} << 63, kOfFile = uint64_t{1} << 61,
                   kSoftDirty = uint64_t{1} << 55;

off_t EntryOf(const void* address) {
  return static_cast<off_t>(reinterpret_cast<uintptr_t>(address) / kPage * sizeof(uint64_t));
}

uint64_t Entry(int fd, const void* address) {
  uint64_t entry = 0;
  EXPECT_THAT(pread(fd, &entry, sizeof(entry), EntryOf(address)), SyscallReturns(8));
  return entry;
}

class Pagemap : public testing::Test {
 protected:
  Pagemap() : fd_(open("/proc/self/pagemap", O_RDONLY)) {
    memory_ = static_cast<char*>(
        mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  }
  ~Pagemap() override { munmap(memory_, 2 * kPage); }
  Fd fd_;
  char* memory_;
};

TEST_F(Pagemap, TellsWhatIsThere) {
  ASSERT_GE(fd_.get(), 0);
  memory_[0] = 1;
  EXPECT_NE(Entry(fd_.get(), memory_) & kPresent, 0U);
  EXPECT_EQ(Entry(fd_.get(), memory_ + kPage) & kPresent, 0U);
  uint64_t both[2];
  EXPECT_THAT(pread(fd_.get(), both, sizeof(both), EntryOf(memory_)), SyscallReturns(16));
  EXPECT_NE(both[0] & kPresent, 0U);
  EXPECT_EQ(both[0] & kOfFile, 0U);
  EXPECT_EQ(both[1] & kPresent, 0U);
  TempFile file = TempFile::Create("x");
  Fd of_file(open(file.c_str(), O_RDWR));
  auto* mapped = static_cast<volatile char*>(
      mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, of_file.get(), 0));
  ASSERT_NE(mapped, MAP_FAILED);
  mapped[0] = 2;
  EXPECT_EQ(Entry(fd_.get(), const_cast<char*>(mapped)) & (kPresent | kOfFile), kPresent | kOfFile);
  munmap(const_cast<char*>(mapped), kPage);
}

TEST_F(Pagemap, WholeEntriesOnly) {
  uint64_t entry;
  EXPECT_THAT(pread(fd_.get(), &entry, 7, 0), SyscallFails(EINVAL));
  EXPECT_THAT(pread(fd_.get(), &entry, 8, 4), SyscallFails(EINVAL));
  constexpr off_t kEnd = 0x800000000000 / kPage * 8;
  EXPECT_THAT(pread(fd_.get(), &entry, 8, kEnd), SyscallReturns(0));
  EXPECT_THAT(lseek(fd_.get(), 16, SEEK_SET), SyscallReturns(16));
  EXPECT_THAT(lseek(fd_.get(), 8, SEEK_CUR), SyscallReturns(24));
  EXPECT_THAT(lseek(fd_.get(), 0, SEEK_END), SyscallFails(EINVAL));
}

TEST_F(Pagemap, SoftDirtyStartsAnew) {
  memory_[0] = 1;
  if ((Entry(fd_.get(), memory_) & kSoftDirty) == 0) GTEST_SKIP() << "not in this kernel";
  Fd clear(open("/proc/self/clear_refs", O_WRONLY));
  ASSERT_GE(clear.get(), 0);
  ASSERT_THAT(write(clear.get(), "4", 1), SyscallReturns(1));
  EXPECT_EQ(Entry(fd_.get(), memory_) & kSoftDirty, 0U);
  *static_cast<volatile char*>(memory_) = 2;
  EXPECT_NE(Entry(fd_.get(), memory_) & kSoftDirty, 0U);
}

TEST_F(Pagemap, ClearRefsErrors) {
  Fd clear(open("/proc/self/clear_refs", O_WRONLY));
  ASSERT_GE(clear.get(), 0);
  EXPECT_THAT(write(clear.get(), "0", 1), SyscallFails(EINVAL));
  EXPECT_THAT(write(clear.get(), "6", 1), SyscallFails(EINVAL));
  EXPECT_THAT(write(clear.get(), "x", 1), SyscallFails(EINVAL));
  EXPECT_THAT(write(clear.get(), "1\n", 2), SyscallReturns(2));
}

}  // namespace
}  // namespace test
