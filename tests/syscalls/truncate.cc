// truncate(2), ftruncate(2), RLIMIT_FSIZE.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

TEST(Truncate, ShrinksAndGrowsWithZeros) {
  TempFile file = TempFile::Create("abcdef");
  EXPECT_THAT(truncate(file.c_str(), 3), SyscallSucceeds());
  EXPECT_EQ(ReadFile(file.path()), "abc");
  EXPECT_THAT(truncate(file.c_str(), 6), SyscallSucceeds());
  EXPECT_EQ(ReadFile(file.path()), std::string("abc\0\0\0", 6));
  Fd fd(open(file.c_str(), O_RDWR));
  EXPECT_THAT(ftruncate(fd.get(), 1), SyscallSucceeds());
  EXPECT_THAT(ftruncate(fd.get(), 4), SyscallSucceeds());
  EXPECT_EQ(ReadFile(file.path()), std::string("a\0\0\0", 4));
}

TEST(Truncate, LargeSparse) {
  TempFile file = TempFile::Create("x");
  ASSERT_THAT(truncate(file.c_str(), int64_t{1} << 33), SyscallSucceeds());
  struct stat info;
  stat(file.c_str(), &info);
  EXPECT_EQ(info.st_size, int64_t{1} << 33);
  EXPECT_LT(info.st_blocks, 100);
  Fd fd(open(file.c_str(), O_RDWR));
  char byte = 1;
  EXPECT_THAT(pread(fd.get(), &byte, 1, (int64_t{1} << 33) - 1), SyscallReturns(1));
  EXPECT_EQ(byte, 0);
  EXPECT_THAT(pread(fd.get(), &byte, 1, int64_t{1} << 33), SyscallReturns(0));
}

TEST(Truncate, Errors) {
  TempDir dir = TempDir::Create();
  TempFile file = TempFile::Create("x");
  EXPECT_THAT(truncate(file.c_str(), -1), SyscallFails(EINVAL));
  EXPECT_THAT(truncate(dir.c_str(), 0), SyscallFails(EISDIR));
  EXPECT_THAT(truncate(dir.Join("none").c_str(), 0), SyscallFails(ENOENT));
  Fd reader(open(file.c_str(), O_RDONLY));
  EXPECT_THAT(ftruncate(reader.get(), 0), SyscallFails(EINVAL));
  EXPECT_THAT(ftruncate(-1, 0), SyscallFails(EBADF));
  Fd writer(open(file.c_str(), O_WRONLY));
  EXPECT_THAT(ftruncate(writer.get(), -1), SyscallFails(EINVAL));
  Pipe pipe = Pipe::Create();
  EXPECT_THAT(ftruncate(pipe.write_end.get(), 0), SyscallFails(EINVAL));
}

TEST(Truncate, KeepsTheOffset) {
  TempFile file = TempFile::Create("abcdef");
  Fd fd(open(file.c_str(), O_RDWR));
  lseek(fd.get(), 5, SEEK_SET);
  ftruncate(fd.get(), 2);
  EXPECT_THAT(lseek(fd.get(), 0, SEEK_CUR), SyscallReturns(5));
  char byte;
  EXPECT_THAT(read(fd.get(), &byte, 1), SyscallReturns(0));
  EXPECT_THAT(write(fd.get(), "z", 1), SyscallReturns(1));
  EXPECT_EQ(ReadFile(file.path()), std::string("ab\0\0\0z", 6));
}

TEST(Truncate, FileSizeLimit) {
  TempFile file = TempFile::Create();
  EXPECT_THAT(ForkAndWait([&] {
                rlimit limit{100, 100};
                CHILD_CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
                signal(SIGXFSZ, SIG_IGN);
                int fd = open(file.c_str(), O_RDWR);
                CHILD_CHECK(ftruncate(fd, 101) == -1 && errno == EFBIG);
                CHILD_CHECK(ftruncate(fd, 90) == 0);
                char bytes[64] = {};
                CHILD_CHECK(pwrite(fd, bytes, 64, 80) == 20);
                CHILD_CHECK(pwrite(fd, bytes, 1, 100) == -1 && errno == EFBIG);
                CHILD_CHECK(pwrite(fd, bytes, 1, 99) == 1);
              }),
              Exited(0));
  EXPECT_THAT(ForkAndWait([&] {
                rlimit limit{100, 100};
                setrlimit(RLIMIT_FSIZE, &limit);
                truncate(file.c_str(), 1000);
              }),
              KilledBy(SIGXFSZ));
}

TEST(Truncate, TakesSetIdBitsAway) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
  TempFile file = TempFile::Create("x", 0755);
  ASSERT_THAT(chown(file.c_str(), 12345, 12345), SyscallSucceeds());
  ASSERT_THAT(chmod(file.c_str(), 06755), SyscallSucceeds());
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(setgid(12345) == 0 && setuid(12345) == 0);
                int fd = open(file.c_str(), O_WRONLY);
                struct stat info;
                CHILD_CHECK(fstat(fd, &info) == 0 && (info.st_mode & 07777) == 06755);
                CHILD_CHECK(write(fd, "y", 1) == 1);
                CHILD_CHECK(fstat(fd, &info) == 0 && (info.st_mode & 07777) == 0755);
              }),
              Exited(0));
}

}  // namespace
}  // namespace test
