// umask(2).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"
#include "tests/support/thread.h"

namespace test {
namespace {

class Umask : public testing::Test {
 protected:
  Umask() : dir_(TempDir::Create()), old_(umask(022)) {}
  ~Umask() override { umask(old_); }
  mode_t Mode(const char* name) {
    struct stat info {};
    lstat(dir_.Join(name).c_str(), &info);
    return info.st_mode & 07777;
  }

  TempDir dir_;
  mode_t old_;
};

TEST_F(Umask, ReturnsTheOldMask) {
  EXPECT_EQ(umask(077), 022U);
  EXPECT_EQ(umask(07777 | 0100000), 077U);
  EXPECT_EQ(umask(022), 0777U);
}

TEST_F(Umask, AppliesToWhatIsMade) {
  umask(027);
  Fd fd(open(dir_.Join("f").c_str(), O_CREAT | O_RDWR, 0666));
  EXPECT_EQ(Mode("f"), 0640U);
  mkdir(dir_.Join("d").c_str(), 0777);
  EXPECT_EQ(Mode("d"), 0750U);
  mkfifo(dir_.Join("p").c_str(), 0666);
  EXPECT_EQ(Mode("p"), 0640U);
  symlink("x", dir_.Join("l").c_str());
  EXPECT_EQ(Mode("l"), 0777U);
  // Not to what is changed.
  chmod(dir_.Join("f").c_str(), 0666);
  EXPECT_EQ(Mode("f"), 0666U);
}

TEST_F(Umask, InheritedByChildrenSharedByThreads) {
  umask(031);
  EXPECT_THAT(ForkAndWait([&] { CHILD_CHECK(umask(0) == 031); }), Exited(0));
  EXPECT_EQ(umask(031), 031U);
  ScopedThread([] { umask(013); }).Join();
  EXPECT_EQ(umask(022), 013U);
}

}  // namespace
}  // namespace test
