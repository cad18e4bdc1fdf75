// setxattr(2), getxattr(2), listxattr(2), removexattr(2).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

class Xattr : public testing::Test {
 protected:
  Xattr() : dir_(TempDir::Create()), file_(dir_.Join("file")) { WriteFile(file_, ""); }
  void SetUp() override {
    if (Set("user.probe", "") != 0 && errno == EOPNOTSUPP) {
      GTEST_SKIP() << "not on this file system";
    }
    removexattr(file_.c_str(), "user.probe");
  }
  int Set(const char* name, std::string_view value, int flags = 0) {
    return setxattr(file_.c_str(), name, value.data(), value.size(), flags);
  }

  TempDir dir_;
  std::string file_;
  char buffer_[256];
};

TEST_F(Xattr, SetGetRemove) {
  EXPECT_THAT(Set("user.a", "value"), SyscallSucceeds());
  EXPECT_THAT(getxattr(file_.c_str(), "user.a", buffer_, sizeof(buffer_)), SyscallReturns(5));
  EXPECT_EQ(std::string(buffer_, 5), "value");
  EXPECT_THAT(getxattr(file_.c_str(), "user.a", nullptr, 0), SyscallReturns(5));
  EXPECT_THAT(getxattr(file_.c_str(), "user.a", buffer_, 4), SyscallFails(ERANGE));
  EXPECT_THAT(getxattr(file_.c_str(), "user.b", buffer_, 4), SyscallFails(ENODATA));
  EXPECT_THAT(Set("user.a", ""), SyscallSucceeds());
  EXPECT_THAT(getxattr(file_.c_str(), "user.a", buffer_, 4), SyscallReturns(0));
  EXPECT_THAT(removexattr(file_.c_str(), "user.a"), SyscallSucceeds());
  EXPECT_THAT(removexattr(file_.c_str(), "user.a"), SyscallFails(ENODATA));
}

TEST_F(Xattr, Flags) {
  EXPECT_THAT(Set("user.a", "1", XATTR_REPLACE), SyscallFails(ENODATA));
  EXPECT_THAT(Set("user.a", "1", XATTR_CREATE), SyscallSucceeds());
  EXPECT_THAT(Set("user.a", "2", XATTR_CREATE), SyscallFails(EEXIST));
  EXPECT_THAT(Set("user.a", "2", XATTR_REPLACE), SyscallSucceeds());
  EXPECT_THAT(Set("user.a", "2", 8), SyscallFails(EINVAL));
}

TEST_F(Xattr, NamesAndSizes) {
  EXPECT_THAT(Set("", "x"), SyscallFails(ERANGE));
  EXPECT_THAT(Set(("user." + std::string(251, 'x')).c_str(), "x"), SyscallFails(ERANGE));
  EXPECT_THAT(Set("nonsense.a", "x"), SyscallFails(EOPNOTSUPP));
  EXPECT_THAT(Set("user.a", std::string(65537, 'x')), SyscallFails(E2BIG));
}

TEST_F(Xattr, List) {
  Set("user.one", "1");
  Set("user.two", "2");
  ssize_t n = listxattr(file_.c_str(), buffer_, sizeof(buffer_));
  ASSERT_THAT(n, SyscallSucceeds());
  std::string names(buffer_, static_cast<size_t>(n));
  EXPECT_NE(names.find(std::string("user.one\0", 9)), names.npos);
  EXPECT_NE(names.find(std::string("user.two\0", 9)), names.npos);
  EXPECT_THAT(listxattr(file_.c_str(), nullptr, 0), SyscallReturns(n));
  EXPECT_THAT(listxattr(file_.c_str(), buffer_, 1), SyscallFails(ERANGE));
}

TEST_F(Xattr, DescriptorsAndLinks) {
  Fd fd(open(file_.c_str(), O_RDONLY));
  EXPECT_THAT(fsetxattr(fd.get(), "user.a", "1", 1, 0), SyscallSucceeds());
  EXPECT_THAT(fgetxattr(fd.get(), "user.a", buffer_, 4), SyscallReturns(1));
  EXPECT_THAT(fgetxattr(-1, "user.a", buffer_, 4), SyscallFails(EBADF));
  Fd path(open(file_.c_str(), O_PATH));
  EXPECT_THAT(fgetxattr(path.get(), "user.a", buffer_, 4), SyscallFails(EBADF));
  std::string link = dir_.Join("link");
  symlink("file", link.c_str());
  EXPECT_THAT(getxattr(link.c_str(), "user.a", buffer_, 4), SyscallReturns(1));
  EXPECT_THAT(lgetxattr(link.c_str(), "user.a", buffer_, 4), SyscallFails(ENODATA));
  EXPECT_THAT(lsetxattr(link.c_str(), "user.a", "1", 1, 0), SyscallFails(EPERM));
}

TEST_F(Xattr, TrustedNeedsAPrivilege) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
  chmod(dir_.c_str(), 0755);
  chmod(file_.c_str(), 0644);
  int result = Set("trusted.a", "1");
  if (result != 0) GTEST_SKIP() << "no trusted attributes here";
  EXPECT_THAT(ForkAndWait([&] {
                CHILD_CHECK(setgid(12345) == 0 && setuid(12345) == 0);
                CHILD_CHECK(Set("trusted.a", "1") == -1 && errno == EPERM);
                CHILD_CHECK(getxattr(file_.c_str(), "trusted.a", buffer_, 4) == -1);
                CHILD_CHECK(errno == ENODATA);
                CHILD_CHECK(listxattr(file_.c_str(), buffer_, sizeof(buffer_)) == 0);
                CHILD_CHECK(Set("user.a", "1") == -1 && errno == EACCES);
              }),
              Exited(0));
}

}  // namespace
}  // namespace test
