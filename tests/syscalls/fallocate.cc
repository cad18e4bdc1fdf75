// fallocate(2), and holes as lseek(2) finds them.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

constexpr int kPunch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;

class Fallocate : public testing::Test {
 protected:
  Fallocate() : file_(TempFile::Create()), fd_(open(file_.c_str(), O_RDWR)) {}
  struct stat Info() {
    struct stat info {};
    fstat(fd_.get(), &info);
    return info;
  }

  TempFile file_;
  Fd fd_;
};

TEST_F(Fallocate, ReservesAndGrows) {
  ASSERT_THAT(fallocate(fd_.get(), 0, 0, 100'000), SyscallSucceeds());
  EXPECT_EQ(Info().st_size, 100'000);
  EXPECT_GE(Info().st_blocks * 512, 100'000);
  ASSERT_THAT(fallocate(fd_.get(), 0, 0, 10), SyscallSucceeds());
  EXPECT_EQ(Info().st_size, 100'000);
  ASSERT_THAT(posix_fallocate(fd_.get(), 150'000, 1), 0);
  EXPECT_EQ(Info().st_size, 150'001);
}

TEST_F(Fallocate, KeepSize) {
  ASSERT_THAT(fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, 0, 65536), SyscallSucceeds());
  EXPECT_EQ(Info().st_size, 0);
}

TEST_F(Fallocate, PunchHole) {
  std::string text(65536, 'x');
  ASSERT_THAT(pwrite(fd_.get(), text.data(), text.size(), 0), SyscallReturns(65536));
  int result = fallocate(fd_.get(), kPunch, 16384, 16384);
  if (result != 0 && errno == EOPNOTSUPP) GTEST_SKIP() << "not on this file system";
  ASSERT_THAT(result, SyscallSucceeds());
  EXPECT_EQ(Info().st_size, 65536);
  char bytes[3];
  EXPECT_THAT(pread(fd_.get(), bytes, 3, 16383), SyscallReturns(3));
  EXPECT_EQ(std::string(bytes, 3), std::string("x\0\0", 3));
  // Parts of pages are zeroed.
  ASSERT_THAT(fallocate(fd_.get(), kPunch, 10, 5), SyscallSucceeds());
  EXPECT_THAT(pread(fd_.get(), bytes, 3, 9), SyscallReturns(3));
  EXPECT_EQ(std::string(bytes, 3), std::string("x\0\0", 3));
}

TEST_F(Fallocate, BlocksAreCountedWhereThereAreSome) {
  ASSERT_THAT(pwrite(fd_.get(), "x", 1, 1'000'000), SyscallReturns(1));
  ASSERT_THAT(fsync(fd_.get()), SyscallSucceeds());
  EXPECT_LT(Info().st_blocks * 512, 100'000);
  ASSERT_THAT(fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, 0, 500'000), SyscallSucceeds());
  EXPECT_GE(Info().st_blocks * 512, 500'000);
  int result = fallocate(fd_.get(), kPunch, 0, 500'000);
  if (result != 0 && errno == EOPNOTSUPP) GTEST_SKIP() << "not on this file system";
  ASSERT_THAT(result, SyscallSucceeds());
  EXPECT_LT(Info().st_blocks * 512, 100'000);
}

TEST_F(Fallocate, Errors) {
  EXPECT_THAT(fallocate(fd_.get(), 0, -1, 10), SyscallFails(EINVAL));
  EXPECT_THAT(fallocate(fd_.get(), 0, 0, 0), SyscallFails(EINVAL));
  EXPECT_THAT(fallocate(fd_.get(), 0, INT64_MAX, 10), SyscallFails(EFBIG));
  EXPECT_THAT(fallocate(fd_.get(), FALLOC_FL_PUNCH_HOLE, 0, 10), SyscallFails(EOPNOTSUPP));
  EXPECT_THAT(fallocate(fd_.get(), 0x1000, 0, 10), SyscallFails(EOPNOTSUPP));
  EXPECT_THAT(fallocate(-1, 0, 0, 10), SyscallFails(EBADF));
  Fd reader(open(file_.c_str(), O_RDONLY));
  EXPECT_THAT(fallocate(reader.get(), 0, 0, 10), SyscallFails(EBADF));
  Pipe pipe = Pipe::Create();
  EXPECT_THAT(fallocate(pipe.write_end.get(), 0, 0, 10), SyscallFails(ESPIPE));
}

// More than there can be is refused before anything is taken: memory that files hold belongs to no
// process that could be killed for it.
TEST(FallocateInMemory, MoreThanThereIs) {
  Fd fd(open("/dev/shm", O_TMPFILE | O_RDWR, 0600));
  ASSERT_THAT(fd.get(), SyscallSucceeds());
  EXPECT_THAT(fallocate(fd.get(), 0, 0, int64_t{1} << 50), SyscallFails(ENOSPC));
  EXPECT_THAT(fallocate(fd.get(), FALLOC_FL_KEEP_SIZE, 4096, int64_t{1} << 50),
              SyscallFails(ENOSPC));
  struct stat info {};
  ASSERT_THAT(fstat(fd.get(), &info), SyscallSucceeds());
  EXPECT_EQ(info.st_blocks, 0);
  EXPECT_EQ(info.st_size, 0);
}

TEST_F(Fallocate, SeekFindsDataAndHoles) {
  constexpr int64_t kFar = 1 << 20;
  ASSERT_THAT(pwrite(fd_.get(), "x", 1, kFar), SyscallReturns(1));
  EXPECT_THAT(lseek(fd_.get(), 0, SEEK_DATA), SyscallReturns(testing::Le(kFar)));
  EXPECT_THAT(lseek(fd_.get(), kFar, SEEK_DATA), SyscallReturns(kFar));
  EXPECT_THAT(lseek(fd_.get(), kFar, SEEK_HOLE), SyscallReturns(kFar + 1));
  EXPECT_THAT(lseek(fd_.get(), kFar + 1, SEEK_DATA), SyscallFails(ENXIO));
  EXPECT_THAT(lseek(fd_.get(), kFar + 1, SEEK_HOLE), SyscallFails(ENXIO));
  EXPECT_THAT(lseek(fd_.get(), -1, SEEK_DATA), SyscallFails(ENXIO));
}

TEST_F(Fallocate, Seek) {
  EXPECT_THAT(lseek(fd_.get(), 10, SEEK_SET), SyscallReturns(10));
  EXPECT_THAT(lseek(fd_.get(), -3, SEEK_CUR), SyscallReturns(7));
  EXPECT_THAT(lseek(fd_.get(), -8, SEEK_CUR), SyscallFails(EINVAL));
  EXPECT_THAT(lseek(fd_.get(), 5, SEEK_END), SyscallReturns(5));
  EXPECT_THAT(lseek(fd_.get(), 0, 9), SyscallFails(EINVAL));
  EXPECT_THAT(lseek(-1, 0, SEEK_SET), SyscallFails(EBADF));
  Pipe pipe = Pipe::Create();
  EXPECT_THAT(lseek(pipe.read_end.get(), 0, SEEK_SET), SyscallFails(ESPIPE));
}

}  // namespace
}  // namespace test
