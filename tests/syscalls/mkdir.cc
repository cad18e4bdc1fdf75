// mkdir(2), rmdir(2), mknod(2), unlink(2), chdir(2), getcwd(2), chroot(2).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
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

class Mkdir : public testing::Test {
 protected:
  Mkdir() : dir_(TempDir::Create()) { WriteFile(P("file"), "x"); }
  std::string P(const char* name) { return dir_.Join(name); }
  int Make(const char* name, mode_t mode = 0755) { return mkdir(P(name).c_str(), mode); }
  int Remove(const char* name) { return rmdir(P(name).c_str()); }
  int Unlink(const char* name) { return unlink(P(name).c_str()); }
  struct stat Info(const char* name) {
    struct stat info {};
    EXPECT_THAT(lstat(P(name).c_str(), &info), SyscallSucceeds());
    return info;
  }

  TempDir dir_;
};

TEST_F(Mkdir, MakesAndRemoves) {
  EXPECT_THAT(Make("d"), SyscallSucceeds());
  EXPECT_EQ(Info("d").st_mode, S_IFDIR | 0755U);
  EXPECT_THAT(Make("d"), SyscallFails(EEXIST));
  EXPECT_THAT(Make("file"), SyscallFails(EEXIST));
  EXPECT_THAT(Make("d/e/"), SyscallSucceeds());
  EXPECT_THAT(Make("no/e"), SyscallFails(ENOENT));
  EXPECT_THAT(Make("file/e"), SyscallFails(ENOTDIR));
  EXPECT_THAT(Make("d/."), SyscallFails(EEXIST));
  EXPECT_THAT(Make("d/.."), SyscallFails(EEXIST));
  EXPECT_THAT(mkdir("/", 0755), SyscallFails(EEXIST));
  EXPECT_THAT(mkdir("", 0755), SyscallFails(ENOENT));
  EXPECT_THAT(Remove("d"), SyscallFails(ENOTEMPTY));
  EXPECT_THAT(Remove("d/e/."), SyscallFails(EINVAL));
  EXPECT_THAT(Remove("d/e/.."), SyscallFails(ENOTEMPTY));
  EXPECT_THAT(rmdir("/"), SyscallFails(EBUSY));
  EXPECT_THAT(Remove("file"), SyscallFails(ENOTDIR));
  EXPECT_THAT(Remove("missing"), SyscallFails(ENOENT));
  EXPECT_THAT(Remove("d/e/"), SyscallSucceeds());
  EXPECT_THAT(Remove("d"), SyscallSucceeds());
}

TEST_F(Mkdir, DanglingLinkIsInTheWay) {
  symlink("target", P("link").c_str());
  EXPECT_THAT(Make("link"), SyscallFails(EEXIST));
  EXPECT_THAT(Remove("link"), SyscallFails(ENOTDIR));
}

TEST_F(Mkdir, ModeBits) {
  mode_t old = umask(0);
  EXPECT_THAT(Make("sticky", 01777), SyscallSucceeds());
  EXPECT_EQ(Info("sticky").st_mode, S_IFDIR | 01777U);
  EXPECT_THAT(Make("odd", 06755), SyscallSucceeds());
  EXPECT_EQ(Info("odd").st_mode, S_IFDIR | 0755U);  // mkdir(2) takes no set-id bits.
  umask(old);
}

TEST_F(Mkdir, Unlink) {
  Make("d");
  symlink("file", P("link").c_str());
  EXPECT_THAT(Unlink("d"), SyscallFails(EISDIR));
  EXPECT_THAT(Unlink("file/"), SyscallFails(ENOTDIR));
  EXPECT_THAT(Unlink("missing"), SyscallFails(ENOENT));
  EXPECT_THAT(Unlink("d/."), SyscallFails(EISDIR));
  EXPECT_THAT(Unlink("link"), SyscallSucceeds());
  EXPECT_THAT(Unlink("file"), SyscallSucceeds());
  EXPECT_THAT(unlinkat(AT_FDCWD, P("d").c_str(), 0x10), SyscallFails(EINVAL));
  EXPECT_THAT(unlinkat(AT_FDCWD, P("d").c_str(), AT_REMOVEDIR), SyscallSucceeds());
}

TEST_F(Mkdir, OpenFilesOutliveTheirNames) {
  Fd fd(open(P("file").c_str(), O_RDWR));
  ASSERT_THAT(Unlink("file"), SyscallSucceeds());
  struct stat info;
  EXPECT_THAT(fstat(fd.get(), &info), SyscallSucceeds());
  EXPECT_EQ(info.st_nlink, 0U);
  char byte;
  EXPECT_THAT(read(fd.get(), &byte, 1), SyscallReturns(1));
  EXPECT_THAT(write(fd.get(), "more", 4), SyscallReturns(4));
}

TEST_F(Mkdir, RemovedWorkingDirectory) {
  Make("d");
  EXPECT_THAT(ForkAndWait([&] {
                char name[4096];
                CHILD_CHECK(chdir(P("d").c_str()) == 0);
                CHILD_CHECK(rmdir(P("d").c_str()) == 0);
                CHILD_CHECK(syscall(SYS_getcwd, name, sizeof(name)) == -1 && errno == ENOENT);
                CHILD_CHECK(mkdir("e", 0755) == -1 && errno == ENOENT);
                CHILD_CHECK(open("f", O_CREAT | O_RDWR, 0644) == -1 && errno == ENOENT);
                CHILD_CHECK(chdir("..") == 0);
              }),
              Exited(0));
}

TEST_F(Mkdir, WorkingDirectory) {
  Make("d");
  EXPECT_THAT(ForkAndWait([&] {
                char name[4096];
                CHILD_CHECK(chdir(P("d").c_str()) == 0);
                long length = syscall(SYS_getcwd, name, sizeof(name));
                CHILD_CHECK(length == static_cast<long>(std::string(name).size()) + 1);
                CHILD_CHECK(std::string(name).ends_with("/d"));
                CHILD_CHECK(syscall(SYS_getcwd, name, 2) == -1 && errno == ERANGE);
                CHILD_CHECK(chdir(P("file").c_str()) == -1 && errno == ENOTDIR);
                CHILD_CHECK(chdir(P("missing").c_str()) == -1 && errno == ENOENT);
                int fd = open(P("file").c_str(), O_RDONLY);
                CHILD_CHECK(fchdir(fd) == -1 && errno == ENOTDIR);
                CHILD_CHECK(fchdir(-1) == -1 && errno == EBADF);
                CHILD_CHECK(fchdir(open("..", O_PATH)) == 0);
                CHILD_CHECK(access("file", F_OK) == 0);
              }),
              Exited(0));
}

TEST_F(Mkdir, Nodes) {
  EXPECT_THAT(mknod(P("fifo").c_str(), S_IFIFO | 0640, 0), SyscallSucceeds());
  EXPECT_EQ(Info("fifo").st_mode & S_IFMT, static_cast<mode_t>(S_IFIFO));
  EXPECT_THAT(mknod(P("sock").c_str(), S_IFSOCK | 0640, 0), SyscallSucceeds());
  EXPECT_THAT(open(P("sock").c_str(), O_RDWR), SyscallFails(ENXIO));
  EXPECT_THAT(mknod(P("reg").c_str(), 0640, 0), SyscallSucceeds());
  EXPECT_EQ(Info("reg").st_mode & S_IFMT, static_cast<mode_t>(S_IFREG));
  EXPECT_THAT(mknod(P("reg").c_str(), 0640, 0), SyscallFails(EEXIST));
  EXPECT_THAT(mknod(P("dir").c_str(), S_IFDIR | 0755, 0), SyscallFails(EPERM));
  EXPECT_THAT(mknod(P("link").c_str(), S_IFLNK | 0777, 0), SyscallFails(EINVAL));
  EXPECT_THAT(mknod(P("slash/").c_str(), S_IFIFO | 0640, 0), SyscallFails(ENOENT));
}

TEST_F(Mkdir, FifoMeeting) {
  ASSERT_THAT(mkfifo(P("fifo").c_str(), 0640), SyscallSucceeds());
  EXPECT_THAT(open(P("fifo").c_str(), O_WRONLY | O_NONBLOCK), SyscallFails(ENXIO));
  pid_t child = Fork([&] {
    int fd = open(P("fifo").c_str(), O_WRONLY);
    CHILD_CHECK(write(fd, "hi", 2) == 2);
  });
  Fd reader(open(P("fifo").c_str(), O_RDONLY));
  char text[4];
  EXPECT_THAT(read(reader.get(), text, sizeof(text)), SyscallReturns(2));
  EXPECT_THAT(read(reader.get(), text, sizeof(text)), SyscallReturns(0));
  EXPECT_THAT(WaitFor(child), Exited(0));
}

TEST_F(Mkdir, StickyDirectoriesProtectOthersNames) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
  chmod(dir_.c_str(), 0755);
  Make("tmp");
  chmod(P("tmp").c_str(), 01777);
  WriteFile(P("tmp/roots"), "x");
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(setgid(12345) == 0 && setuid(12345) == 0);
                CHILD_CHECK(Unlink("tmp/roots") == -1 && errno == EPERM);
                CHILD_CHECK(Make("tmp/own") == 0 && Remove("tmp/own") == 0);
                CHILD_CHECK(Make("denied") == -1 && errno == EACCES);
              }),
              Exited(0));
}

TEST_F(Mkdir, Chroot) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  Make("root");
  WriteFile(P("root/inside"), "x");
  EXPECT_THAT(ForkAndWait([&] {
                char name[64];
                CHILD_CHECK(chroot(P("root").c_str()) == 0);
                CHILD_CHECK(access("/inside", F_OK) == 0);
                CHILD_CHECK(chdir("/") == 0);
                CHILD_CHECK(access("../../inside", F_OK) == 0);
                CHILD_CHECK(syscall(SYS_getcwd, name, sizeof(name)) == 2);
              }),
              Exited(0));
}

}  // namespace
}  // namespace test
