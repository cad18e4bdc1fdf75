// ioctl(2): what vfs answers for files of every kind; FICLONE and its kin (ioctl_ficlonerange(2),
// ioctl_fideduperange(2)).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

// Not in a header of the C library.
constexpr unsigned long kFioqsize = 0x5460;

class FileIoctl : public testing::Test {
 protected:
  TempFile file_ = TempFile::Create("0123456789");
  Fd fd_{open(file_.path().c_str(), O_RDWR | O_CLOEXEC)};
  Fd read_only_{open(file_.path().c_str(), O_RDONLY | O_CLOEXEC)};
  Fd dir_{open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  Fd event_{eventfd(0, EFD_CLOEXEC)};
  void* nowhere_ = reinterpret_cast<void*>(8);
};

TEST_F(FileIoctl, Fionread) {
  int n = -1;
  ASSERT_THAT(lseek(fd_.get(), 3, SEEK_SET), SyscallSucceeds());
  EXPECT_THAT(ioctl(fd_.get(), FIONREAD, &n), SyscallSucceeds());
  EXPECT_EQ(n, 7);
  ASSERT_THAT(lseek(fd_.get(), 12, SEEK_SET), SyscallSucceeds());
  EXPECT_THAT(ioctl(fd_.get(), FIONREAD, &n), SyscallSucceeds());
  EXPECT_EQ(n, -2);
  EXPECT_THAT(ioctl(fd_.get(), FIONREAD, nowhere_), SyscallFails(EFAULT));
  EXPECT_THAT(ioctl(dir_.get(), FIONREAD, &n), SyscallFails(ENOTTY));
  EXPECT_THAT(ioctl(event_.get(), FIONREAD, &n), SyscallFails(ENOTTY));
}

TEST_F(FileIoctl, EpollTakesNoneOfItsOwn) {
  Fd epoll(epoll_create1(EPOLL_CLOEXEC));
  int n = 0;
  EXPECT_THAT(ioctl(epoll.get(), FIONREAD, &n), SyscallFails(EINVAL));
  EXPECT_THAT(ioctl(epoll.get(), TCGETS, &n), SyscallFails(EINVAL));
}

TEST_F(FileIoctl, FigetbszOfEverything) {
  for (int fd : {fd_.get(), dir_.get(), event_.get()}) {
    int size = 0;
    EXPECT_THAT(ioctl(fd, FIGETBSZ, &size), SyscallSucceeds());
    EXPECT_GE(size, 512);
    EXPECT_THAT(ioctl(fd, FIGETBSZ, nowhere_), SyscallFails(EFAULT));
  }
  Fd path(open(file_.path().c_str(), O_PATH | O_CLOEXEC));
  int size = 0;
  EXPECT_THAT(ioctl(path.get(), FIGETBSZ, &size), SyscallFails(EBADF));
}

TEST_F(FileIoctl, FioqsizeTellsWhatIsAllocated) {
  ASSERT_THAT(fsync(fd_.get()), SyscallSucceeds());
  struct stat st;
  ASSERT_THAT(fstat(fd_.get(), &st), SyscallSucceeds());
  int64_t size = -1;
  EXPECT_THAT(ioctl(fd_.get(), kFioqsize, &size), SyscallSucceeds());
  EXPECT_EQ(size, st.st_blocks * 512);
  EXPECT_THAT(ioctl(dir_.get(), kFioqsize, &size), SyscallSucceeds());
  EXPECT_THAT(ioctl(dir_.get(), kFioqsize, nowhere_), SyscallFails(EFAULT));
  EXPECT_THAT(ioctl(event_.get(), kFioqsize, &size), SyscallFails(ENOTTY));
}

TEST_F(FileIoctl, WhatIsForTheAdministrator) {
  const pid_t child = Fork([&] {
    if (geteuid() == 0) CHILD_CHECK(setresuid(65534, 65534, 65534) == 0);
    int block = 0;
    CHILD_CHECK(ioctl(fd_.get(), FIBMAP, &block) == -1 && errno == EPERM);
    CHILD_CHECK(ioctl(dir_.get(), FIBMAP, &block) == -1 && errno == ENOTTY);
    CHILD_CHECK(ioctl(fd_.get(), FIFREEZE, 0) == -1 && errno == EPERM);
    CHILD_CHECK(ioctl(fd_.get(), FITHAW, 0) == -1 && errno == EPERM);
  });
  EXPECT_THAT(WaitFor(child), Exited(0));
}

// Before it is known whether the file system can share anything.
TEST_F(FileIoctl, FicloneErrors) {
  EXPECT_THAT(ioctl(fd_.get(), FICLONE, -1), SyscallFails(EBADF));
  EXPECT_THAT(ioctl(fd_.get(), FICLONE, event_.get()), SyscallFails(EXDEV));
  EXPECT_THAT(ioctl(read_only_.get(), FICLONE, fd_.get()), SyscallFails(EBADF));
  Fd append(open(file_.path().c_str(), O_RDWR | O_APPEND | O_CLOEXEC));
  EXPECT_THAT(ioctl(append.get(), FICLONE, fd_.get()), SyscallFails(EBADF));
  TempDir dir = TempDir::Create();
  TempFile beside = TempFile::Create();
  Fd out(open(beside.path().c_str(), O_RDWR | O_CLOEXEC));
  Fd directory(open(dir.c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_THAT(ioctl(out.get(), FICLONE, directory.get()), SyscallFails(EISDIR));
  EXPECT_THAT(ioctl(out.get(), FICLONERANGE, nowhere_), SyscallFails(EFAULT));
  file_clone_range range{};
  range.src_fd = -1;
  EXPECT_THAT(ioctl(out.get(), FICLONERANGE, &range), SyscallFails(EBADF));
}

TEST_F(FileIoctl, FideduperangeErrors) {
  struct {
    uint64_t offset, length;
    uint16_t count, reserved1;
    uint32_t reserved2;
    std::array<file_dedupe_range_info, 200> info;
  } request{};
  request.length = 4;
  request.count = 200;
  EXPECT_THAT(ioctl(fd_.get(), FIDEDUPERANGE, &request), SyscallFails(ENOMEM));
  request.count = 1;
  request.reserved1 = 1;
  EXPECT_THAT(ioctl(fd_.get(), FIDEDUPERANGE, &request), SyscallFails(EINVAL));
  request.reserved1 = 0;
  EXPECT_THAT(ioctl(dir_.get(), FIDEDUPERANGE, &request), SyscallFails(EISDIR));
  EXPECT_THAT(ioctl(event_.get(), FIDEDUPERANGE, &request), SyscallFails(EINVAL));
  Fd write_only(open(file_.path().c_str(), O_WRONLY | O_CLOEXEC));
  EXPECT_THAT(ioctl(write_only.get(), FIDEDUPERANGE, &request), SyscallFails(EINVAL));
  EXPECT_THAT(ioctl(fd_.get(), FIDEDUPERANGE, nowhere_), SyscallFails(EFAULT));
}

}  // namespace
}  // namespace test
