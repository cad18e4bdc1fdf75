// utime(2), utimes(2), futimesat(2), utimensat(2).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
#include <utime.h>

#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

class Utimes : public testing::Test {
 protected:
  Utimes() : dir_(TempDir::Create()), file_(dir_.Join("file")) {
    WriteFile(file_, "x");
    symlink("file", dir_.Join("link").c_str());
  }
  struct stat Info(const std::string& path) {
    struct stat info {};
    EXPECT_THAT(lstat(path.c_str(), &info), SyscallSucceeds());
    return info;
  }
  int Set(long atime_nsec, long mtime_nsec) {
    timespec times[2] = {{100, atime_nsec}, {200, mtime_nsec}};
    return utimensat(AT_FDCWD, file_.c_str(), times, 0);
  }

  TempDir dir_;
  std::string file_;
};

TEST_F(Utimes, SetsBoth) {
  ASSERT_THAT(Set(5, 999'999'999), SyscallSucceeds());
  struct stat info = Info(file_);
  EXPECT_EQ(info.st_atim.tv_sec, 100);
  EXPECT_EQ(info.st_atim.tv_nsec, 5);
  EXPECT_EQ(info.st_mtim.tv_sec, 200);
  EXPECT_EQ(info.st_mtim.tv_nsec, 999'999'999);
  EXPECT_GT(info.st_ctim.tv_sec, 1'000'000);
}

TEST_F(Utimes, NowAndOmit) {
  ASSERT_THAT(Set(0, 0), SyscallSucceeds());
  ASSERT_THAT(Set(UTIME_OMIT, UTIME_NOW), SyscallSucceeds());
  EXPECT_EQ(Info(file_).st_atim.tv_sec, 100);
  EXPECT_GT(Info(file_).st_mtim.tv_sec, 1'000'000);
  ASSERT_THAT(utimensat(AT_FDCWD, file_.c_str(), nullptr, 0), SyscallSucceeds());
  EXPECT_GT(Info(file_).st_atim.tv_sec, 1'000'000);
  // Nothing to do: the path is not even looked at.
  timespec omit[2] = {{0, UTIME_OMIT}, {0, UTIME_OMIT}};
  EXPECT_THAT(utimensat(AT_FDCWD, dir_.Join("none").c_str(), omit, 0), SyscallSucceeds());
}

TEST_F(Utimes, LinksAndDescriptors) {
  timespec times[2] = {{100, 0}, {200, 0}};
  std::string link = dir_.Join("link");
  ASSERT_THAT(utimensat(AT_FDCWD, link.c_str(), times, AT_SYMLINK_NOFOLLOW), SyscallSucceeds());
  EXPECT_EQ(Info(link).st_mtim.tv_sec, 200);
  EXPECT_NE(Info(file_).st_mtim.tv_sec, 200);
  Fd fd(open(file_.c_str(), O_RDONLY));
  ASSERT_THAT(futimens(fd.get(), times), SyscallSucceeds());
  EXPECT_EQ(Info(file_).st_mtim.tv_sec, 200);
  EXPECT_THAT(syscall(SYS_utimensat, fd.get(), nullptr, times, AT_SYMLINK_NOFOLLOW),
              SyscallFails(EINVAL));
}

TEST_F(Utimes, OlderForms) {
  utimbuf seconds{11, 22};
  ASSERT_THAT(syscall(SYS_utime, file_.c_str(), &seconds), SyscallSucceeds());
  EXPECT_EQ(Info(file_).st_atim.tv_sec, 11);
  EXPECT_EQ(Info(file_).st_mtim.tv_sec, 22);
  timeval times[2] = {{33, 5}, {44, 6}};
  ASSERT_THAT(syscall(SYS_utimes, file_.c_str(), times), SyscallSucceeds());
  EXPECT_EQ(Info(file_).st_mtim.tv_nsec, 6000);
  times[1].tv_usec = 1'000'000;
  EXPECT_THAT(syscall(SYS_utimes, file_.c_str(), times), SyscallFails(EINVAL));
  times[1].tv_usec = 7;
  Fd fd(open(dir_.c_str(), O_RDONLY));
  ASSERT_THAT(syscall(SYS_futimesat, fd.get(), "file", times), SyscallSucceeds());
  EXPECT_EQ(Info(file_).st_mtim.tv_nsec, 7000);
}

TEST_F(Utimes, Errors) {
  EXPECT_THAT(Set(1'000'000'000, 0), SyscallFails(EINVAL));
  EXPECT_THAT(Set(0, -1), SyscallFails(EINVAL));
  EXPECT_THAT(utimensat(AT_FDCWD, dir_.Join("none").c_str(), nullptr, 0), SyscallFails(ENOENT));
  EXPECT_THAT(utimensat(AT_FDCWD, file_.c_str(), nullptr, 1), SyscallFails(EINVAL));
  EXPECT_THAT(futimens(-1, nullptr), SyscallFails(EBADF));
}

TEST_F(Utimes, OthersMayOnlyTouchWhatTheyMayWrite) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
  chmod(dir_.c_str(), 0755);
  chmod(file_.c_str(), 0666);
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(setgid(12345) == 0 && setuid(12345) == 0);
                CHILD_CHECK(Set(0, 0) == -1 && errno == EPERM);
                CHILD_CHECK(Set(UTIME_NOW, UTIME_OMIT) == -1 && errno == EPERM);
                CHILD_CHECK(utimensat(AT_FDCWD, file_.c_str(), nullptr, 0) == 0);
                CHILD_CHECK(Set(UTIME_NOW, UTIME_NOW) == 0);
              }),
              Exited(0));
  chmod(file_.c_str(), 0644);
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(setgid(12345) == 0 && setuid(12345) == 0);
                CHILD_CHECK(utimensat(AT_FDCWD, file_.c_str(), nullptr, 0) == -1);
                CHILD_CHECK(errno == EACCES);
              }),
              Exited(0));
}

}  // namespace
}  // namespace test
