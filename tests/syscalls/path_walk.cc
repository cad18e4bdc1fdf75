// path_resolution(7): links, limits, trailing slashes, O_PATH, O_NOFOLLOW, openat2(2), O_TMPFILE.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

int Open(const std::string& path, int flags, mode_t mode = 0644) {
  return open(path.c_str(), flags | O_CLOEXEC, mode);
}

int Openat2(int dir, const std::string& path, uint64_t flags, uint64_t resolve, uint64_t mode = 0) {
  open_how how = {};
  how.flags = flags | O_CLOEXEC;
  how.mode = mode;
  how.resolve = resolve;
  return static_cast<int>(syscall(SYS_openat2, dir, path.c_str(), &how, sizeof(how)));
}

class PathWalk : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(mkdir(at("dir").c_str(), 0755), SyscallSucceeds());
    Fd file(Open(at("file"), O_CREAT | O_WRONLY));
    ASSERT_THAT(file.get(), SyscallSucceeds());
    Fd inner(Open(at("dir/inner"), O_CREAT | O_WRONLY));
    ASSERT_THAT(inner.get(), SyscallSucceeds());
  }
  std::string at(const std::string& name) const { return directory_.path() + "/" + name; }
  void Link(const std::string& target, const std::string& name) {
    ASSERT_THAT(symlink(target.c_str(), at(name).c_str()), SyscallSucceeds());
  }

  TempDir directory_ = TempDir::Create();
};

TEST_F(PathWalk, EmptyPath) {
  struct stat status;
  EXPECT_THAT(open("", O_RDONLY), SyscallFails(ENOENT));
  EXPECT_THAT(stat("", &status), SyscallFails(ENOENT));
  EXPECT_THAT(mkdir("", 0700), SyscallFails(ENOENT));
  EXPECT_THAT(unlink(""), SyscallFails(ENOENT));
  EXPECT_THAT(rename("", "x"), SyscallFails(ENOENT));
  EXPECT_THAT(chdir(""), SyscallFails(ENOENT));
}

TEST_F(PathWalk, LongNames) {
  struct stat status;
  const std::string name(NAME_MAX, 'n');
  EXPECT_THAT(stat(at(name).c_str(), &status), SyscallFails(ENOENT));
  EXPECT_THAT(stat(at(name + "n").c_str(), &status), SyscallFails(ENAMETOOLONG));
  EXPECT_THAT(mkdir(at(name + "n").c_str(), 0755), SyscallFails(ENAMETOOLONG));
  EXPECT_THAT(Open(at(name), O_CREAT | O_WRONLY), SyscallSucceeds());
  std::string path = "/";
  while (path.size() < PATH_MAX - 1) path += "/";
  EXPECT_THAT(stat(path.c_str(), &status), SyscallSucceeds());
  EXPECT_THAT(stat((path + "/").c_str(), &status), SyscallFails(ENAMETOOLONG));
}

TEST_F(PathWalk, BadPointer) {
  struct stat status;
  EXPECT_THAT(stat(reinterpret_cast<char*>(1), &status), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_openat, AT_FDCWD, 1L, O_RDONLY, 0), SyscallFails(EFAULT));
}

TEST_F(PathWalk, FortyLinks) {
  Link("file", "l0");
  for (int i = 1; i <= 40; ++i) Link("l" + std::to_string(i - 1), "l" + std::to_string(i));
  struct stat status;
  EXPECT_THAT(stat(at("l39").c_str(), &status), SyscallSucceeds());
  EXPECT_THAT(stat(at("l40").c_str(), &status), SyscallFails(ELOOP));
  Link("loop2", "loop1");
  Link("loop1", "loop2");
  EXPECT_THAT(stat(at("loop1").c_str(), &status), SyscallFails(ELOOP));
  EXPECT_THAT(lstat(at("loop1").c_str(), &status), SyscallSucceeds());
  EXPECT_THAT(Open(at("loop1"), O_CREAT | O_WRONLY), SyscallFails(ELOOP));
  EXPECT_THAT(mkdir(at("loop1/x").c_str(), 0755), SyscallFails(ELOOP));
}

TEST_F(PathWalk, TrailingSlashes) {
  struct stat status;
  EXPECT_THAT(stat(at("dir/").c_str(), &status), SyscallSucceeds());
  EXPECT_THAT(stat(at("file/").c_str(), &status), SyscallFails(ENOTDIR));
  EXPECT_THAT(stat(at("file/.").c_str(), &status), SyscallFails(ENOTDIR));
  EXPECT_THAT(stat(at("file/..").c_str(), &status), SyscallFails(ENOTDIR));
  EXPECT_THAT(stat(at("none/").c_str(), &status), SyscallFails(ENOENT));
  EXPECT_THAT(Open(at("file/"), O_RDONLY), SyscallFails(ENOTDIR));
  EXPECT_THAT(Open(at("none/"), O_CREAT | O_WRONLY), SyscallFails(EISDIR));
  EXPECT_THAT(Open(at("dir/"), O_CREAT | O_WRONLY), SyscallFails(EISDIR));
  EXPECT_THAT(mkdir(at("new/").c_str(), 0755), SyscallSucceeds());
  EXPECT_THAT(mkdir(at("new//").c_str(), 0755), SyscallFails(EEXIST));
  EXPECT_THAT(rmdir(at("new/").c_str()), SyscallSucceeds());
  EXPECT_THAT(rmdir(at("dir/.").c_str()), SyscallFails(EINVAL));
  EXPECT_THAT(rmdir(at("dir/..").c_str()), SyscallFails(ENOTEMPTY));
  EXPECT_THAT(unlink(at("file/").c_str()), SyscallFails(ENOTDIR));
  EXPECT_THAT(unlink(at("dir/").c_str()), SyscallFails(EISDIR));
  EXPECT_THAT(unlink(at("none/").c_str()), SyscallFails(ENOENT));
  EXPECT_THAT(symlink("x", at("fresh/").c_str()), SyscallFails(ENOENT));
  EXPECT_THAT(link(at("file").c_str(), at("fresh/").c_str()), SyscallFails(ENOENT));
  EXPECT_THAT(mknod(at("fresh/").c_str(), S_IFREG | 0644, 0), SyscallFails(ENOENT));
  EXPECT_THAT(rename(at("file").c_str(), at("fresh/").c_str()), SyscallFails(ENOTDIR));
  EXPECT_THAT(rename(at("file/").c_str(), at("fresh").c_str()), SyscallFails(ENOTDIR));
  EXPECT_THAT(rename(at("dir/").c_str(), at("moved/").c_str()), SyscallSucceeds());
}

TEST_F(PathWalk, TrailingSlashBehindALink) {
  Link("dir", "to_dir");
  Link("file", "to_file");
  Link("none", "to_none");
  struct stat status;
  ASSERT_THAT(lstat(at("to_dir/").c_str(), &status), SyscallSucceeds());
  EXPECT_TRUE(S_ISDIR(status.st_mode));
  EXPECT_THAT(lstat(at("to_file/").c_str(), &status), SyscallFails(ENOTDIR));
  EXPECT_THAT(mkdir(at("to_none/").c_str(), 0755), SyscallFails(EEXIST));
  EXPECT_THAT(mkdir(at("to_none").c_str(), 0755), SyscallFails(EEXIST));
  EXPECT_THAT(rmdir(at("to_dir/").c_str()), SyscallFails(ENOTDIR));
  EXPECT_THAT(unlink(at("to_dir/").c_str()), SyscallFails(ENOTDIR));
  char target[16];
  EXPECT_THAT(readlink(at("to_dir/").c_str(), target, sizeof(target)), SyscallFails(EINVAL));
}

TEST_F(PathWalk, DotsAtTheEnd) {
  EXPECT_THAT(mkdir(at(".").c_str(), 0755), SyscallFails(EEXIST));
  EXPECT_THAT(mkdir(at("dir/..").c_str(), 0755), SyscallFails(EEXIST));
  EXPECT_THAT(unlink(at("dir/.").c_str()), SyscallFails(EISDIR));
  EXPECT_THAT(rename(at("dir/.").c_str(), at("x").c_str()), SyscallFails(EBUSY));
  EXPECT_THAT(rename(at("file").c_str(), at("dir/..").c_str()), SyscallFails(EBUSY));
  EXPECT_THAT(Open(at("dir/."), O_CREAT | O_RDONLY), SyscallFails(EISDIR));
  EXPECT_THAT(symlink("x", at(".").c_str()), SyscallFails(EEXIST));
}

TEST_F(PathWalk, RootIsItsOwnParent) {
  struct stat root, above;
  ASSERT_THAT(stat("/", &root), SyscallSucceeds());
  ASSERT_THAT(stat("/../..", &above), SyscallSucceeds());
  EXPECT_EQ(root.st_ino, above.st_ino);
  EXPECT_THAT(rmdir("/"), SyscallFails(EBUSY));
  EXPECT_THAT(unlink("/"), SyscallFails(EISDIR));
  EXPECT_THAT(mkdir("/", 0755), SyscallFails(EEXIST));
}

TEST_F(PathWalk, NoFollow) {
  Link("file", "to_file");
  Link("dir", "to_dir");
  EXPECT_THAT(Open(at("to_file"), O_RDONLY | O_NOFOLLOW), SyscallFails(ELOOP));
  EXPECT_THAT(Open(at("to_dir"), O_RDONLY | O_NOFOLLOW | O_DIRECTORY), SyscallFails(ENOTDIR));
  EXPECT_THAT(Open(at("to_dir/inner"), O_RDONLY | O_NOFOLLOW), SyscallSucceeds());
  EXPECT_THAT(Open(at("to_file"), O_RDONLY | O_CREAT | O_EXCL), SyscallFails(EEXIST));
  EXPECT_THAT(Open(at("file"), O_RDONLY | O_DIRECTORY), SyscallFails(ENOTDIR));
}

TEST_F(PathWalk, DanglingLinkIsMade) {
  Link("made", "to_made");
  EXPECT_THAT(Open(at("to_made"), O_CREAT | O_WRONLY), SyscallSucceeds());
  EXPECT_THAT(access(at("made").c_str(), F_OK), SyscallSucceeds());
}

TEST_F(PathWalk, PathDescriptors) {
  Link("file", "to_file");
  Fd link(Open(at("to_file"), O_PATH | O_NOFOLLOW));
  ASSERT_THAT(link.get(), SyscallSucceeds());
  char target[16] = {};
  EXPECT_THAT(readlinkat(link.get(), "", target, sizeof(target)), SyscallReturns(4));
  struct stat status;
  ASSERT_THAT(fstat(link.get(), &status), SyscallSucceeds());
  EXPECT_TRUE(S_ISLNK(status.st_mode));
  Fd path(Open(at("file"), O_PATH | O_RDWR | O_CREAT | O_TRUNC));
  ASSERT_THAT(path.get(), SyscallSucceeds());
  EXPECT_THAT(fcntl(path.get(), F_GETFL), SyscallReturns(O_PATH));
  char byte;
  EXPECT_THAT(read(path.get(), &byte, 1), SyscallFails(EBADF));
  EXPECT_THAT(write(path.get(), &byte, 1), SyscallFails(EBADF));
  EXPECT_THAT(fchmod(path.get(), 0600), SyscallFails(EBADF));
  EXPECT_THAT(fchown(path.get(), 0, 0), SyscallFails(EBADF));
  EXPECT_THAT(ftruncate(path.get(), 0), SyscallFails(EBADF));
  EXPECT_THAT(lseek(path.get(), 0, SEEK_SET), SyscallFails(EBADF));
  EXPECT_THAT(fcntl(path.get(), F_SETFL, O_APPEND), SyscallFails(EBADF));
  EXPECT_THAT(::flock(path.get(), LOCK_EX), SyscallFails(EBADF));
  Fd copy(dup(path.get()));
  EXPECT_THAT(copy.get(), SyscallSucceeds());
  Fd dir(Open(at("dir"), O_PATH));
  EXPECT_THAT(openat(dir.get(), "inner", O_RDONLY), SyscallSucceeds());
  EXPECT_THAT(fchdir(dir.get()), SyscallSucceeds());
  EXPECT_THAT(chdir("/"), SyscallSucceeds());
  const std::string again = "/proc/self/fd/" + std::to_string(path.get());
  EXPECT_THAT(open(again.c_str(), O_RDONLY), SyscallSucceeds());
  EXPECT_THAT(openat(path.get(), "x", O_RDONLY), SyscallFails(ENOTDIR));
}

TEST_F(PathWalk, DirectoryDescriptorArguments) {
  Fd file(Open(at("file"), O_RDONLY));
  EXPECT_THAT(openat(file.get(), "x", O_RDONLY), SyscallFails(ENOTDIR));
  EXPECT_THAT(openat(-1, "x", O_RDONLY), SyscallFails(EBADF));
  EXPECT_THAT(openat(-1, at("file").c_str(), O_RDONLY), SyscallSucceeds());
  struct stat status;
  EXPECT_THAT(fstatat(file.get(), "", &status, AT_EMPTY_PATH), SyscallSucceeds());
  EXPECT_THAT(fstatat(file.get(), "", &status, 0), SyscallFails(ENOENT));
  EXPECT_THAT(fstatat(-1, "", &status, AT_EMPTY_PATH), SyscallFails(EBADF));
  EXPECT_THAT(fstatat(AT_FDCWD, "", &status, AT_EMPTY_PATH), SyscallSucceeds());
  EXPECT_THAT(fstatat(AT_FDCWD, ".", &status, 0x40000000), SyscallFails(EINVAL));
}

TEST_F(PathWalk, Openat2Arguments) {
  open_how how = {};
  EXPECT_THAT(syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof(how) - 1), SyscallFails(EINVAL));
  char large[sizeof(how) + 8] = {};
  EXPECT_THAT(syscall(SYS_openat2, AT_FDCWD, "/", large, sizeof(large)), SyscallSucceeds());
  large[sizeof(large) - 1] = 1;
  EXPECT_THAT(syscall(SYS_openat2, AT_FDCWD, "/", large, sizeof(large)), SyscallFails(E2BIG));
  EXPECT_THAT(Openat2(AT_FDCWD, "/", 1ULL << 40, 0), SyscallFails(EINVAL));
  EXPECT_THAT(Openat2(AT_FDCWD, "/", 0, 0x1000), SyscallFails(EINVAL));
  EXPECT_THAT(Openat2(AT_FDCWD, "/", O_RDONLY, 0, 0600), SyscallFails(EINVAL));
  EXPECT_THAT(Openat2(AT_FDCWD, at("x"), O_CREAT, 0, 010000), SyscallFails(EINVAL));
  EXPECT_THAT(Openat2(AT_FDCWD, "/", O_PATH | O_RDWR, 0), SyscallFails(EINVAL));
  EXPECT_THAT(Openat2(AT_FDCWD, "/", 0, RESOLVE_BENEATH | RESOLVE_IN_ROOT), SyscallFails(EINVAL));
}

TEST_F(PathWalk, Openat2Resolve) {
  Fd dir(Open(directory_.path(), O_PATH | O_DIRECTORY));
  Link("file", "to_file");
  Link("/", "to_root");
  Link("../file", "dir/up");
  EXPECT_THAT(Openat2(dir.get(), "to_file", 0, RESOLVE_NO_SYMLINKS), SyscallFails(ELOOP));
  EXPECT_THAT(Openat2(dir.get(), "file", 0, RESOLVE_NO_SYMLINKS), SyscallSucceeds());
  EXPECT_THAT(Openat2(dir.get(), "to_file", O_PATH | O_NOFOLLOW, RESOLVE_NO_SYMLINKS),
              SyscallSucceeds());
  EXPECT_THAT(Openat2(dir.get(), "../x", 0, RESOLVE_BENEATH), SyscallFails(EXDEV));
  EXPECT_THAT(Openat2(dir.get(), "/", 0, RESOLVE_BENEATH), SyscallFails(EXDEV));
  EXPECT_THAT(Openat2(dir.get(), "to_root", 0, RESOLVE_BENEATH), SyscallFails(EXDEV));
  EXPECT_THAT(Openat2(dir.get(), "dir/up", 0, RESOLVE_BENEATH), SyscallSucceeds());
  EXPECT_THAT(Openat2(dir.get(), "dir/../../x", 0, RESOLVE_BENEATH), SyscallFails(EXDEV));
  EXPECT_THAT(Openat2(dir.get(), "/file", 0, RESOLVE_IN_ROOT), SyscallSucceeds());
  EXPECT_THAT(Openat2(dir.get(), "../../file", 0, RESOLVE_IN_ROOT), SyscallSucceeds());
  EXPECT_THAT(Openat2(dir.get(), "to_root/file", 0, RESOLVE_IN_ROOT), SyscallSucceeds());
  EXPECT_THAT(Openat2(AT_FDCWD, "/proc/self/exe", 0, RESOLVE_NO_MAGICLINKS), SyscallFails(ELOOP));
  EXPECT_THAT(Openat2(AT_FDCWD, "/proc/self/exe", O_PATH | O_NOFOLLOW, RESOLVE_NO_MAGICLINKS),
              SyscallSucceeds());
  EXPECT_THAT(Openat2(AT_FDCWD, "/proc/self", 0, RESOLVE_NO_XDEV), SyscallFails(EXDEV));
  EXPECT_THAT(Openat2(dir.get(), "dir/inner", 0, RESOLVE_NO_XDEV), SyscallSucceeds());
}

TEST_F(PathWalk, SearchPermission) {
  if (geteuid() != 0) GTEST_SKIP() << "changes its user";
  ASSERT_THAT(chmod(directory_.c_str(), 0755), SyscallSucceeds());
  ASSERT_THAT(chmod(at("dir").c_str(), 0644), SyscallSucceeds());
  EXPECT_THAT(ForkAndWait([this] {
                CHILD_CHECK(setresuid(1234, 1234, 1234) == 0);
                struct stat status;
                CHILD_CHECK(stat(at("dir/inner").c_str(), &status) == -1 && errno == EACCES);
                CHILD_CHECK(stat(at("dir/none").c_str(), &status) == -1 && errno == EACCES);
                CHILD_CHECK(stat(at("dir/..").c_str(), &status) == -1 && errno == EACCES);
                CHILD_CHECK(stat(at("dir/.").c_str(), &status) == -1 && errno == EACCES);
                CHILD_CHECK(stat(at("dir/").c_str(), &status) == 0);
                CHILD_CHECK(Open(at("dir"), O_RDONLY) >= 0);
                CHILD_CHECK(chdir(at("dir").c_str()) == -1 && errno == EACCES);
                CHILD_CHECK(Open(at("new"), O_CREAT | O_WRONLY) == -1 && errno == EACCES);
              }),
              Exited(0));
}

// --- O_TMPFILE ---

TEST_F(PathWalk, TmpfileArguments) {
  EXPECT_THAT(Open(at("dir"), O_TMPFILE | O_RDONLY), SyscallFails(EINVAL));
  EXPECT_THAT(Open(at("dir"), (O_TMPFILE & ~O_DIRECTORY) | O_RDWR), SyscallFails(EINVAL));
  EXPECT_THAT(Open(at("file"), O_TMPFILE | O_RDWR), SyscallFails(ENOTDIR));
  EXPECT_THAT(Open(at("none"), O_TMPFILE | O_RDWR), SyscallFails(ENOENT));
}

TEST_F(PathWalk, TmpfileGetsAName) {
  Fd file(Open(at("dir"), O_TMPFILE | O_RDWR, 0640));
  ASSERT_THAT(file.get(), SyscallSucceeds());
  struct stat status;
  ASSERT_THAT(fstat(file.get(), &status), SyscallSucceeds());
  EXPECT_EQ(status.st_nlink, 0U);
  EXPECT_EQ(status.st_mode, S_IFREG | 0640U);
  ASSERT_THAT(write(file.get(), "text", 4), SyscallReturns(4));
  const std::string proc = "/proc/self/fd/" + std::to_string(file.get());
  EXPECT_THAT(linkat(AT_FDCWD, proc.c_str(), AT_FDCWD, at("named").c_str(), AT_SYMLINK_FOLLOW),
              SyscallSucceeds());
  ASSERT_THAT(stat(at("named").c_str(), &status), SyscallSucceeds());
  EXPECT_EQ(status.st_nlink, 1U);
  EXPECT_EQ(status.st_size, 4);
  Fd exclusive(Open(at("dir"), O_TMPFILE | O_RDWR | O_EXCL));
  const std::string second = "/proc/self/fd/" + std::to_string(exclusive.get());
  EXPECT_THAT(linkat(AT_FDCWD, second.c_str(), AT_FDCWD, at("other").c_str(), AT_SYMLINK_FOLLOW),
              SyscallFails(ENOENT));
}

}  // namespace
}  // namespace test
