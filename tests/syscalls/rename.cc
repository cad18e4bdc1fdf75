// rename(2), renameat2(2).
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

class Rename : public testing::Test {
 protected:
  Rename() : dir_(TempDir::Create()) {
    WriteFile(P("a"), "a");
    WriteFile(P("b"), "b");
    mkdir(P("d").c_str(), 0755);
    mkdir(P("d/e").c_str(), 0755);
    mkdir(P("empty").c_str(), 0755);
  }
  std::string P(const char* name) { return dir_.Join(name); }
  int Move(const char* from, const char* to) { return rename(P(from).c_str(), P(to).c_str()); }
  long Move2(const char* from, const char* to, unsigned flags) {
    return syscall(SYS_renameat2, AT_FDCWD, P(from).c_str(), AT_FDCWD, P(to).c_str(), flags);
  }
  bool Exists(const char* name) {
    struct stat info;
    return lstat(P(name).c_str(), &info) == 0;
  }

  TempDir dir_;
};

TEST_F(Rename, ReplacesFiles) {
  EXPECT_THAT(Move("a", "b"), SyscallSucceeds());
  EXPECT_FALSE(Exists("a"));
  EXPECT_EQ(ReadFile(P("b")), "a");
  EXPECT_THAT(Move("a", "c"), SyscallFails(ENOENT));
  EXPECT_THAT(Move("b", "no/c"), SyscallFails(ENOENT));
  EXPECT_THAT(Move("b", "b"), SyscallSucceeds());
}

TEST_F(Rename, KindsMustMatch) {
  EXPECT_THAT(Move("a", "d"), SyscallFails(EISDIR));
  EXPECT_THAT(Move("d", "a"), SyscallFails(ENOTDIR));
  EXPECT_THAT(Move("a/", "c"), SyscallFails(ENOTDIR));
  EXPECT_THAT(Move("a", "c/"), SyscallFails(ENOTDIR));
  EXPECT_THAT(Move("d/", "c/"), SyscallSucceeds());
  EXPECT_TRUE(Exists("c/e"));
}

TEST_F(Rename, Directories) {
  EXPECT_THAT(Move("empty", "d"), SyscallFails(testing::AnyOf(ENOTEMPTY, EEXIST)));
  EXPECT_THAT(Move("d", "d/e/f"), SyscallFails(EINVAL));
  EXPECT_THAT(Move("d", "d/f"), SyscallFails(EINVAL));
  EXPECT_THAT(Move("d/e", "d"), SyscallFails(testing::AnyOf(ENOTEMPTY, EEXIST)));
  EXPECT_THAT(Move("d", "empty"), SyscallSucceeds());
  EXPECT_TRUE(Exists("empty/e"));
  EXPECT_THAT(Move("empty/.", "x"), SyscallFails(EBUSY));
  EXPECT_THAT(Move("a", "empty/.."), SyscallFails(EBUSY));
  // Another mount is noticed first.
  EXPECT_THAT(rename("/", P("x").c_str()), SyscallFails(testing::AnyOf(EBUSY, EXDEV)));
}

TEST_F(Rename, HardLinksOfOneFileStay) {
  link(P("a").c_str(), P("c").c_str());
  EXPECT_THAT(Move("a", "c"), SyscallSucceeds());
  EXPECT_TRUE(Exists("a"));
  EXPECT_TRUE(Exists("c"));
}

TEST_F(Rename, LinksThemselvesMove) {
  symlink("a", P("link").c_str());
  EXPECT_THAT(Move("link", "b"), SyscallSucceeds());
  struct stat info;
  lstat(P("b").c_str(), &info);
  EXPECT_TRUE(S_ISLNK(info.st_mode));
  EXPECT_EQ(ReadFile(P("a")), "a");
}

TEST_F(Rename, OpenFilesFollow) {
  Fd fd(open(P("a").c_str(), O_RDONLY));
  Fd replaced(open(P("b").c_str(), O_RDONLY));
  Move("a", "b");
  char byte;
  EXPECT_THAT(read(fd.get(), &byte, 1), SyscallReturns(1));
  EXPECT_EQ(byte, 'a');
  EXPECT_THAT(read(replaced.get(), &byte, 1), SyscallReturns(1));
  EXPECT_EQ(byte, 'b');
  struct stat info;
  fstat(replaced.get(), &info);
  EXPECT_EQ(info.st_nlink, 0U);
}

TEST_F(Rename, Noreplace) {
  EXPECT_THAT(Move2("a", "b", RENAME_NOREPLACE), SyscallFails(EEXIST));
  EXPECT_THAT(Move2("a", "c", RENAME_NOREPLACE), SyscallSucceeds());
  EXPECT_TRUE(Exists("c"));
}

TEST_F(Rename, Exchange) {
  EXPECT_THAT(Move2("a", "c", RENAME_EXCHANGE), SyscallFails(ENOENT));
  EXPECT_THAT(Move2("a", "d", RENAME_EXCHANGE), SyscallSucceeds());
  EXPECT_TRUE(Exists("a/e"));
  EXPECT_EQ(ReadFile(P("d")), "a");
  EXPECT_THAT(Move2("a", "a/e", RENAME_EXCHANGE), SyscallFails(EINVAL));
}

TEST_F(Rename, BadFlags) {
  EXPECT_THAT(Move2("a", "b", 0x80), SyscallFails(EINVAL));
  EXPECT_THAT(Move2("a", "b", RENAME_NOREPLACE | RENAME_EXCHANGE), SyscallFails(EINVAL));
}

TEST_F(Rename, LinkCountsOfParents) {
  struct stat info;
  ASSERT_THAT(Move("d/e", "empty/e"), SyscallSucceeds());
  stat(P("empty").c_str(), &info);
  if (info.st_nlink != 1) {  // 1: the file system does not count.
    EXPECT_EQ(info.st_nlink, 3U);
  }
  stat(P("d").c_str(), &info);
  if (info.st_nlink != 1) {
    EXPECT_EQ(info.st_nlink, 2U);
  }
}

}  // namespace
}  // namespace test
