// landlock(7): what a task that restricted itself can do no more.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/landlock.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

constexpr uint64_t kAllV1 = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
constexpr uint64_t kRefer = LANDLOCK_ACCESS_FS_MAKE_SYM << 1;

int CreateRuleset(uint64_t handled) {
  landlock_ruleset_attr attr = {};
  attr.handled_access_fs = handled;
  return static_cast<int>(syscall(SYS_landlock_create_ruleset, &attr, sizeof(uint64_t), 0));
}

int AddRule(int ruleset, int fd, uint64_t rights) {
  landlock_path_beneath_attr attr = {.allowed_access = rights, .parent_fd = fd};
  return static_cast<int>(
      syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &attr, 0));
}

bool Supported() {
  return syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
}

// In a child: everything in `handled` is forbidden but what `rights` grant below `path`.
void Restrict(uint64_t handled, const std::string& path, uint64_t rights) {
  CHILD_CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  const int ruleset = CreateRuleset(handled);
  CHILD_CHECK(ruleset >= 0);
  if (rights != 0) {
    const int fd = open(path.c_str(), O_PATH | O_CLOEXEC);
    CHILD_CHECK(fd >= 0);
    CHILD_CHECK(AddRule(ruleset, fd, rights) == 0);
    close(fd);
  }
  CHILD_CHECK(syscall(SYS_landlock_restrict_self, ruleset, 0) == 0);
  close(ruleset);
}

bool CanRead(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY);
  if (fd >= 0) close(fd);
  return fd >= 0;
}

class Landlock : public testing::Test {
 protected:
  void SetUp() override {
    if (!Supported()) GTEST_SKIP() << "this kernel has no Landlock";
    ASSERT_THAT(mkdir((dir() + "/in").c_str(), 0755), SyscallSucceeds());
    ASSERT_THAT(mkdir((dir() + "/out").c_str(), 0755), SyscallSucceeds());
    for (const char* name : {"/in/file", "/out/file"}) {
      Fd fd(open((dir() + name).c_str(), O_CREAT | O_WRONLY, 0644));
      ASSERT_THAT(fd.get(), SyscallSucceeds());
    }
  }
  std::string dir() const { return directory_.path(); }

  TempDir directory_ = TempDir::Create();
};

TEST_F(Landlock, ReadingIsForBelowTheRule) {
  EXPECT_THAT(ForkAndWait([this] {
                Restrict(LANDLOCK_ACCESS_FS_READ_FILE, dir() + "/in", LANDLOCK_ACCESS_FS_READ_FILE);
                CHILD_CHECK(CanRead(dir() + "/in/file"));
                CHILD_CHECK(!CanRead(dir() + "/out/file") && errno == EACCES);
                // Not handled, so not restricted.
                const int fd = open((dir() + "/out/file").c_str(), O_WRONLY);
                CHILD_CHECK(fd >= 0);
                CHILD_CHECK(stat((dir() + "/out/file").c_str(), new struct stat) == 0);
              }),
              Exited(0));
}

TEST_F(Landlock, OpenFilesStayOpen) {
  EXPECT_THAT(ForkAndWait([this] {
                const int fd = open((dir() + "/out/file").c_str(), O_RDWR);
                Restrict(kAllV1, dir(), 0);
                CHILD_CHECK(write(fd, "x", 1) == 1);
                CHILD_CHECK(open((dir() + "/out/file").c_str(), O_RDWR) == -1 && errno == EACCES);
              }),
              Exited(0));
}

TEST_F(Landlock, MakingAndRemoving) {
  EXPECT_THAT(
      ForkAndWait([this] {
        Restrict(kAllV1, dir() + "/in", kAllV1);
        const std::string in = dir() + "/in/", out = dir() + "/out/";
        CHILD_CHECK(mkdir((in + "d").c_str(), 0755) == 0 && rmdir((in + "d").c_str()) == 0);
        CHILD_CHECK(mkdir((out + "d").c_str(), 0755) == -1 && errno == EACCES);
        CHILD_CHECK(mkfifo((in + "p").c_str(), 0644) == 0);
        CHILD_CHECK(mkfifo((out + "p").c_str(), 0644) == -1 && errno == EACCES);
        CHILD_CHECK(symlink("x", (out + "l").c_str()) == -1 && errno == EACCES);
        CHILD_CHECK(open((out + "n").c_str(), O_CREAT | O_WRONLY, 0644) == -1 && errno == EACCES);
        CHILD_CHECK(open((in + "n").c_str(), O_CREAT | O_WRONLY, 0644) >= 0);
        CHILD_CHECK(unlink((out + "file").c_str()) == -1 && errno == EACCES);
        CHILD_CHECK(unlink((in + "n").c_str()) == 0);
        CHILD_CHECK(rmdir((dir() + "/out").c_str()) == -1 && errno == EACCES);
      }),
      Exited(0));
}

TEST_F(Landlock, MovingElsewhereNeedsRefer) {
  ASSERT_THAT(mkdir((dir() + "/in/sub").c_str(), 0755), SyscallSucceeds());
  EXPECT_THAT(ForkAndWait([this] {
                Restrict(kAllV1, dir() + "/in", kAllV1);
                const std::string in = dir() + "/in/";
                CHILD_CHECK(rename((in + "file").c_str(), (in + "other").c_str()) == 0);
                CHILD_CHECK(rename((in + "other").c_str(), (in + "sub/file").c_str()) == -1);
                CHILD_CHECK(errno == EXDEV);
              }),
              Exited(0));
  EXPECT_THAT(ForkAndWait([this] {
                Restrict(kAllV1 | kRefer, dir() + "/in", kAllV1 | kRefer);
                const std::string in = dir() + "/in/";
                CHILD_CHECK(rename((in + "other").c_str(), (in + "sub/file").c_str()) == 0);
                CHILD_CHECK(rename((in + "sub/file").c_str(), (dir() + "/out/x").c_str()) == -1);
                CHILD_CHECK(errno == EACCES);
              }),
              Exited(0));
}

TEST_F(Landlock, LayersAddUpAndChildrenInherit) {
  EXPECT_THAT(ForkAndWait([this] {
                Restrict(LANDLOCK_ACCESS_FS_READ_FILE, dir(), LANDLOCK_ACCESS_FS_READ_FILE);
                CHILD_CHECK(CanRead(dir() + "/out/file"));
                Restrict(LANDLOCK_ACCESS_FS_READ_FILE, dir() + "/in", LANDLOCK_ACCESS_FS_READ_FILE);
                CHILD_CHECK(!CanRead(dir() + "/out/file"));
                const int status = ForkAndWait([this] {
                  CHILD_CHECK(!CanRead(dir() + "/out/file") && CanRead(dir() + "/in/file"));
                });
                CHILD_CHECK(status == 0);
              }),
              Exited(0));
}

TEST_F(Landlock, ExecutionAndTracing) {
  EXPECT_THAT(ForkAndWait([this] {
                Restrict(LANDLOCK_ACCESS_FS_EXECUTE, dir(), LANDLOCK_ACCESS_FS_EXECUTE);
                execl("/bin/true", "true", nullptr);
                CHILD_CHECK(errno == EACCES);
                CHILD_CHECK(ptrace(PTRACE_ATTACH, getppid(), 0, 0) == -1 && errno == EPERM);
              }),
              Exited(0));
}

TEST_F(Landlock, NoMountsAreChanged) {
  if (geteuid() != 0) GTEST_SKIP() << "needs CAP_SYS_ADMIN";
  EXPECT_THAT(ForkAndWait([this] {
                CHILD_CHECK(unshare(CLONE_NEWNS) == 0);
                CHILD_CHECK(mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
                const std::string in = dir() + "/in";
                CHILD_CHECK(mount("none", in.c_str(), "tmpfs", 0, nullptr) == 0);
                Restrict(LANDLOCK_ACCESS_FS_EXECUTE, "/", LANDLOCK_ACCESS_FS_EXECUTE);
                CHILD_CHECK(mount("none", in.c_str(), "tmpfs", 0, nullptr) == -1);
                CHILD_CHECK(errno == EPERM);
                CHILD_CHECK(mount("none", in.c_str(), nullptr, MS_REMOUNT, nullptr) == -1);
                CHILD_CHECK(errno == EPERM);
                CHILD_CHECK(umount2(in.c_str(), 0) == -1 && errno == EPERM);
                CHILD_CHECK(syscall(SYS_pivot_root, in.c_str(), in.c_str()) == -1);
                CHILD_CHECK(errno == EPERM);
                CHILD_CHECK(syscall(SYS_move_mount, AT_FDCWD, in.c_str(), AT_FDCWD,
                                    (dir() + "/out").c_str(), 0) == -1);
                CHILD_CHECK(errno == EPERM);
              }),
              Exited(0));
}

TEST_F(Landlock, ParentsOfOtherDomainsDoNotTrace) {
  EXPECT_THAT(ForkAndWait([this] {
                const int before = ForkAndWait(
                    [] { CHILD_CHECK(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0); });
                CHILD_CHECK(before == 0);
                int go[2];
                CHILD_CHECK(pipe(go) == 0);
                const pid_t child = Fork([&go] {
                  char byte;
                  CHILD_CHECK(read(go[0], &byte, 1) == 1);
                  CHILD_CHECK(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == -1);
                  CHILD_CHECK(errno == EPERM);
                });
                Restrict(LANDLOCK_ACCESS_FS_EXECUTE, "/", LANDLOCK_ACCESS_FS_EXECUTE);
                CHILD_CHECK(write(go[1], "g", 1) == 1);
                int status;
                CHILD_CHECK(waitpid(child, &status, 0) == child && status == 0);
              }),
              Exited(0));
}

TEST_F(Landlock, ArgumentsAreChecked) {
  EXPECT_THAT(syscall(SYS_landlock_create_ruleset, nullptr, 4, 0), SyscallFails(EFAULT));
  EXPECT_THAT(syscall(SYS_landlock_create_ruleset, nullptr, 8, 1), SyscallFails(EINVAL));
  EXPECT_THAT(CreateRuleset(0), SyscallFails(ENOMSG));
  EXPECT_THAT(CreateRuleset(uint64_t{1} << 63), SyscallFails(EINVAL));
  landlock_ruleset_attr attr = {};
  EXPECT_THAT(syscall(SYS_landlock_create_ruleset, &attr, 4, 0), SyscallFails(EINVAL));
  Fd ruleset(CreateRuleset(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR));
  ASSERT_THAT(ruleset.get(), SyscallSucceeds());
  Fd directory(open(dir().c_str(), O_PATH));
  Fd file(open((dir() + "/in/file").c_str(), O_PATH));
  EXPECT_THAT(AddRule(ruleset.get(), directory.get(), 0), SyscallFails(ENOMSG));
  EXPECT_THAT(AddRule(ruleset.get(), directory.get(), LANDLOCK_ACCESS_FS_EXECUTE),
              SyscallFails(EINVAL));
  EXPECT_THAT(AddRule(ruleset.get(), file.get(), LANDLOCK_ACCESS_FS_READ_DIR),
              SyscallFails(EINVAL));
  EXPECT_THAT(AddRule(ruleset.get(), -1, LANDLOCK_ACCESS_FS_READ_FILE), SyscallFails(EBADF));
  EXPECT_THAT(AddRule(ruleset.get(), ruleset.get(), LANDLOCK_ACCESS_FS_READ_FILE),
              SyscallFails(EBADFD));
  EXPECT_THAT(AddRule(directory.get(), directory.get(), LANDLOCK_ACCESS_FS_READ_FILE),
              SyscallFails(EBADF));  // O_PATH
  EXPECT_THAT(AddRule(-1, directory.get(), LANDLOCK_ACCESS_FS_READ_FILE), SyscallFails(EBADF));
  EXPECT_THAT(ForkAndWait([&] {
                if (geteuid() == 0) CHILD_CHECK(setresuid(65534, 65534, 65534) == 0);
                CHILD_CHECK(syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == -1);
                CHILD_CHECK(errno == EPERM);
              }),
              Exited(0));
}

}  // namespace
}  // namespace test
