// open(2), openat(2), openat2(2), creat(2): flags, creation, what the last component may be.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/openat2.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

long Openat2(int dirfd, const char* path, open_how how, size_t size = sizeof(open_how)) {
  return syscall(SYS_openat2, dirfd, path, &how, size);
}

class Open : public testing::Test {
 protected:
  Open() : dir_(TempDir::Create()) {
    WriteFile(dir_.Join("file"), "hello");
    mkdir(dir_.Join("sub").c_str(), 0755);
    symlink("file", dir_.Join("link").c_str());
    symlink("missing", dir_.Join("dangling").c_str());
    symlink("loop", dir_.Join("loop").c_str());
    dirfd_.reset(open(dir_.c_str(), O_RDONLY | O_DIRECTORY));
  }
  int Try(const char* name, int flags, mode_t mode = 0644) {
    Fd fd(openat(dirfd_.get(), name, flags, mode));
    return fd.get() < 0 ? errno : 0;
  }

  TempDir dir_;
  Fd dirfd_;
};

TEST_F(Open, MissingAndWrongKinds) {
  EXPECT_EQ(Try("", O_RDONLY), ENOENT);
  EXPECT_EQ(Try("nothing", O_RDONLY), ENOENT);
  EXPECT_EQ(Try("nothing/below", O_RDONLY), ENOENT);
  EXPECT_EQ(Try("file/below", O_RDONLY), ENOTDIR);
  EXPECT_EQ(Try("file/", O_RDONLY), ENOTDIR);
  EXPECT_EQ(Try("file", O_RDONLY | O_DIRECTORY), ENOTDIR);
  EXPECT_EQ(Try("sub", O_RDWR), EISDIR);
  EXPECT_EQ(Try("sub", O_WRONLY), EISDIR);
  EXPECT_EQ(Try("sub", O_RDONLY | O_TRUNC), EISDIR);
  EXPECT_EQ(Try("sub/", O_RDONLY), 0);
  EXPECT_EQ(Try(std::string(256, 'x').c_str(), O_RDONLY), ENAMETOOLONG);
  std::string longest = "./";
  while (longest.size() < 4100) longest += "././";
  EXPECT_EQ(Try(longest.c_str(), O_RDONLY), ENAMETOOLONG);
  EXPECT_EQ(Try(longest.substr(0, 4094).c_str(), O_RDONLY), 0);
}

TEST_F(Open, BadPointersAndDescriptors) {
  EXPECT_THAT(open(reinterpret_cast<char*>(8), O_RDONLY), SyscallFails(EFAULT));
  EXPECT_THAT(openat(-1, "file", O_RDONLY), SyscallFails(EBADF));
  EXPECT_THAT(openat(-1, "", O_RDONLY), SyscallFails(ENOENT));
  Fd file(openat(dirfd_.get(), "file", O_RDONLY));
  EXPECT_THAT(openat(file.get(), "x", O_RDONLY), SyscallFails(ENOTDIR));
  // An absolute path does not look at the descriptor.
  Fd absolute(openat(-1, dir_.Join("file").c_str(), O_RDONLY));
  EXPECT_THAT(absolute.get(), SyscallSucceeds());
}

TEST_F(Open, Creation) {
  EXPECT_EQ(Try("file", O_CREAT | O_EXCL | O_RDWR), EEXIST);
  EXPECT_EQ(Try("file", O_CREAT | O_RDWR), 0);
  EXPECT_EQ(Try("new", O_CREAT | O_EXCL | O_RDWR), 0);
  EXPECT_EQ(Try("new2/", O_CREAT | O_RDWR), EISDIR);
  EXPECT_EQ(Try("sub", O_CREAT | O_RDWR), EISDIR);
  EXPECT_EQ(Try("sub", O_CREAT | O_RDONLY), EISDIR);
  EXPECT_EQ(Try(".", O_CREAT | O_RDONLY), EISDIR);
  EXPECT_EQ(Try(".", O_CREAT | O_EXCL | O_RDONLY), EEXIST);
  EXPECT_EQ(Try("nothing/new", O_CREAT | O_RDWR), ENOENT);
  EXPECT_EQ(Try("file/new", O_CREAT | O_RDWR), ENOTDIR);
  EXPECT_EQ(Try("dir?", O_CREAT | O_DIRECTORY | O_RDWR), EINVAL);
}

TEST_F(Open, Links) {
  EXPECT_EQ(Try("link", O_RDONLY), 0);
  EXPECT_EQ(Try("link", O_RDONLY | O_NOFOLLOW), ELOOP);
  EXPECT_EQ(Try("link", O_RDONLY | O_NOFOLLOW | O_DIRECTORY), ENOTDIR);
  EXPECT_EQ(Try("link/", O_RDONLY), ENOTDIR);
  EXPECT_EQ(Try("loop", O_RDONLY), ELOOP);
  EXPECT_EQ(Try("dangling", O_RDONLY), ENOENT);
  EXPECT_EQ(Try("dangling", O_CREAT | O_EXCL | O_RDWR), EEXIST);
  EXPECT_EQ(Try("dangling", O_CREAT | O_NOFOLLOW | O_RDWR), ELOOP);
  EXPECT_EQ(Try("dangling", O_CREAT | O_RDWR), 0);
  struct stat info;
  EXPECT_THAT(lstat(dir_.Join("missing").c_str(), &info), SyscallSucceeds());
}

TEST_F(Open, TruncationEmptiesTheFile) {
  EXPECT_EQ(Try("file", O_WRONLY | O_TRUNC), 0);
  EXPECT_EQ(ReadFile(dir_.Join("file")), "");
}

TEST_F(Open, StatusFlagsAreKept) {
  Fd fd(openat(dirfd_.get(), "file", O_RDWR | O_APPEND | O_NONBLOCK | O_CREAT | O_TRUNC));
  int flags = fcntl(fd.get(), F_GETFL);
  EXPECT_EQ(flags & O_ACCMODE, O_RDWR);
  EXPECT_TRUE(flags & O_APPEND);
  EXPECT_TRUE(flags & O_NONBLOCK);
  EXPECT_FALSE(flags & (O_CREAT | O_TRUNC | O_CLOEXEC));
  EXPECT_TRUE(flags & 0100000);  // O_LARGEFILE, always set by a 64-bit kernel.
  EXPECT_THAT(fcntl(fd.get(), F_GETFD), SyscallReturns(0));
  Fd cloexec(openat(dirfd_.get(), "file", O_RDONLY | O_CLOEXEC));
  EXPECT_THAT(fcntl(cloexec.get(), F_GETFD), SyscallReturns(FD_CLOEXEC));
}

TEST_F(Open, PathDescriptors) {
  Fd fd(openat(dirfd_.get(), "file", O_PATH | O_RDWR | O_APPEND));
  ASSERT_THAT(fd.get(), SyscallSucceeds());
  char byte;
  struct stat info;
  EXPECT_THAT(read(fd.get(), &byte, 1), SyscallFails(EBADF));
  EXPECT_THAT(lseek(fd.get(), 0, SEEK_SET), SyscallFails(EBADF));
  EXPECT_THAT(fchmod(fd.get(), 0600), SyscallFails(EBADF));
  EXPECT_THAT(ftruncate(fd.get(), 0), SyscallFails(EBADF));
  EXPECT_THAT(fstat(fd.get(), &info), SyscallSucceeds());
  EXPECT_TRUE(S_ISREG(info.st_mode));
  EXPECT_EQ(fcntl(fd.get(), F_GETFL) & O_ACCMODE, O_RDONLY);
  EXPECT_TRUE(fcntl(fd.get(), F_GETFL) & O_PATH);
  Fd link(openat(dirfd_.get(), "link", O_PATH | O_NOFOLLOW));
  EXPECT_THAT(fstat(link.get(), &info), SyscallSucceeds());
  EXPECT_TRUE(S_ISLNK(info.st_mode));
  char target[16];
  EXPECT_THAT(readlinkat(link.get(), "", target, sizeof(target)), SyscallReturns(4));
}

TEST_F(Open, TmpfileHasNoNameUntilItIsLinked) {
  Fd fd(open(dir_.c_str(), O_TMPFILE | O_RDWR, 0600));
  if (fd.get() < 0 && errno == EOPNOTSUPP) GTEST_SKIP() << "not on this file system";
  ASSERT_THAT(fd.get(), SyscallSucceeds());
  struct stat info;
  EXPECT_THAT(fstat(fd.get(), &info), SyscallSucceeds());
  EXPECT_EQ(info.st_nlink, 0U);
  EXPECT_THAT(write(fd.get(), "x", 1), SyscallReturns(1));
  EXPECT_EQ(Try(".", O_TMPFILE | O_RDONLY), EINVAL);
  EXPECT_EQ(Try("file", O_TMPFILE | O_RDWR), ENOTDIR);
  std::string self = "/proc/self/fd/" + std::to_string(fd.get());
  ASSERT_THAT(linkat(AT_FDCWD, self.c_str(), dirfd_.get(), "named", AT_SYMLINK_FOLLOW),
              SyscallSucceeds());
  EXPECT_EQ(ReadFile(dir_.Join("named")), "x");
}

TEST_F(Open, LowestFreeNumberAndLimit) {
  Fd first(openat(dirfd_.get(), "file", O_RDONLY));
  int number = first.get();
  first.reset();
  Fd second(openat(dirfd_.get(), "file", O_RDONLY));
  EXPECT_EQ(second.get(), number);
  EXPECT_THAT(ForkAndWait([&] {
                rlimit limit{static_cast<rlim_t>(number), static_cast<rlim_t>(number)};
                CHILD_CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
                CHILD_CHECK(openat(dirfd_.get(), "file", O_RDONLY) == -1 && errno == EMFILE);
              }),
              Exited(0));
}

TEST_F(Open, PermissionsOfAnOrdinaryUser) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
  chmod(dir_.c_str(), 0755);
  chmod(dir_.Join("file").c_str(), 0640);
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(setgid(12345) == 0 && setuid(12345) == 0);
                CHILD_CHECK(Try("file", O_RDONLY) == EACCES);
                CHILD_CHECK(Try("file", O_PATH) == 0);
                CHILD_CHECK(Try("new", O_CREAT | O_RDWR) == EACCES);
                CHILD_CHECK(Try("sub", O_RDONLY) == 0);
                CHILD_CHECK(Try("sub", O_RDONLY | O_NOATIME) == EPERM);
              }),
              Exited(0));
}

TEST_F(Open, WhoCreatesAFileMayWriteIt) {
  Fd fd(openat(dirfd_.get(), "sealed", O_CREAT | O_EXCL | O_RDWR, 0));
  ASSERT_THAT(fd.get(), SyscallSucceeds());
  EXPECT_THAT(write(fd.get(), "x", 1), SyscallReturns(1));
}

TEST_F(Open, FlagsComeBeforeTheName) {
  const char* bad = reinterpret_cast<const char*>(8);
  EXPECT_THAT(open(bad, O_TMPFILE | O_RDONLY), SyscallFails(EINVAL));
  EXPECT_THAT(open(bad, O_TMPFILE | O_RDWR, 0600), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_renameat2, AT_FDCWD, bad, AT_FDCWD, bad, 1 << 20), SyscallFails(EINVAL));
}

TEST_F(Open, DirectOnlyWhereThereIsStorage) {
  EXPECT_THAT(open("/proc", O_RDONLY | O_DIRECT), SyscallFails(EINVAL));
  EXPECT_THAT(open("/dev/null", O_RDONLY | O_DIRECT), SyscallFails(EINVAL));
  Fd null(open("/dev/null", O_RDONLY));
  EXPECT_THAT(fcntl(null.get(), F_SETFL, O_DIRECT), SyscallFails(EINVAL));
  Pipe pipe = Pipe::Create();
  EXPECT_THAT(fcntl(pipe.write_end.get(), F_SETFL, O_DIRECT), SyscallSucceeds());
}

TEST_F(Open, Openat2ChecksItsArguments) {
  open_how how{};
  how.flags = O_RDONLY;
  EXPECT_THAT(Openat2(dirfd_.get(), "file", how, sizeof(how) - 1), SyscallFails(EINVAL));
  how.mode = 0600;
  EXPECT_THAT(Openat2(dirfd_.get(), "file", how), SyscallFails(EINVAL));
  how = {};
  how.flags = uint64_t{1} << 40;
  EXPECT_THAT(Openat2(dirfd_.get(), "file", how), SyscallFails(EINVAL));
  how = {};
  how.resolve = RESOLVE_BENEATH | RESOLVE_IN_ROOT;
  EXPECT_THAT(Openat2(dirfd_.get(), "file", how), SyscallFails(EINVAL));
  how.resolve = 1 << 20;
  EXPECT_THAT(Openat2(dirfd_.get(), "file", how), SyscallFails(EINVAL));
  char large[sizeof(open_how) + 8] = {};
  EXPECT_THAT(
      Fd(static_cast<int>(syscall(SYS_openat2, dirfd_.get(), "file", large, sizeof(large)))).get(),
      SyscallSucceeds());
  large[sizeof(large) - 1] = 1;
  EXPECT_THAT(syscall(SYS_openat2, dirfd_.get(), "file", large, sizeof(large)),
              SyscallFails(E2BIG));
}

TEST_F(Open, Openat2Resolve) {
  open_how how{};
  auto attempt = [&](const char* path, uint64_t resolve) {
    how.resolve = resolve;
    Fd fd(static_cast<int>(Openat2(dirfd_.get(), path, how)));
    return fd.get() < 0 ? errno : 0;
  };
  symlink("/", dir_.Join("sub/abs").c_str());
  symlink("../file", dir_.Join("sub/up").c_str());
  symlink("../../x", dir_.Join("sub/out").c_str());
  EXPECT_EQ(attempt("sub/up", RESOLVE_BENEATH), 0);
  EXPECT_EQ(attempt("sub/out", RESOLVE_BENEATH), EXDEV);
  EXPECT_EQ(attempt("..", RESOLVE_BENEATH), EXDEV);
  EXPECT_EQ(attempt("/etc", RESOLVE_BENEATH), EXDEV);
  EXPECT_EQ(attempt("sub/abs", RESOLVE_BENEATH), EXDEV);
  EXPECT_EQ(attempt("sub/abs", RESOLVE_IN_ROOT), 0);
  EXPECT_EQ(attempt("/file", RESOLVE_IN_ROOT), 0);
  EXPECT_EQ(attempt("../../file", RESOLVE_IN_ROOT), 0);
  EXPECT_EQ(attempt("link", RESOLVE_NO_SYMLINKS), ELOOP);
  EXPECT_EQ(attempt("file", RESOLVE_NO_SYMLINKS), 0);
  EXPECT_EQ(attempt("/proc/self/cwd", RESOLVE_NO_MAGICLINKS), ELOOP);
  EXPECT_EQ(attempt("/proc", RESOLVE_NO_XDEV), EXDEV);
}

TEST_F(Open, FortyLinksAreFollowed) {
  std::string previous = "file";
  for (int i = 0; i <= 40; ++i) {
    std::string name = "chain" + std::to_string(i);
    symlink(previous.c_str(), dir_.Join(name).c_str());
    previous = name;
  }
  EXPECT_EQ(Try("chain39", O_RDONLY), 0);
  EXPECT_EQ(Try("chain40", O_RDONLY), ELOOP);
}

}  // namespace
}  // namespace test
