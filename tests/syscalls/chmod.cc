// chmod(2), chown(2), umask(2) and their forms.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

namespace test {
namespace {

class Chmod : public testing::Test {
 protected:
  Chmod() : dir_(TempDir::Create()), file_(dir_.Join("file")) {
    WriteFile(file_, "x");
    chmod(dir_.c_str(), 0755);
    symlink("file", dir_.Join("link").c_str());
  }
  mode_t Mode(const std::string& path) {
    struct stat info {};
    EXPECT_THAT(lstat(path.c_str(), &info), SyscallSucceeds());
    return info.st_mode & 07777;
  }

  TempDir dir_;
  std::string file_;
};

TEST_F(Chmod, AllForms) {
  EXPECT_THAT(chmod(file_.c_str(), 0601), SyscallSucceeds());
  EXPECT_EQ(Mode(file_), 0601U);
  EXPECT_THAT(chmod(dir_.Join("link").c_str(), 0602), SyscallSucceeds());
  EXPECT_EQ(Mode(file_), 0602U);
  Fd fd(open(file_.c_str(), O_RDONLY));
  EXPECT_THAT(fchmod(fd.get(), 0603), SyscallSucceeds());
  EXPECT_EQ(Mode(file_), 0603U);
  Fd dir(open(dir_.c_str(), O_RDONLY));
  EXPECT_THAT(syscall(SYS_fchmodat, dir.get(), "file", 0604), SyscallSucceeds());
  EXPECT_EQ(Mode(file_), 0604U);
  EXPECT_THAT(chmod(file_.c_str(), 0100000 | 0605), SyscallSucceeds());
  EXPECT_EQ(Mode(file_), 0605U);
  EXPECT_THAT(chmod(dir_.c_str(), 01755), SyscallSucceeds());
  EXPECT_EQ(Mode(dir_.path()), 01755U);
}

TEST_F(Chmod, Fchmodat2) {
  long result = syscall(SYS_fchmodat2, AT_FDCWD, file_.c_str(), 0606, 0);
  if (result != 0 && errno == ENOSYS) GTEST_SKIP() << "an old kernel";
  ASSERT_THAT(result, SyscallSucceeds());
  EXPECT_EQ(Mode(file_), 0606U);
  EXPECT_THAT(
      syscall(SYS_fchmodat2, AT_FDCWD, dir_.Join("link").c_str(), 0600, AT_SYMLINK_NOFOLLOW),
      SyscallFails(EOPNOTSUPP));
  EXPECT_THAT(syscall(SYS_fchmodat2, AT_FDCWD, file_.c_str(), 0600, 0x10), SyscallFails(EINVAL));
  Fd fd(open(file_.c_str(), O_PATH));
  EXPECT_THAT(syscall(SYS_fchmodat2, fd.get(), "", 0607, AT_EMPTY_PATH), SyscallSucceeds());
  EXPECT_EQ(Mode(file_), 0607U);
}

TEST_F(Chmod, Errors) {
  EXPECT_THAT(chmod(dir_.Join("none").c_str(), 0600), SyscallFails(ENOENT));
  EXPECT_THAT(fchmod(-1, 0600), SyscallFails(EBADF));
  EXPECT_THAT(chown(dir_.Join("none").c_str(), 0, 0), SyscallFails(ENOENT));
  EXPECT_THAT(fchown(-1, 0, 0), SyscallFails(EBADF));
  EXPECT_THAT(fchownat(AT_FDCWD, file_.c_str(), 0, 0, 1), SyscallFails(EINVAL));
}

TEST_F(Chmod, OwnersOnly) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(setgid(12345) == 0 && setuid(12345) == 0);
                CHILD_CHECK(chmod(file_.c_str(), 0777) == -1 && errno == EPERM);
                CHILD_CHECK(chown(file_.c_str(), 12345, -1) == -1 && errno == EPERM);
                CHILD_CHECK(chown(file_.c_str(), -1, -1) == 0);
              }),
              Exited(0));
}

TEST_F(Chmod, ChownByRoot) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  struct stat info;
  ASSERT_THAT(chown(file_.c_str(), 12345, 54321), SyscallSucceeds());
  stat(file_.c_str(), &info);
  EXPECT_EQ(info.st_uid, 12345U);
  EXPECT_EQ(info.st_gid, 54321U);
  ASSERT_THAT(chown(file_.c_str(), -1, 11111), SyscallSucceeds());
  stat(file_.c_str(), &info);
  EXPECT_EQ(info.st_uid, 12345U);
  EXPECT_EQ(info.st_gid, 11111U);
  ASSERT_THAT(lchown(dir_.Join("link").c_str(), 7, 7), SyscallSucceeds());
  lstat(dir_.Join("link").c_str(), &info);
  EXPECT_EQ(info.st_uid, 7U);
  stat(file_.c_str(), &info);
  EXPECT_EQ(info.st_uid, 12345U);
}

TEST_F(Chmod, ChownTakesSetIdBitsAway) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  chmod(file_.c_str(), 06755);
  ASSERT_THAT(chown(file_.c_str(), 12345, 12345), SyscallSucceeds());
  EXPECT_EQ(Mode(file_), 0755U);
  chmod(file_.c_str(), 02644);  // Not executable by the group: stays.
  ASSERT_THAT(chown(file_.c_str(), 0, 0), SyscallSucceeds());
  EXPECT_EQ(Mode(file_), 02644U);
}

TEST_F(Chmod, SetgidNeedsTheGroup) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
  ASSERT_THAT(chown(file_.c_str(), 12345, 54321), SyscallSucceeds());
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(setgid(12345) == 0 && setuid(12345) == 0);
                CHILD_CHECK(chmod(file_.c_str(), 06755) == 0);
              }),
              Exited(0));
  EXPECT_EQ(Mode(file_), 04755U);
}

TEST_F(Chmod, SetgidDirectoriesHandTheirGroupDown) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  std::string sub = dir_.Join("sub");
  mkdir(sub.c_str(), 0755);
  chown(sub.c_str(), -1, 54321);
  chmod(sub.c_str(), 02755);
  WriteFile(sub + "/file", "");
  mkdir((sub + "/dir").c_str(), 0755);
  struct stat info;
  stat((sub + "/file").c_str(), &info);
  EXPECT_EQ(info.st_gid, 54321U);
  stat((sub + "/dir").c_str(), &info);
  EXPECT_EQ(info.st_gid, 54321U);
  EXPECT_EQ(info.st_mode & 07777, 02755U);
}

}  // namespace
}  // namespace test
