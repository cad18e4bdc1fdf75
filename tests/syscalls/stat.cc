// stat(2), lstat(2), fstat(2), fstatat(2), statx(2), statfs(2), access(2).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

class Stat : public testing::Test {
 protected:
  Stat() : dir_(TempDir::Create()) {
    WriteFile(Join("file"), "hello");
    chmod(Join("file").c_str(), 0640);
    mkdir(Join("sub").c_str(), 0755);
    symlink("file", Join("link").c_str());
  }
  std::string Join(const char* name) { return dir_.Join(name); }

  TempDir dir_;
  struct stat info_ {};
};

TEST_F(Stat, RegularFile) {
  ASSERT_THAT(stat(Join("file").c_str(), &info_), SyscallSucceeds());
  EXPECT_EQ(info_.st_mode, S_IFREG | 0640U);
  EXPECT_EQ(info_.st_size, 5);
  EXPECT_EQ(info_.st_nlink, 1U);
  EXPECT_EQ(info_.st_uid, geteuid());
  EXPECT_EQ(info_.st_gid, getegid());
  EXPECT_GT(info_.st_blksize, 0);
  EXPECT_NE(info_.st_ino, 0U);
}

TEST_F(Stat, LinksAreFollowedOrNot) {
  ASSERT_THAT(lstat(Join("link").c_str(), &info_), SyscallSucceeds());
  EXPECT_EQ(info_.st_mode, S_IFLNK | 0777U);
  EXPECT_EQ(info_.st_size, 4);
  ASSERT_THAT(stat(Join("link").c_str(), &info_), SyscallSucceeds());
  EXPECT_TRUE(S_ISREG(info_.st_mode));
  symlink("sub", Join("dirlink").c_str());
  ASSERT_THAT(lstat(Join("dirlink/").c_str(), &info_), SyscallSucceeds());
  EXPECT_TRUE(S_ISDIR(info_.st_mode));
  EXPECT_THAT(lstat(Join("link/").c_str(), &info_), SyscallFails(ENOTDIR));
}

TEST_F(Stat, AllFormsAgree) {
  struct stat other {};
  Fd fd(open(Join("file").c_str(), O_RDONLY));
  Fd dir(open(dir_.c_str(), O_RDONLY));
  ASSERT_THAT(stat(Join("file").c_str(), &info_), SyscallSucceeds());
  ASSERT_THAT(fstat(fd.get(), &other), SyscallSucceeds());
  EXPECT_EQ(memcmp(&info_, &other, sizeof(other)), 0);
  ASSERT_THAT(fstatat(dir.get(), "link", &other, 0), SyscallSucceeds());
  EXPECT_EQ(other.st_ino, info_.st_ino);
  ASSERT_THAT(fstatat(fd.get(), "", &other, AT_EMPTY_PATH), SyscallSucceeds());
  EXPECT_EQ(other.st_ino, info_.st_ino);
  EXPECT_EQ(other.st_dev, info_.st_dev);
}

TEST_F(Stat, Errors) {
  EXPECT_THAT(stat(Join("missing").c_str(), &info_), SyscallFails(ENOENT));
  EXPECT_THAT(stat("", &info_), SyscallFails(ENOENT));
  EXPECT_THAT(stat(Join("file/x").c_str(), &info_), SyscallFails(ENOTDIR));
  EXPECT_THAT(fstat(-1, &info_), SyscallFails(EBADF));
  EXPECT_THAT(syscall(SYS_newfstatat, AT_FDCWD, dir_.c_str(), &info_, 0x10), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_newfstatat, AT_FDCWD, "", &info_, 0), SyscallFails(ENOENT));
  EXPECT_THAT(syscall(SYS_stat, dir_.c_str(), 8), SyscallFails(EFAULT));
}

TEST_F(Stat, TimesFollowChanges) {
  struct stat before {};
  stat(Join("file").c_str(), &before);
  Fd fd(open(Join("file").c_str(), O_RDWR));
  // Clocks of file systems tick slowly.
  do {
    ASSERT_THAT(pwrite(fd.get(), "x", 1, 0), SyscallReturns(1));
    stat(Join("file").c_str(), &info_);
  } while (info_.st_mtim.tv_nsec == before.st_mtim.tv_nsec);
  EXPECT_EQ(info_.st_mtim.tv_nsec, info_.st_ctim.tv_nsec);
  struct stat dir_before {};
  stat(dir_.c_str(), &dir_before);
  do {
    unlink(Join("new").c_str());
    WriteFile(Join("new"), "");
    stat(dir_.c_str(), &info_);
  } while (info_.st_mtim.tv_nsec == dir_before.st_mtim.tv_nsec);
}

TEST_F(Stat, Statx) {
  struct statx x {};
  ASSERT_THAT(statx(AT_FDCWD, Join("file").c_str(), 0, STATX_BASIC_STATS | STATX_BTIME, &x),
              SyscallSucceeds());
  stat(Join("file").c_str(), &info_);
  EXPECT_EQ(x.stx_mask & STATX_BASIC_STATS, STATX_BASIC_STATS);
  EXPECT_EQ(x.stx_mode, info_.st_mode);
  EXPECT_EQ(x.stx_ino, info_.st_ino);
  EXPECT_EQ(x.stx_size, 5U);
  EXPECT_EQ(makedev(x.stx_dev_major, x.stx_dev_minor), info_.st_dev);
  EXPECT_EQ(x.stx_mtime.tv_sec, info_.st_mtim.tv_sec);
  EXPECT_THAT(statx(AT_FDCWD, dir_.c_str(), 0, STATX__RESERVED, &x), SyscallFails(EINVAL));
  EXPECT_THAT(statx(AT_FDCWD, dir_.c_str(), AT_STATX_SYNC_TYPE, 0, &x), SyscallFails(EINVAL));
  EXPECT_THAT(statx(AT_FDCWD, dir_.c_str(), 0x80000, 0, &x), SyscallFails(EINVAL));
  ASSERT_THAT(statx(AT_FDCWD, "/proc", 0, STATX_BASIC_STATS, &x), SyscallSucceeds());
  EXPECT_TRUE(x.stx_attributes & STATX_ATTR_MOUNT_ROOT);
  Fd fd(open(dir_.c_str(), O_RDONLY));
  ASSERT_THAT(statx(fd.get(), "", AT_EMPTY_PATH, STATX_TYPE, &x), SyscallSucceeds());
  EXPECT_TRUE(S_ISDIR(x.stx_mode));
}

TEST_F(Stat, NamelessFiles) {
  Pipe pipe = Pipe::Create();
  ASSERT_THAT(fstat(pipe.read_end.get(), &info_), SyscallSucceeds());
  EXPECT_EQ(info_.st_mode, S_IFIFO | 0600U);
  EXPECT_EQ(info_.st_uid, geteuid());
}

TEST_F(Stat, Statfs) {
  struct statfs fs {};
  ASSERT_THAT(statfs(dir_.c_str(), &fs), SyscallSucceeds());
  EXPECT_NE(fs.f_type, 0);
  EXPECT_GT(fs.f_bsize, 0);
  EXPECT_EQ(fs.f_namelen, 255);
  struct statfs same {};
  Fd fd(open(dir_.c_str(), O_RDONLY));
  ASSERT_THAT(fstatfs(fd.get(), &same), SyscallSucceeds());
  EXPECT_EQ(same.f_type, fs.f_type);
  EXPECT_THAT(fstatfs(-1, &fs), SyscallFails(EBADF));
  EXPECT_THAT(statfs(Join("missing").c_str(), &fs), SyscallFails(ENOENT));
  ASSERT_THAT(statfs("/proc", &fs), SyscallSucceeds());
  EXPECT_EQ(fs.f_type, 0x9fa0);
}

TEST_F(Stat, Access) {
  EXPECT_THAT(access(Join("file").c_str(), F_OK), SyscallSucceeds());
  EXPECT_THAT(access(Join("missing").c_str(), F_OK), SyscallFails(ENOENT));
  EXPECT_THAT(access(Join("file").c_str(), X_OK), SyscallFails(EACCES));
  EXPECT_THAT(access(Join("file").c_str(), 8), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_faccessat2, AT_FDCWD, dir_.c_str(), 0, 0x4000), SyscallFails(EINVAL));
  symlink("missing", Join("dangling").c_str());
  EXPECT_THAT(access(Join("dangling").c_str(), F_OK), SyscallFails(ENOENT));
  EXPECT_THAT(
      syscall(SYS_faccessat2, AT_FDCWD, Join("dangling").c_str(), F_OK, AT_SYMLINK_NOFOLLOW),
      SyscallSucceeds());
}

TEST_F(Stat, AccessAsksForTheRealUser) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
  chmod(dir_.c_str(), 0755);
  chmod(Join("file").c_str(), 0600);
  EXPECT_THAT(
      ForkAndWait([&] {
        CHILD_CHECK(setresuid(12345, 0, 0) == 0);
        CHILD_CHECK(access(Join("file").c_str(), R_OK) == -1 && errno == EACCES);
        CHILD_CHECK(syscall(SYS_faccessat2, AT_FDCWD, Join("file").c_str(), R_OK, AT_EACCESS) == 0);
      }),
      Exited(0));
}

}  // namespace
}  // namespace test
