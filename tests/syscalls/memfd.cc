// memfd_create(2) and seals.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

Fd Sealable() {
  return Fd(memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
}

TEST(Memfd, IsAFileWithoutAName) {
  Fd fd(memfd_create("name", MFD_CLOEXEC));
  ASSERT_THAT(fd.get(), SyscallSucceeds());
  EXPECT_THAT(fcntl(fd.get(), F_GETFD), SyscallReturns(FD_CLOEXEC));
  EXPECT_EQ(fcntl(fd.get(), F_GETFL) & O_ACCMODE, O_RDWR);
  struct stat info;
  ASSERT_THAT(fstat(fd.get(), &info), SyscallSucceeds());
  EXPECT_TRUE(S_ISREG(info.st_mode));
  EXPECT_EQ(info.st_size, 0);
  EXPECT_EQ(info.st_nlink, 0U);
  EXPECT_THAT(write(fd.get(), "hello", 5), SyscallReturns(5));
  char text[8];
  EXPECT_THAT(pread(fd.get(), text, 8, 0), SyscallReturns(5));
  char link[64];
  std::string self = "/proc/self/fd/" + std::to_string(fd.get());
  ssize_t n = readlink(self.c_str(), link, sizeof(link));
  ASSERT_THAT(n, SyscallSucceeds());
  EXPECT_EQ(std::string(link, static_cast<size_t>(n)), "/memfd:name (deleted)");
}

TEST(Memfd, Arguments) {
  EXPECT_THAT(memfd_create("x", 0x100), SyscallFails(EINVAL));
  EXPECT_THAT(memfd_create(std::string(250, 'x').c_str(), 0), SyscallFails(EINVAL));
  EXPECT_THAT(Fd(memfd_create(std::string(249, 'x').c_str(), 0)).get(), SyscallSucceeds());
  EXPECT_THAT(memfd_create(nullptr, 0), SyscallFails(EFAULT));
}

TEST(Memfd, MappingsAreShared) {
  Fd fd = Sealable();
  ASSERT_THAT(ftruncate(fd.get(), 4096), SyscallSucceeds());
  void* memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  ASSERT_THAT(memory, SyscallSucceeds());
  memcpy(memory, "mapped", 6);
  char text[8] = {};
  EXPECT_THAT(pread(fd.get(), text, 6, 0), SyscallReturns(6));
  EXPECT_STREQ(text, "mapped");
  EXPECT_THAT(pwrite(fd.get(), "M", 1, 0), SyscallReturns(1));
  EXPECT_EQ(static_cast<char*>(memory)[0], 'M');
  munmap(memory, 4096);
}

TEST(Memfd, SealsOnlyWhereAllowed) {
  Fd fd(memfd_create("x", 0));
  EXPECT_THAT(fcntl(fd.get(), F_GET_SEALS), SyscallReturns(F_SEAL_SEAL));
  EXPECT_THAT(fcntl(fd.get(), F_ADD_SEALS, F_SEAL_WRITE), SyscallFails(EPERM));
  TempFile file = TempFile::Create();
  Fd ordinary(open(file.c_str(), O_RDWR));
  EXPECT_THAT(fcntl(ordinary.get(), F_ADD_SEALS, 0x8000), SyscallFails(EINVAL));
}

TEST(Memfd, SizeSeals) {
  Fd fd = Sealable();
  ASSERT_THAT(write(fd.get(), "12345", 5), SyscallReturns(5));
  EXPECT_THAT(fcntl(fd.get(), F_GET_SEALS), SyscallReturns(0));
  ASSERT_THAT(fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK), SyscallSucceeds());
  EXPECT_THAT(ftruncate(fd.get(), 4), SyscallFails(EPERM));
  EXPECT_THAT(ftruncate(fd.get(), 6), SyscallSucceeds());
  ASSERT_THAT(fcntl(fd.get(), F_ADD_SEALS, F_SEAL_GROW), SyscallSucceeds());
  EXPECT_THAT(ftruncate(fd.get(), 7), SyscallFails(EPERM));
  EXPECT_THAT(pwrite(fd.get(), "x", 1, 6), SyscallFails(EPERM));
  EXPECT_THAT(pwrite(fd.get(), "x", 1, 5), SyscallReturns(1));
  EXPECT_THAT(fcntl(fd.get(), F_GET_SEALS), SyscallReturns(F_SEAL_SHRINK | F_SEAL_GROW));
}

TEST(Memfd, WriteSeal) {
  Fd fd = Sealable();
  ASSERT_THAT(ftruncate(fd.get(), 4096), SyscallSucceeds());
  void* memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  ASSERT_THAT(memory, SyscallSucceeds());
  EXPECT_THAT(fcntl(fd.get(), F_ADD_SEALS, F_SEAL_WRITE), SyscallFails(EBUSY));
  munmap(memory, 4096);
  ASSERT_THAT(fcntl(fd.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SEAL), SyscallSucceeds());
  EXPECT_THAT(write(fd.get(), "x", 1), SyscallFails(EPERM));
  EXPECT_THAT(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0),
              SyscallFails(EPERM));
  memory = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  EXPECT_THAT(memory, SyscallSucceeds());
  munmap(memory, 4096);
  EXPECT_THAT(fcntl(fd.get(), F_ADD_SEALS, F_SEAL_GROW), SyscallFails(EPERM));
}

}  // namespace
}  // namespace test
