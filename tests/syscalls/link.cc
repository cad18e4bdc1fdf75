// link(2), symlink(2), readlink(2).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

class Link : public testing::Test {
 protected:
  Link() : dir_(TempDir::Create()) {
    WriteFile(P("file"), "x");
    mkdir(P("d").c_str(), 0755);
  }
  std::string P(const char* name) { return dir_.Join(name); }
  int Hard(const char* from, const char* to) { return link(P(from).c_str(), P(to).c_str()); }

  TempDir dir_;
  struct stat info_ {};
};

TEST_F(Link, SharesTheInode) {
  ASSERT_THAT(Hard("file", "d/other"), SyscallSucceeds());
  stat(P("file").c_str(), &info_);
  EXPECT_EQ(info_.st_nlink, 2U);
  struct stat other;
  stat(P("d/other").c_str(), &other);
  EXPECT_EQ(other.st_ino, info_.st_ino);
  WriteFile(P("d/other"), "longer");
  EXPECT_EQ(ReadFile(P("file")), "longer");
  chmod(P("file").c_str(), 0604);
  stat(P("d/other").c_str(), &other);
  EXPECT_EQ(other.st_mode & 07777, 0604U);
  unlink(P("file").c_str());
  stat(P("d/other").c_str(), &other);
  EXPECT_EQ(other.st_nlink, 1U);
}

TEST_F(Link, Errors) {
  EXPECT_THAT(Hard("file", "d"), SyscallFails(EEXIST));
  EXPECT_THAT(Hard("missing", "x"), SyscallFails(ENOENT));
  EXPECT_THAT(Hard("file", "no/x"), SyscallFails(ENOENT));
  EXPECT_THAT(Hard("d", "x"), SyscallFails(EPERM));
  EXPECT_THAT(Hard("file", "x/"), SyscallFails(ENOENT));
  EXPECT_THAT(Hard("file/", "x"), SyscallFails(ENOTDIR));
  EXPECT_THAT(linkat(AT_FDCWD, P("file").c_str(), AT_FDCWD, P("x").c_str(), 1),
              SyscallFails(EINVAL));
}

TEST_F(Link, SymbolicLinksAreNotFollowedUnlessAsked) {
  symlink("file", P("soft").c_str());
  ASSERT_THAT(Hard("soft", "soft2"), SyscallSucceeds());
  lstat(P("soft2").c_str(), &info_);
  EXPECT_TRUE(S_ISLNK(info_.st_mode));
  ASSERT_THAT(linkat(AT_FDCWD, P("soft").c_str(), AT_FDCWD, P("hard").c_str(), AT_SYMLINK_FOLLOW),
              SyscallSucceeds());
  lstat(P("hard").c_str(), &info_);
  EXPECT_TRUE(S_ISREG(info_.st_mode));
}

TEST_F(Link, Symlinks) {
  EXPECT_THAT(symlink("", P("s").c_str()), SyscallFails(ENOENT));
  EXPECT_THAT(symlink("anything/at all", P("s").c_str()), SyscallSucceeds());
  EXPECT_THAT(symlink("x", P("s").c_str()), SyscallFails(EEXIST));
  EXPECT_THAT(symlink("x", P("s/").c_str()), SyscallFails(EEXIST));
  EXPECT_THAT(symlink("x", P("t/").c_str()), SyscallFails(ENOENT));
  EXPECT_THAT(symlink(std::string(4096, 'x').c_str(), P("t").c_str()), SyscallFails(ENAMETOOLONG));
  char text[64];
  EXPECT_THAT(readlink(P("s").c_str(), text, sizeof(text)), SyscallReturns(15));
  EXPECT_EQ(std::string(text, 15), "anything/at all");
  EXPECT_THAT(readlink(P("s").c_str(), text, 4), SyscallReturns(4));
  EXPECT_THAT(syscall(SYS_readlink, P("s").c_str(), text, 0), SyscallFails(EINVAL));
  EXPECT_THAT(readlink(P("file").c_str(), text, 4), SyscallFails(EINVAL));
  EXPECT_THAT(readlink(P("none").c_str(), text, 4), SyscallFails(ENOENT));
  Fd fd(open(P("file").c_str(), O_RDONLY));
  EXPECT_THAT(readlinkat(fd.get(), "", text, 4), SyscallFails(ENOENT));
}

TEST_F(Link, RelativeTargetsStartAtTheLink) {
  symlink("../file", P("d/up").c_str());
  EXPECT_EQ(ReadFile(P("d/up")), "x");
  symlink("d/up", P("again").c_str());
  EXPECT_EQ(ReadFile(P("again")), "x");
  symlink(P("file").c_str(), P("d/abs").c_str());
  EXPECT_EQ(ReadFile(P("d/abs")), "x");
}

TEST_F(Link, EmptyPathNeedsAPrivilege) {
  Fd fd(open(P("file").c_str(), O_RDONLY));
  int result = linkat(fd.get(), "", AT_FDCWD, P("x").c_str(), AT_EMPTY_PATH);
  if (geteuid() == 0) {
    EXPECT_THAT(result, SyscallSucceeds());
  }
}

}  // namespace
}  // namespace test
